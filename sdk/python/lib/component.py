"""Two corrections of what componentize-py 0.25.1 makes.

A list that a plugin answers with is copied to memory that is given back after the call, but for an empty
list, for which memory is taken too, it is not: a finding has up to three of these, so an instance would grow
by some 70 bytes with each finding. The corrected code gives back what it took, whatever the size.

And the component says that it was written in the language of the interpreter's glue; it is Python.
"""

import re
from collections.abc import Iterator

_CORE = b"\0asm\1\0\0\0"
_COMPONENT = b"\0asm\x0d\0\1\0"
# The section of a component that holds a core module, and what begins a section about tools.
_CORE_MODULE = 1
_CUSTOM = 0
_PRODUCERS = b"\x09producers"

# `if (size) give_back(call, list, size, alignment, 1)`; the size is a local of one or two bytes.
_LOCAL = rb"(?:[\x80-\xff][\x01-\x7f]|[\x00-\x7f])"
_GIVE_BACK = re.compile(
    rb"\x20(?P<size>%b)(?P<rest>\x04\x40\x20%b\x20%b\x20(?P=size)\x41[\x01\x02\x04\x08]\x41\x01\x10%b\x0b)"
    % (_LOCAL, _LOCAL, _LOCAL, _LOCAL),
    re.DOTALL,
)
# `if (1)`, as long as what it replaces.
_ALWAYS = {1: b"\x41\x01", 2: b"\x41\x81\x00"}


def correct(component: bytes, tool: str) -> bytes:
    """The component with both corrected, made by that version of the tool."""
    if not component.startswith(_COMPONENT):
        raise ValueError("this is no component")
    out = bytearray(_COMPONENT)
    corrected = 0
    for kind, body in _sections(component):
        if kind == _CORE_MODULE:
            body, places = _GIVE_BACK.subn(_always, _without_producers(body))
            corrected += places
        out += _section(kind, body)
    if not corrected:
        raise ValueError("no module of the component gives a list back")
    languages = _name(b"language") + b"\1" + _name(b"Python") + _name(b"")
    tools = _name(b"processed-by") + b"\1" + _name(b"componentize-py") + _name(tool.encode())
    return bytes(out + _section(_CUSTOM, _PRODUCERS + b"\2" + languages + tools))


def _always(found: re.Match[bytes]) -> bytes:
    return _ALWAYS[len(found["size"])] + found["rest"]


def _without_producers(module: bytes) -> bytes:
    out = bytearray(_CORE)
    for kind, body in _sections(module):
        if not (kind == _CUSTOM and body.startswith(_PRODUCERS)):
            out += _section(kind, body)
    return bytes(out)


def _sections(binary: bytes) -> Iterator[tuple[int, bytes]]:
    at = len(_CORE)
    while at < len(binary):
        size, start = _number(binary, at + 1)
        yield binary[at], binary[start : start + size]
        at = start + size


def _section(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + _encode(len(body)) + body


def _name(text: bytes) -> bytes:
    return _encode(len(text)) + text


def _number(binary: bytes, at: int) -> tuple[int, int]:
    """An unsigned number of variable length, and where it ends."""
    value = shift = 0
    while True:
        byte = binary[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _encode(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
