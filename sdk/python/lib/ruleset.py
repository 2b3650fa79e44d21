"""The files that `ruleset.yaml` lists under `content`."""

from typing import TYPE_CHECKING

from .bindings import lent
from .error import refusals

if TYPE_CHECKING:
    from .stubs.wit_world.imports import ruleset as _host
else:
    _host = lent("ruleset")


def files() -> list[str]:
    """Their paths."""
    return _host.files()


def read(path: str) -> bytes:
    """One of them, whole. `HostError`: the ruleset has no such file, or it cannot be read."""
    with refusals():
        return _host.read(path)
