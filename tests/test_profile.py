"""`build --profile`: where the time went, as a table and as a trace."""

import json

import pytest


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_trace_has_every_step_hook_and_template_with_what_it_was_done_to(site, tmp_path, jobs):
    site.write(
        {f"content/posts/2024-05-{day:02}-x{day}.md": f"+++\ntitle = 'T{day}'\n+++\nText.\n" for day in range(1, 9)}
    )
    trace = tmp_path / "trace.json"
    built = site.build("--profile", str(trace), "--jobs", jobs)
    assert built.exit_code == 0
    events = json.loads(trace.read_text("utf-8"))["traceEvents"]
    assert {one["name"] for one in events if one["cat"] == "step"} == {
        "discover", "load", "assemble", "emit", "make pages", "publish",
    }  # fmt: skip
    transforms = [one["args"]["of"] for one in events if one["name"] == "markdown: transform"]
    assert sorted(transforms) == sorted(f"content/posts/2024-05-{day:02}-x{day}.md" for day in range(1, 9))
    assert len([one for one in events if one["name"] == "post.html"]) == 8
    assert all(one["ph"] == "X" and one["dur"] >= 0 and one["ts"] >= 0 for one in events)
    assert "template post.html" in built.stderr
    assert "hook markdown: transform" in built.stderr
