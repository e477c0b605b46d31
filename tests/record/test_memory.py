"""What is kept where there is no store: bounded, and in order."""

from __future__ import annotations

import math
from pathlib import Path

from tests.worlds import a_look
from torchvitals.record.memory import EARLY, EVENTS, LATEST, Memory
from torchvitals.record.store import Event, SegmentRecord, Store

LOOK = a_look(0)


def steps_kept(memory: Memory) -> list[int]:
    return [look.step for look in memory.read().looks]


def test_few_looks_are_all_kept_in_order():
    memory = Memory()
    for step in range(LATEST):
        memory.add_look(LOOK._replace(step=step))
    assert steps_kept(memory) == list(range(LATEST))


def test_of_many_looks_the_scheduled_and_the_latest_are_kept():
    memory = Memory()
    for step in range(5000):
        memory.add_look(LOOK._replace(step=step))
    scheduled = [0, *(1 << k for k in range(13))]
    assert steps_kept(memory) == [*scheduled, *range(5000 - LATEST, 5000)]


def test_looks_at_a_loss_that_is_not_finite_stay():
    memory = Memory()
    for step in range(1000):
        loss = math.nan if step == 99 else 1.0
        memory.add_look(LOOK._replace(step=step, loss=loss))
    assert 99 in steps_kept(memory)


def test_memory_stays_bounded_whatever_comes():
    memory = Memory()
    for step in range(5 * EARLY):
        memory.add_look(LOOK._replace(step=step, loss=math.nan))
        memory.add_event(Event("odd", 0, step, "", None))
    stored = memory.read()
    assert len(stored.looks) == EARLY + LATEST
    assert len(stored.events) == EVENTS


def test_pieces_of_one_stream_are_joined_and_others_kept_apart():
    memory = Memory()
    memory.add_losses(0, 0, 0, [1.0, 2.0])
    memory.add_losses(0, 1, 0, [9.0])
    memory.add_losses(0, 0, 2, [3.0])
    memory.add_losses(0, 0, 7, [8.0])
    assert memory.read().losses == (
        (0, 0, 0, (1.0, 2.0, 3.0)),
        (0, 1, 0, (9.0,)),
        (0, 0, 7, (8.0,)),
    )


def test_memory_takes_over_what_a_store_held(tmp_path: Path):
    store, memory = Store(tmp_path), Memory()
    segment = SegmentRecord(0, "model 0", 1, 1, handwritten=False, classes=())
    for target in (store, memory):
        target.put("script", "train.py")
        target.put_segment(segment)
        target.add_look(LOOK)
        target.add_losses(0, 0, 0, [1.0, 0.5])
        target.add_event(Event("odd", 0, 0, "text", None))
    heir = Memory()
    heir.keep(store.read())
    assert heir.read() == memory.read()
