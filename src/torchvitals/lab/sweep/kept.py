"""Finished chunks on disk: each a file that is there whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from torchvitals.lab.sweep.chunks import Chunk, Measured, Reading
from torchvitals.lab.sweep.grid import Point

_FOLDER = "chunks"


class Shelf:
    """The finished chunks in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / _FOLDER
        self._folder.mkdir(parents=True, exist_ok=True)

    def keep(self, chunk: Chunk, measured: Iterable[Measured]) -> None:
        """Write what was measured of a chunk; points that failed are left out, to be run again.

        Raises:
            OSError: it can't be written.
        """
        content = {
            "experiment": chunk.experiment,
            "code": chunk.code,
            "measured": [[point, list(readings)] for point, readings in measured],
        }
        if content["measured"]:
            text = json.dumps(content, ensure_ascii=False)
            write_whole(
                self._folder / f"{chunk.name}.json",
                lambda file: file.write_text(text, encoding="utf-8"),
            )

    def found(self, experiment: str, code: str) -> dict[Point, tuple[Reading, ...]]:
        """What is known of the experiment under this code, from every readable file."""
        known: dict[Point, tuple[Reading, ...]] = {}
        for file in sorted(self._folder.glob("*.json")):
            content = _read(file)
            if content is None or (content["experiment"], content["code"]) != (experiment, code):
                continue
            for (parameters, seed), readings in content["measured"]:
                point = Point(tuple((name, value) for name, value in parameters), seed)
                known[point] = tuple(Reading(*reading) for reading in readings)
        return known


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that a kill at any time leaves the old one, the new one or none.

    Raises:
        OSError: it can't be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _read(file: Path) -> dict[str, Any] | None:
    """None where it is no chunk of ours, or was damaged: it is then computed again."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return content if {"experiment", "code", "measured"} <= content.keys() else None
    except (OSError, ValueError, AttributeError):
        return None
