"""Named tuples to JSON and back, by their annotations."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

_WRITER = json.JSONEncoder(separators=(",", ":"), check_circular=False)
Record = TypeVar("Record", bound=tuple[Any, ...])


def encode(record: tuple[Any, ...]) -> str:
    """A named tuple as a JSON array of its fields, in their order. Not-a-number and infinity keep
    Python's spelling.
    """
    return _WRITER.encode(record)


def decode(kind: type[Record], text: str) -> Record:
    """The named tuple that `encode` wrote, also where fields with defaults came to it since.

    Raises:
        ValueError: the text is not such a record.
    """
    try:
        return typing.cast("Record", _decoder(kind)(json.loads(text)))
    except (TypeError, KeyError, IndexError) as error:
        message = f"Expected a stored {kind.__name__} but got {text[:60]!r}"
        raise ValueError(message) from error


@cache
def _decoder(annotation: Any) -> Callable[[Any], Any]:
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        inner = [_decoder(a) for a in typing.get_args(annotation) if a is not type(None)]
        return lambda value: None if value is None else inner[0](value)
    if origin is tuple:
        return _tuple_decoder(typing.get_args(annotation))
    if isinstance(annotation, type) and hasattr(annotation, "_fields"):
        return _record_decoder(annotation)
    return lambda value: value


def _tuple_decoder(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    if arguments[-1] is Ellipsis:
        item = _decoder(arguments[0])
        return lambda value: tuple(item(entry) for entry in value)
    items = [_decoder(argument) for argument in arguments]
    return lambda value: tuple(item(entry) for item, entry in zip(items, value, strict=True))


def _record_decoder(kind: Any) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(kind)
    fields = [_decoder(hints[name]) for name in kind._fields]

    needed = len(fields) - len(kind._field_defaults)

    def read(value: Any) -> Any:
        if not needed <= len(value) <= len(fields):  # what an older version lacked has a default
            raise TypeError(kind.__name__)
        return kind(*(field(entry) for field, entry in zip(fields, value, strict=False)))

    return read
