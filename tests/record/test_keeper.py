"""Where looks go: grouped in commits, and to memory when the disk fails."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.worlds import a_look
from torchvitals.record import keeper as keeping
from torchvitals.record.keeper import Keeper
from torchvitals.record.look import Look
from torchvitals.record.store import Event, SegmentRecord, Store, StoreError, read_store

SEGMENT = SegmentRecord(0, "model 0", 3, 4, handwritten=False, classes=())


class World:
    """A keeper, what it said, the looks it passed on, and a clock that stands still."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.said: list[str] = []
        self.passed_on: list[Look] = []
        monkeypatch.setattr(keeping, "perf_counter", lambda: self.now)
        self.keeper = Keeper(folder / "run", self.said.append, self.passed_on.append)

    def begin(self) -> Keeper:
        self.keeper.open({"script": "train.py"})
        return self.keeper

    def committed(self) -> list[int]:
        assert self.keeper.path is not None
        return [look.step for look in read_store(self.keeper.path).looks]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


def failing(*_: object) -> None:
    message = "the disk is full"
    raise StoreError(message)


def test_a_run_knows_its_name_and_its_facts(world: World):
    keeper = world.begin()
    keeper.put({"script": "other.py", "looks": "3"})
    assert keeper.read().facts == {"run": "run", "script": "other.py", "looks": "3"}


def test_looks_within_a_moment_are_committed_together(world: World):
    keeper = world.begin()
    for step in range(1, 8):
        keeper.look(partial(a_look, step))
    assert world.committed() == [1, 2, 3, 4], "the 1st, the 2nd and the 4th commit at once"
    world.now += 1.0
    keeper.look(partial(a_look, 8))
    assert world.committed() == list(range(1, 9))


def test_what_is_not_committed_yet_is_read_back_all_the_same(world: World):
    keeper = world.begin()
    keeper.segment(SEGMENT)
    for step in range(7):
        keeper.look(partial(a_look, step))
    stored = keeper.read()
    assert [look.step for look in stored.looks] == list(range(7))
    assert stored.segments == (SEGMENT,)


def test_every_look_is_passed_on_once_it_is_kept(world: World):
    keeper = world.begin()
    keeper.look(partial(a_look, 0))
    keeper.look(partial(a_look, 1))
    assert [look.step for look in world.passed_on] == [0, 1]


def test_a_look_that_fails_takes_none_with_it(world: World):
    keeper = world.begin()
    for step in range(1, 7):
        keeper.look(partial(a_look, step))
    keeper.look(failing)
    with pytest.raises(StoreError):
        keeper.close()
    assert [look.step for look in keeper.read().looks] == list(range(1, 7))


def test_the_last_that_is_said_of_a_segment_holds(world: World):
    keeper = world.begin()
    keeper.segment(SEGMENT)
    keeper.look(partial(a_look, 0))
    keeper.segment(SEGMENT._replace(steps=50))
    keeper.close()
    assert [segment.steps for segment in keeper.read().segments] == [50]


def test_a_closed_run_is_read_from_its_file_and_takes_nothing_more(world: World):
    keeper = world.begin()
    for step in range(7):
        keeper.look(partial(a_look, step))
    keeper.close()
    keeper.event(Event("late", -1, 0, "", None))
    assert [look.step for look in keeper.read().looks] == list(range(7))
    assert keeper.read().events == ()
    assert world.said == []


@pytest.mark.parametrize("call", ["add_look", "commit", "put_segment", "add_losses"])
def test_when_the_disk_fails_memory_takes_over_with_all_that_was_kept(
    call: str, world: World, monkeypatch: pytest.MonkeyPatch
):
    keeper = world.begin()
    keeper.segment(SEGMENT)
    keeper.losses(0, 0, 0, [1.0, 0.5])
    keeper.look(partial(a_look, 0))
    monkeypatch.setattr(Store, call, failing)
    world.now += 1.0
    keeper.segment(SEGMENT._replace(steps=4))
    keeper.losses(0, 0, 2, [0.25])
    keeper.look(partial(a_look, 1))
    world.now += 1.0
    keeper.look(partial(a_look, 2))
    stored = keeper.read()
    assert [look.step for look in stored.looks] == [0, 1, 2]
    assert [values for *_, values in stored.losses] == [(1.0, 0.5, 0.25)]
    assert stored.segments[0].steps == 4
    assert world.said == ["the disk is full"], "told once"
    keeper.close()
    assert len(keeper.read().looks) == 3


def test_a_disk_that_fails_as_the_run_is_read_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    keeper = world.begin()
    for step in range(7):
        keeper.look(partial(a_look, step))
    monkeypatch.setattr(Store, "add_look", failing)
    assert [look.step for look in keeper.read().looks] == list(range(7))
    assert world.said == ["the disk is full"]


def test_without_a_place_for_a_store_all_is_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "run").write_text("a file in the way")
    world = World(tmp_path, monkeypatch)
    keeper = world.begin()
    keeper.look(partial(a_look, 0))
    assert [look.step for look in keeper.read().looks] == [0]
    assert keeper.path is None
    assert len(world.said) == 1
    assert "Can't write the run store" in world.said[0]
