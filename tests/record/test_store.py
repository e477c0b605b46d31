"""The file of a run: what is committed is there, and what is not is not."""

from __future__ import annotations

import math
import os
import sqlite3
from pathlib import Path

import pytest

from tests.worlds import a_look
from torchvitals.record.recording import load
from torchvitals.record.store import (
    FILE_NAME,
    Event,
    SegmentRecord,
    Store,
    StoreError,
    read_facts,
    read_store,
)

SEGMENT = SegmentRecord(0, "model 0", 3, 4, handwritten=False, classes=(("fc", "Linear"),))


def filled(folder: Path) -> Store:
    store = Store(folder)
    store.put("script", "train.py")
    store.put_segment(SEGMENT)
    store.add_look(a_look(0))
    store.add_losses(0, 0, 0, [1.0, 0.5, math.nan])
    store.add_event(Event("exception", -1, 3, "ValueError: no", "train.py:3"))
    return store


def test_all_that_was_committed_reads_back(tmp_path: Path):
    store = filled(tmp_path)
    store.commit()
    stored = read_store(tmp_path)
    assert stored.facts == {"script": "train.py"}
    assert stored.segments == (SEGMENT,)
    assert stored.looks == (a_look(0),)
    ((segment, stream, first, values),) = stored.losses
    assert (segment, stream, first) == (0, 0, 0)
    assert values[:2] == (1.0, 0.5)
    assert math.isnan(values[2])
    assert stored.events == (Event("exception", -1, 3, "ValueError: no", "train.py:3"),)
    store.close()
    assert repr(read_store(tmp_path / FILE_NAME)) == repr(stored)


def test_what_is_not_committed_is_seen_by_the_writer_alone(tmp_path: Path):
    store = filled(tmp_path)
    assert len(store.read().looks) == 1
    assert read_store(tmp_path).looks == ()
    store.abandon()
    assert read_store(tmp_path).looks == ()


def test_what_is_rolled_back_is_gone_and_the_store_goes_on(tmp_path: Path):
    store = filled(tmp_path)
    store.commit()
    store.add_look(a_look(1))
    store.roll_back()
    assert [look.step for look in store.read().looks] == [0]


def test_later_facts_and_segments_replace_earlier_ones(tmp_path: Path):
    store = filled(tmp_path)
    store.put("script", "other.py")
    store.put_segment(SEGMENT._replace(steps=9))
    store.close()
    stored = read_store(tmp_path)
    assert (stored.facts, stored.segments[0].steps) == ({"script": "other.py"}, 9)
    assert read_facts(tmp_path) == stored.facts


def test_losses_in_pieces_are_one_series(tmp_path: Path):
    store = filled(tmp_path)
    store.add_losses(0, 1, 0, [7.0])
    store.add_losses(0, 0, 3, [0.25, 0.125])
    store.close()
    (segment,) = load(tmp_path).segments
    assert [series.stream for series in segment.losses] == [0, 1]
    assert segment.losses[0].steps.tolist() == [0, 1, 2, 3, 4]
    assert segment.losses[0].values[3:].tolist() == [0.25, 0.125]
    assert segment.main_loss is segment.losses[0]


def test_a_closed_store_is_one_file(tmp_path: Path):
    filled(tmp_path).close()
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_closed_store_takes_nothing_more(tmp_path: Path):
    store = filled(tmp_path)
    store.close()
    with pytest.raises(StoreError, match="Can't write the run store"):
        store.add_look(a_look(1))


def test_a_directory_that_cannot_be_made_is_an_error_that_names_it(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="file/run"):
        Store(tmp_path / "file" / "run")


def test_reading_leaves_the_folder_as_it_was(tmp_path: Path):
    filled(tmp_path).close()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    read_store(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_store_in_a_folder_that_cannot_be_written_reads(tmp_path: Path):
    store = filled(tmp_path)
    store.commit()
    tmp_path.chmod(0o500)
    try:
        assert len(read_store(tmp_path).looks) == 1
    finally:
        tmp_path.chmod(0o700)


def a_newer_schema(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version=99")


def a_damaged_look(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE look SET record = '[1, 2'")


def a_missing_table(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE look")


def losses_cut_short(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE loss SET losses = x'0102'")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (a_newer_schema, "newer torchvitals: its schema is 99"),
        (a_damaged_look, "Can't read"),
        (a_missing_table, "no such table: look"),
        (losses_cut_short, "Can't read"),
    ],
)
def test_a_store_that_cannot_be_read_says_why(spoil, words: str, tmp_path: Path):
    filled(tmp_path).close()
    spoil(tmp_path / FILE_NAME)
    with pytest.raises(StoreError, match=words):
        read_store(tmp_path)


def test_a_forked_process_writes_nothing(tmp_path: Path):
    store = filled(tmp_path)
    store.commit()
    child = os.fork()
    if not child:
        store.add_look(a_look(5))
        store.commit()
        store.close()
        os._exit(len(store.read().looks))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 1
    store.add_look(a_look(1))
    store.close()
    assert [look.step for look in read_store(tmp_path).looks] == [0, 1]
