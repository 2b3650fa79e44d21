"""The bytes of the file that a row is about."""

from typing import TYPE_CHECKING

from .batch import Row
from .bindings import lent
from .error import refusals

if TYPE_CHECKING:
    from .stubs.wit_world.imports import content as _host
else:
    _host = lent("content")


def read(row: Row, offset: int, length: int) -> bytes:
    """At most 64 KiB; empty at the end of the file. `HostError`: the row is about no file, or its bytes
    are not kept."""
    with refusals():
        return _host.read(row.index, offset, length)
