"""The build, as far as it goes without the compiler."""

import build
import component
import pytest

PROJECT = '[tool.merlon]\nmodule = "detection"\n'


def module(*sections: bytes) -> bytes:
    return component._CORE + b"".join(sections)


def correct(*modules: bytes) -> list[tuple[int, bytes]]:
    before = b"".join(component._section(component._CORE_MODULE, each) for each in modules)
    after = component.correct(component._COMPONENT + before, "1.2")
    assert after.startswith(component._COMPONENT)
    return list(component._sections(after))


def gives_back(condition: bytes, size: bytes) -> bytes:
    """Code that gives a list back."""
    code = condition + b"\x04\x40\x20\x00\x20\x81\x01\x20" + size + b"\x41\x04\x41\x01\x10\x07\x0b"
    return component._section(10, b"before" + code + b"after")


@pytest.mark.parametrize(("size", "always"), [(b"\x05", b"\x41\x01"), (b"\x85\x01", b"\x41\x81\x00")])
def test_an_empty_list_is_given_back_too(size, always):
    sections = correct(module(gives_back(b"\x20" + size, size)))
    assert sections[0] == (1, module(gives_back(always, size)))


def test_other_modules_stay_as_they_are():
    same = gives_back(b"\x20\x05", b"\x05")
    other = module(gives_back(b"\x20\x06", b"\x05"))
    assert correct(other, module(same))[0] == (1, other)
    with pytest.raises(ValueError, match="gives a list back"):
        correct(other)


def test_the_component_says_that_it_is_python_and_nothing_else():
    claim = component._section(component._CUSTOM, component._PRODUCERS + b"\1\x08language\1\4Rust\0")
    (_, core), (kind, producers) = correct(module(gives_back(b"\x20\x05", b"\x05"), claim))
    assert b"Rust" not in core
    assert kind == component._CUSTOM
    assert producers.endswith(b"\2\x08language\1\6Python\0\x0cprocessed-by\1\x0fcomponentize-py\x031.2")


def test_a_core_module_is_no_component():
    with pytest.raises(ValueError, match="no component"):
        component.correct(module(), "1.2")


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
