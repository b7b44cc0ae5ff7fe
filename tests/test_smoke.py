def test_smoke(site):
    site.write({"content/posts/2024-05-01-hello.md": "+++\ntitle = 'Hello'\n+++\nText.\n"})
    built = site.build()
    assert built.exit_code == 0, built.data
    assert "Hello" in built.page("2024/05/hello/")
    bad = site.build("--nope")
    assert bad.exit_code == 2
