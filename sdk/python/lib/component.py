"""Two corrections of what componentize-py 0.25.1 makes.

Its `cabi_realloc` takes memory for an empty list, and nothing gives that back: a finding has up to three
empty lists, so an instance would grow by some 70 bytes with each. The corrected function answers a request
for nothing with the alignment, as the component model's own examples do.

And the component says that it was written in the language of the interpreter's glue; it is Python.
"""

from collections.abc import Iterator

_MAGIC = b"\0asm"
_CORE = _MAGIC + b"\1\0\0\0"
_COMPONENT = _MAGIC + b"\x0d\0\1\0"
_FUNCTION = b"cabi_realloc"
# Sections of a core module, and the one of a component that holds core modules.
_CUSTOM, _IMPORTS, _EXPORTS, _CODE = 0, 2, 7, 10
_CORE_MODULE = 1
_PRODUCERS = b"\x09producers"
# `if (new_size == 0) return align;` as the fourth and the third parameter.
_EARLY_RETURN = bytes.fromhex("20 03 45 04 40 20 02 0f 0b")


def correct(component: bytes, tool: str) -> bytes:
    """The component with that function corrected wherever a module in it defines it, made by `tool`."""
    if not component.startswith(_COMPONENT):
        raise ValueError("this is no component")
    out = bytearray(_COMPONENT)
    corrected = 0
    for kind, body in _sections(component):
        if kind == _CORE_MODULE:
            module = _correct_module(body)
            corrected += module.count(_EARLY_RETURN) > body.count(_EARLY_RETURN)
            body = module
        out += _section(kind, body)
    if not corrected:
        raise ValueError(f"no module of the component defines {_FUNCTION.decode()}")
    languages = _name(b"language") + b"\1" + _name(b"Python") + _name(b"")
    tools = _name(b"processed-by") + b"\1" + _name(b"componentize-py") + _name(tool.encode())
    return bytes(out + _section(_CUSTOM, _PRODUCERS + b"\2" + languages + tools))


def _correct_module(module: bytes) -> bytes:
    sections = [
        (kind, body)
        for kind, body in _sections(module)
        if not (kind == _CUSTOM and body.startswith(_PRODUCERS))
    ]
    imported = sum(_imported_functions(body) for kind, body in sections if kind == _IMPORTS)
    exported = [_exported_function(body) for kind, body in sections if kind == _EXPORTS]
    place = next((place - imported for place in exported if place is not None), -1)
    out = bytearray(_CORE)
    for kind, body in sections:
        out += _section(kind, _correct_code(body, place) if kind == _CODE and place >= 0 else body)
    return bytes(out)


def _correct_code(code: bytes, place: int) -> bytes:
    count, at = _number(code, 0)
    out = bytearray(_encode(count))
    for index in range(count):
        size, at = _number(code, at)
        function = code[at : at + size]
        at += size
        if index == place:
            groups, start = _number(function, 0)
            for _ in range(groups):
                start = _number(function, start)[1] + 1
            function = function[:start] + _EARLY_RETURN + function[start:]
        out += _encode(len(function)) + function
    return bytes(out)


def _imported_functions(section: bytes) -> int:
    count, at = _number(section, 0)
    functions = 0
    for _ in range(count):
        for _name in range(2):
            size, at = _number(section, at)
            at += size
        kind = section[at]
        at += 1
        functions += kind == 0
        if kind == 0:
            at = _number(section, at)[1]
        elif kind == 3:
            at += 2
        else:  # a table, whose limits follow its type; a memory; a tag, which has two numbers
            at += kind == 1
            flags, at = _number(section, at)
            at = _number(section, at)[1]
            if kind != 4 and flags & 1:
                at = _number(section, at)[1]
    return functions


def _exported_function(section: bytes) -> int | None:
    count, at = _number(section, 0)
    for _ in range(count):
        size, at = _number(section, at)
        name = section[at : at + size]
        kind = section[at + size]
        place, at = _number(section, at + size + 1)
        if kind == 0 and name == _FUNCTION:
            return place
    return None


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
