"""The results of a sweep in one Parquet file: a row for each thing measured (extra `sweep`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from torchvitals.lab.sweep.chunks import Reading
from torchvitals.lab.sweep.grid import GridError, Point
from torchvitals.lab.sweep.kept import write_whole

FILE = "results.parquet"
COLUMNS = ("seed", *Reading._fields)
"""After a column for each knob."""


class NoPyarrowError(Exception):
    """pyarrow is an extra, and absent."""


def require_pyarrow(knobs: Sequence[str]) -> None:
    """Before hours of work: that its result can be written.

    Raises:
        NoPyarrowError: pyarrow is not installed.
        GridError: a knob has the name of one of our columns.
    """
    _pyarrow()
    taken = [name for name in knobs if name in COLUMNS]
    if taken:
        raise GridError(
            f"Expected no knob called {taken[0]!r}: results have a column of that name."
        )


def write(path: Path, points: Sequence[Point], known: Mapping[Point, tuple[Reading, ...]]) -> int:
    """Write what is known of the points, sorted by parameters, then seed; the number of rows.

    Equal results make equal files, byte by byte.

    Raises:
        NoPyarrowError: pyarrow is not installed.
        OSError: it can't be written.
    """
    arrow, parquet = _pyarrow()
    rows = [
        (*(value for _, value in point.parameters), point.seed, *reading)
        for point in sorted(points, key=_order)
        for reading in known.get(point, ())
    ]
    names = [name for name, _ in points[0].parameters]
    types = [_type(arrow, value) for _, value in points[0].parameters]
    types += [arrow.int64(), arrow.string(), arrow.float64()]
    types += [arrow.string(), arrow.string(), arrow.bool_()]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(types)
    table = arrow.table(
        {
            name: arrow.array(column, kind)
            for name, column, kind in zip([*names, *COLUMNS], columns, types, strict=True)
        }
    )
    write_whole(path, lambda file: parquet.write_table(table, file, compression="zstd"))
    return len(rows)


def _order(point: Point) -> tuple[Any, ...]:
    return (*(value for _, value in point.parameters), point.seed)


def _type(arrow: Any, value: Any) -> Any:
    if isinstance(value, bool):
        return arrow.bool_()
    if isinstance(value, int):
        return arrow.int64()
    return arrow.float64() if isinstance(value, float) else arrow.string()


def _pyarrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise NoPyarrowError from error
