"""What holds of the code itself."""

import ast
import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pubengine

SOURCE = Path(pubengine.__file__).parent
MODULES = sorted(one.name for one in pkgutil.walk_packages([str(SOURCE)], "pubengine."))
ENGINE = [name for name in MODULES if not name.startswith(("pubengine.tui", "pubengine.testing", "pubengine.__main__"))]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


@pytest.mark.parametrize("path", sorted((SOURCE / "plugins").glob("[!_]*.py")), ids=lambda path: path.stem)
def test_a_bundled_plugin_imports_only_the_public_api(path):
    assert {name for name in imported(path) if name.split(".")[0] == "pubengine"} <= {"pubengine.api"}


def test_the_engine_names_no_bundled_plugin_but_in_the_one_list():
    from pubengine.plugin_files import BUNDLED

    for path in SOURCE.rglob("*.py"):
        if path.parent.name != "plugins":
            assert not any(name.startswith("pubengine.plugins") for name in imported(path)), path
    assert {path.stem for path in (SOURCE / "plugins").glob("[!_]*.py")} == set(BUNDLED)


@pytest.mark.parametrize(
    ("library", "users"),
    [
        ("pluggy", {"hookspecs", "implementations"}),
        ("jinja2", {"fragments", "render", "templates"}),
        ("markdown_it", {"markdown"}),
        ("babel", {"wording"}),
        ("watchfiles", {"watch"}),
        ("uvicorn", {"running"}),
        ("starlette", {"server", "hosts"}),
        ("textual", set()),
    ],
)
def test_each_library_has_one_owner(library, users):
    found = {
        path.stem for path in SOURCE.rglob("*.py") if any(name.split(".")[0] == library for name in imported(path))
    }
    assert found == users


def test_only_its_command_knows_the_preview():
    for path in SOURCE.rglob("*.py"):
        if path.parent.name != "serve" and path != SOURCE / "cli" / "serve.py":
            assert not any(name.startswith("pubengine.serve") for name in imported(path)), path


def test_the_engine_runs_where_textual_is_not_installed(site):
    site.write({"content/posts/a.md": "+++\ntitle='A'\ndate=2024-01-01\n+++\nText.\n"})
    hide = "import sys; sys.modules['textual'] = None; from pubengine.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", hide, "build", "--site", str(site.root)], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_module_imports_alone():
    code = "import importlib, sys, subprocess\n"
    for name in ENGINE:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", f"import {name}"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (name, done.stderr, code)


def test_asking_for_the_version_imports_nothing_heavy():
    code = (
        "import sys\nfrom pubengine.cli import main\n"
        "try:\n    main(['--version'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'jinja2', 'markdown_it', 'babel', 'yaml', 'pluggy', 'pygments'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_files_and_functions_stay_small():
    for path in SOURCE.rglob("*.py"):
        text = path.read_text("utf-8")
        assert text.count("\n") <= 400, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                assert node.end_lineno - node.lineno <= 60, (path, node.name)


def test_every_public_name_of_the_api_is_there_and_documented():
    api = importlib.import_module("pubengine.api")
    for name in api.__all__:
        value = getattr(api, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__doc__, name


def test_no_bytecode_or_machine_is_in_the_repository():
    root = SOURCE.parent.parent
    if not (root / ".git").exists():
        pytest.skip("not a checkout")
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    assert not [name for name in listed if "__pycache__" in name or name.startswith("public/")]
    home = os.path.expanduser("~")
    assert not [
        name
        for name in listed
        if name.endswith((".py", ".md", ".toml")) and home + "/" in (root / name).read_text("utf-8")
    ]


def test_the_readme_has_two_commands_one_for_the_site_and_one_for_the_tests():
    blocks = re.findall(
        r"^```sh$(.*?)^```$", (Path(__file__).parents[1] / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert blocks[0].strip().endswith("pubengine build")
    assert "pytest" in blocks[1]
