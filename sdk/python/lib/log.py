"""Lines for the operator; bounded, excess is counted."""

from typing import TYPE_CHECKING

from .bindings import lent

if TYPE_CHECKING:
    from .stubs.wit_world.imports import log as _host
else:
    _host = lent("log")

Level = _host.Level


def debug(message: str) -> None:
    """Writes a line for people who look for a fault."""
    _host.write(Level.DEBUG, message)


def info(message: str) -> None:
    """Writes a line."""
    _host.write(Level.INFO, message)


def warn(message: str) -> None:
    """Writes a line about something that may be wrong."""
    _host.write(Level.WARN, message)


def error(message: str) -> None:
    """Writes a line about something that is wrong."""
    _host.write(Level.ERROR, message)
