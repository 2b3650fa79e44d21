"""Builds the project of this directory into a component: `python merlon/build.py [--output plugin.wasm]`.

Needs Python 3.11 and `pip install componentize-py==0.25.1`. `pyproject.toml` says what to build:

    [tool.merlon]
    module = "detection"      # ends with `Detector = export(...)`
    sdk = "merlon"            # the folder of this file
    path = ["vendor"]         # where other packages were put: pip install --target vendor NAME

The component asks the host for the capabilities whose modules the project imports, and for nothing else.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

from component import correct  # type: ignore[import-not-found]  # a script imports its neighbours

COMPONENTIZE_PY = "0.25.1"
CAPABILITIES = ("log", "ruleset", "content", "process", "kubernetes", "state")
# What is no source of the plugin. Virtual environments are told by their own file.
LEFT_OUT = shutil.ignore_patterns(
    ".*",
    "__pycache__",
    "build",
    "dist",
    "target",
    "*.wasm",
    "cases",
    "tests",
    "test_*.py",
    "*_test.py",
    "conftest.py",
)


def main() -> None:
    """Builds what the arguments say."""
    parser = argparse.ArgumentParser(description="Builds a Merlon plugin into a component.")
    parser.add_argument("project", nargs="?", type=Path, default=Path(), help="default: this directory")
    parser.add_argument("--output", type=Path, help="default: plugin.wasm in the project")
    arguments = parser.parse_args()
    check_tool()
    project = arguments.project.resolve()
    output = (arguments.output or project / "plugin.wasm").resolve()
    with tempfile.TemporaryDirectory(prefix="merlon-build-") as work:
        build(project, output, Path(work))


def check_tool() -> None:
    """The tool is there, in the version whose output the host knows."""
    try:
        found = version("componentize-py")
    except PackageNotFoundError:
        found = "none"
    if found != COMPONENTIZE_PY:
        fail(
            f"this needs componentize-py {COMPONENTIZE_PY} and finds {found}: "
            f"{sys.executable} -m pip install componentize-py=={COMPONENTIZE_PY}"
        )


def build(project: Path, output: Path, work: Path) -> None:
    """Copies the sources to `work`, where nothing else lies, and builds them there."""
    settings = read_settings(project)
    module = settings.get("module", "detection")
    sdk = project / settings.get("sdk", "merlon")
    wit = sdk / "wit" / "merlon.wit"
    if not wit.is_file():
        fail(f"{project / 'pyproject.toml'}: [tool.merlon] sdk: {sdk} is no copy of Merlon's SDK")
    if not (project / f"{module}.py").is_file() and not (project / module).is_dir():
        fail(f"{project / 'pyproject.toml'}: [tool.merlon] module: no {module}.py in {project}")
    sources = work / "project"
    shutil.copytree(project, sources, ignore=lambda folder, names: left_out(folder, names, sdk))
    made = work / "plugin.wasm"
    world = work / "world.wit"
    world.write_text(world_of(wit, used_capabilities(sources)))
    shutil.copytree(
        sdk, work / "sdk" / "merlon", ignore=shutil.ignore_patterns("stubs", "wit", "__pycache__")
    )
    path = [sources, work / "sdk", *(sources / each for each in settings.get("path", []))]
    command = [sys.executable, "-c", "import componentize_py; componentize_py.script()"]
    command += [
        "--quiet",
        "--wit-path",
        str(wit),
        "--wit-path",
        str(world),
        "--world",
        "merlon:project/component",
    ]
    command += ["componentize", module, "--output", str(made)]
    for each in path:
        command += ["--python-path", str(each)]
    quiet = {**os.environ, "RUST_BACKTRACE": "0", "RUST_LIB_BACKTRACE": "0"}
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=quiet)
    if ran.returncode != 0:
        # Inside, the sources lie in /0 and the SDK in /1.
        told = f"{ran.stdout}{ran.stderr}".replace('"/0/', f'"{project}/').replace('"/1/merlon/', f'"{sdk}/')
        fail(f"{told}\ncomponentize-py could not build {module}.py, which ends with `Detector = export(...)`")
    output.write_bytes(correct(made.read_bytes(), COMPONENTIZE_PY))


def read_settings(project: Path) -> dict[str, Any]:
    """The table `tool.merlon` of the project file."""
    file = project / "pyproject.toml"
    try:
        settings: dict[str, Any] = tomllib.loads(file.read_text()).get("tool", {}).get("merlon", {})
    except FileNotFoundError:
        fail(f"{project} has no pyproject.toml: `merlon plugin new --language python NAME` makes a project")
    except tomllib.TOMLDecodeError as error:
        fail(f"{file}: {error}")
    unknown = settings.keys() - {"module", "sdk", "path"}
    if unknown:
        fail(f"{file}: [tool.merlon] has no {', '.join(sorted(unknown))}; it has module, sdk and path")
    return settings


def left_out(folder: str, names: list[str], sdk: Path) -> set[str]:
    """What of a folder is no source: the SDK, which has a place of its own, and what tools leave behind."""
    out = LEFT_OUT(folder, names)
    for name in names:
        path = Path(folder, name)
        if path.resolve() == sdk.resolve() or (path / "pyvenv.cfg").is_file():
            out.add(name)
    return out


def used_capabilities(sources: Path) -> list[str]:
    """The capabilities that the sources import, in the order of the interface."""
    used = {name for file in sources.rglob("*.py") for name in imports_of(file)}
    return [name for name in CAPABILITIES if name in used]


def imports_of(file: Path) -> Iterator[str]:
    """The modules of the SDK that a file imports: `log` of `from merlon import log`."""
    try:
        tree = ast.parse(file.read_bytes(), file.name)
    except SyntaxError as error:
        fail(f"{file.name}:{error.lineno}: {error.msg}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            if package == "merlon" and rest:
                yield rest.partition(".")[0]


def world_of(wit: Path, capabilities: list[str]) -> str:
    """A world that asks for no more than that."""
    found = re.search(r"^package merlon:plugin@([0-9.]+);", wit.read_text(), re.MULTILINE)
    if found is None:
        fail(f"{wit} names no package merlon:plugin; make the SDK's folder again")
    imports = "".join(f" import merlon:plugin/{name}@{found[1]};" for name in capabilities)
    return (
        f"package merlon:project;\nworld component {{{imports} export merlon:plugin/detector@{found[1]}; }}\n"
    )


def fail(text: str) -> NoReturn:
    """Says why, and ends."""
    sys.exit(f"error: {text}")


if __name__ == "__main__":
    main()
