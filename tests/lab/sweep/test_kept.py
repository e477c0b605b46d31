from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.sweep.stubs import Knobs
from torchvitals.lab.sweep.chunks import Chunk, Measured, Reading
from torchvitals.lab.sweep.grid import grid
from torchvitals.lab.sweep.kept import Shelf, write_whole

POINTS = tuple(grid(Knobs, ["rate=0.1,0.30000000000000004"], 2))
CHUNK = Chunk("x", "code", POINTS)
READINGS = (Reading("a", 1 / 3), Reading("b", float("inf")), Reading("c", None, "1", "2", False))


def test_what_is_kept_is_found_to_the_bit(tmp_path: Path):
    Shelf(tmp_path).keep(CHUNK, [Measured(point, READINGS) for point in POINTS])
    assert Shelf(tmp_path).found("x", "code") == dict.fromkeys(POINTS, READINGS)


def test_other_code_and_other_experiments_are_not_found(tmp_path: Path):
    Shelf(tmp_path).keep(CHUNK, [Measured(POINTS[0], READINGS)])
    assert Shelf(tmp_path).found("x", "other") == Shelf(tmp_path).found("y", "code") == {}


def test_a_chunk_of_failures_leaves_no_file(tmp_path: Path):
    Shelf(tmp_path).keep(CHUNK, [])
    assert list(tmp_path.rglob("*.json")) == []


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"experiment": "x"}', "\x00" * 9])
def test_a_damaged_file_is_as_none(tmp_path: Path, damage: str):
    Shelf(tmp_path).keep(CHUNK, [Measured(POINTS[0], READINGS)])
    (tmp_path / "chunks" / "damaged.json").write_text(damage)
    assert list(Shelf(tmp_path).found("x", "code")) == [POINTS[0]]


def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("old")

    def fail(part: Path) -> None:
        part.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(file, fail)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
