"""The rows of a batch, read by field name."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .bindings import types
from .finding import Location

# What stands in a column for a value that is missing.
_NO_NUMBER = 2**64 - 1
_FLAGS = (False, True, None)

# How a column is read.
_READ_BY = {
    types.Column_Texts: "text",
    types.Column_TextLists: "texts",
    types.Column_Numbers: "number",
    types.Column_NumberLists: "numbers",
    types.Column_Flags: "flag",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One hit of one of the plugin's patterns in a file. What was not subscribed to is 0 or empty."""

    pattern: int
    """The pattern's id."""
    offset: int
    """First byte of the match in the file."""
    length: int
    """Bytes matched."""
    line: int
    """From 1."""
    column: int
    """From 1, in bytes."""
    text: str
    """The first capture group, or the whole match."""
    context: str
    """The line around the match."""

    @property
    def location(self) -> Location:
        """Where it is, for a finding."""
        return Location(self.offset, self.length, self.line or None, self.column or None)


class Batch:
    """Events of one subscription, in order: `for row in batch`."""

    __slots__ = ("_columns", "_length", "_strings", "kind")

    def __init__(self, raw: types.Batch, kind: str, fields: Sequence[str]) -> None:
        self.kind = kind
        """The kind of its events: `process.exec`."""
        self._length = raw.rows
        self._strings = raw.strings
        self._columns = dict(zip(fields, raw.columns, strict=True))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> "Iterator[Row]":
        return (Row(self, index) for index in range(self._length))

    def texts(self, field: str) -> list[str | None]:
        """A text field of every row, for hot loops."""
        symbols = self._values(field, types.Column_Texts)
        if symbols is None:
            return [None] * self._length
        strings: list[str | None] = [None, *self._strings[1:]]
        return [strings[symbol] for symbol in symbols]

    def _text(self, symbol: int) -> str | None:
        return self._strings[symbol] if symbol else None

    def _values(self, field: str, kind: Any) -> Any:
        try:
            column: Any = self._columns[field]
        except KeyError:
            raise LookupError(
                f"the subscription to {self.kind} does not ask for the field `{field}`: add it there"
            ) from None
        if isinstance(column, kind):
            return column.value
        if column is None:  # a test that says nothing of the field
            return None
        raise TypeError(f"read the field `{field}` with {_READ_BY[type(column)]}(), not {_READ_BY[kind]}()")

    def _items(self, field: str, kind: Any, row: int) -> list[int]:
        lists = self._values(field, kind)
        if lists is None:
            return []
        start = lists.ends[row - 1] if row else 0
        items: list[int] = lists.items[start : lists.ends[row]]
        return items

    def _asks_for(self, field: str) -> bool:
        return field in self._columns


class Row:
    """One event of a batch."""

    __slots__ = ("batch", "index")

    def __init__(self, batch: Batch, index: int) -> None:
        self.batch = batch
        """The batch it belongs to."""
        self.index = index
        """Its place in the batch."""

    @property
    def kind(self) -> str:
        """The kind of event: `process.exec`."""
        return self.batch.kind

    def text(self, field: str) -> str | None:
        """A text field."""
        symbols = self.batch._values(field, types.Column_Texts)
        return None if symbols is None else self.batch._text(symbols[self.index])

    def texts(self, field: str) -> list[str]:
        """A field that lists texts."""
        symbols = self.batch._items(field, types.Column_TextLists, self.index)
        return [self.batch._text(symbol) or "" for symbol in symbols]

    def number(self, field: str) -> int | None:
        """A number field."""
        numbers = self.batch._values(field, types.Column_Numbers)
        if numbers is None or numbers[self.index] == _NO_NUMBER:
            return None
        number: int = numbers[self.index]
        return number

    def numbers(self, field: str) -> list[int]:
        """A field that lists numbers."""
        return self.batch._items(field, types.Column_NumberLists, self.index)

    def flag(self, field: str) -> bool | None:
        """A yes-or-no field."""
        flags = self.batch._values(field, types.Column_Flags)
        return None if flags is None else _FLAGS[flags[self.index]]

    def json(self, field: str) -> Any:
        """A text field that holds JSON, as `object` of `k8s.object` does; `None` when it is missing."""
        text = self.text(field)
        return None if text is None else json.loads(text)

    def hits(self) -> Iterator[Hit]:
        """The hits in the file, in order of offset. The subscription must ask for `hits.pattern`; of the
        other `hits.` fields, what it asks for is filled in."""
        patterns = self.numbers("hits.pattern")
        offsets, lengths, lines, columns = (
            self._of_hits(self.numbers, name, [0] * len(patterns))
            for name in ("offset", "length", "line", "column")
        )
        texts, contexts = (
            self._of_hits(self.texts, name, [""] * len(patterns)) for name in ("text", "context")
        )
        return map(Hit, patterns, offsets, lengths, lines, columns, texts, contexts)

    def _of_hits(self, read: Any, name: str, otherwise: list[Any]) -> list[Any]:
        field = f"hits.{name}"
        values = read(field) if self.batch._asks_for(field) else []
        return values or otherwise
