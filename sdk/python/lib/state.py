"""A bounded store that outlives the instance. Its clock is the time of the row's event, so that a replay
sees what the live run saw."""

from typing import TYPE_CHECKING

from .batch import Row
from .bindings import lent
from .error import refusals

if TYPE_CHECKING:
    from .stubs.wit_world.imports import state as _host
else:
    _host = lent("state")


def get(row: Row, key: str) -> str | None:
    """The value, unless it expired."""
    return _host.get(row.index, key)


def set(row: Row, key: str, value: str, ttl_ms: int) -> None:
    """Keeps a value for `ttl_ms`. `HostError`: the store has no room."""
    with refusals():
        _host.set(row.index, key, value, ttl_ms)


def increment(row: Row, key: str, by: int, ttl_ms: int) -> int:
    """Adds to a counter that is forgotten `ttl_ms` after it was first counted; the new value.
    `HostError`: the store has no room."""
    with refusals():
        return _host.increment(row.index, key, by, ttl_ms)
