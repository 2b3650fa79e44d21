"""The build, as far as it goes without the compiler."""

import build
import component
import pytest

PROJECT = '[tool.merlon]\nmodule = "detection"\n'


def leb(value: int) -> bytes:
    return component._encode(value)


def section(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + leb(len(body)) + body


def name(text: str) -> bytes:
    return leb(len(text)) + text.encode()


def module(exported: str) -> bytes:
    """A module with an import of every kind, and two functions of which the second is exported."""
    imports = (
        name("m") + name("memory") + b"\2\1\1\2",
        name("m") + name("table") + b"\1\x70\0\1",
        name("m") + name("global") + b"\3\x7f\0",
        name("m") + name("function") + b"\0\0",
        name("m") + name("tag") + b"\4\0\0",
    )
    first, second = b"\0\x0b", b"\1\1\x7f\x20\0\x0b"
    return (
        component._CORE
        + section(1, b"\1\x60\4\x7f\x7f\x7f\x7f\1\x7f")
        + section(2, leb(len(imports)) + b"".join(imports))
        + section(3, b"\2\0\0")
        + section(7, b"\1" + name(exported) + b"\0\2")
        + section(10, b"\2" + leb(len(first)) + first + leb(len(second)) + second)
    )


def correct(component_bytes: bytes) -> list[tuple[int, bytes]]:
    after = component.correct(component_bytes, "1.2")
    assert after.startswith(component._COMPONENT)
    return list(component._sections(after))


def test_the_function_that_takes_memory_for_nothing_returns_early():
    before = section(0, b"\1x") + section(1, module("cabi_realloc"))
    custom, (kind, core), _producers = correct(component._COMPONENT + before)
    assert (custom, kind) == ((0, b"\1x"), 1)
    assert len(core) == len(module("cabi_realloc")) + len(component._EARLY_RETURN)
    assert b"\1\1\x7f" + component._EARLY_RETURN + b"\x20\0\x0b" in core
    assert [kind for kind, _ in component._sections(core)] == [1, 2, 3, 7, 10]


def test_modules_without_that_function_stay_as_they_are():
    other = module("other")
    sections = correct(component._COMPONENT + section(1, other) + section(1, module("cabi_realloc")))
    assert sections[0] == (1, other)
    with pytest.raises(ValueError, match="no module of the component"):
        correct(component._COMPONENT + section(1, other))


def test_the_component_says_that_it_is_python_and_nothing_else():
    claims = module("cabi_realloc") + section(0, component._PRODUCERS + b"\1\x08language\1\4Rust\0")
    (_, core), (kind, producers) = correct(component._COMPONENT + section(1, claims))
    assert b"Rust" not in core
    assert kind == 0
    assert producers.endswith(b"\2\x08language\1\6Python\0\x0cprocessed-by\1\x0fcomponentize-py\x031.2")


def test_a_core_module_is_no_component():
    with pytest.raises(ValueError, match="no component"):
        component.correct(module("cabi_realloc"), "1.2")


@pytest.mark.parametrize(
    ("source", "used"),
    [
        ("from merlon import Batch, log, state", ["log", "state"]),
        ("import merlon.process", ["process"]),
        ("from merlon.content import read", ["content"]),
        ("def f():\n    from merlon import kubernetes as k", ["kubernetes"]),
        ("import log\nfrom state import x\nfrom . import content", []),
    ],
)
def test_a_component_asks_for_the_capabilities_that_its_sources_import(tmp_path, source, used):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.py").write_text(source)
    assert build.used_capabilities(tmp_path) == used


def test_the_world_has_these_imports_and_the_version_of_the_interface(tmp_path):
    wit = tmp_path / "merlon.wit"
    wit.write_text("/// Words.\npackage merlon:plugin@0.7.0;\n")
    world = build.world_of(wit, ["log"])
    assert world == (
        "package merlon:project;\n"
        "world component { import merlon:plugin/log@0.7.0; export merlon:plugin/detector@0.7.0; }\n"
    )


def test_what_is_wrong_with_a_project_is_said_with_its_place(tmp_path):
    for text, reason in [
        (None, "has no pyproject.toml"),
        ("[tool", "pyproject.toml: "),
        ('[tool.merlon]\nmodul = "x"', "has no modul"),
        (PROJECT, "is no copy of Merlon's SDK"),
    ]:
        if text is not None:
            (tmp_path / "pyproject.toml").write_text(text)
        with pytest.raises(SystemExit, match=reason):
            build.build(tmp_path, tmp_path / "plugin.wasm", tmp_path / "work")


def test_sources_are_copied_without_the_sdk_tests_and_what_tools_leave_behind(tmp_path):
    for path in ("merlon", "env", "pkg"):
        (tmp_path / path).mkdir()
    (tmp_path / "env" / "pyvenv.cfg").touch()
    names = ["merlon", "env", "pkg", ".git", "detection.py", "test_detection.py", "plugin.wasm", "cases"]
    out = build.left_out(str(tmp_path), names, tmp_path / "merlon")
    assert set(names) - out == {"pkg", "detection.py"}
