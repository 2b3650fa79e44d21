"""The ancestors of the process that a row is about."""

from typing import TYPE_CHECKING

from .batch import Row
from .bindings import lent

if TYPE_CHECKING:
    from .stubs.wit_world.imports import process as _host
    from .stubs.wit_world.imports.process import Ancestor
else:
    _host = lent("process")
    Ancestor = _host.Ancestor

__all__ = ["Ancestor", "ancestors"]


def ancestors(row: Row) -> list[Ancestor]:
    """Parent first."""
    return _host.ancestors(row.index)
