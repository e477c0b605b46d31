"""What is kept of a run that no store can take: everything small, and a bounded number of its
looks.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from collections.abc import Sequence

from torchvitals.record.look import Look
from torchvitals.record.store import Evaluation, Event, SegmentRecord, StoredRun

LATEST = 64
"""Looks kept that came last: enough to see where the run stood at its end."""
EARLY = 512
"""Looks kept for good: at steps 0, 1, 2, 4, 8 …, and those of a loss that is not finite. A run of a
billion steps has thirty of the first kind for each model and each loss."""
EVENTS = 1024
EVALUATIONS = 16384
"""A hundred bytes or two each."""


class Memory:
    """Takes what a store takes, and gives back less: memory stays flat, whatever the length of the
    run.

    Of each loss all values are kept, at eight bytes a step.
    """

    def __init__(self) -> None:
        self._facts: dict[str, str] = {}
        self._segments: dict[int, SegmentRecord] = {}
        self._count = 0
        self._early: list[tuple[int, Look]] = []
        self._latest: deque[tuple[int, Look]] = deque(maxlen=LATEST)
        self._losses: list[tuple[int, int, int, array[float]]] = []
        self._events: list[Event] = []
        self._evaluations: list[Evaluation] = []

    def put(self, key: str, value: str) -> None:
        """Note a fact about the run; a later value replaces an earlier one."""
        self._facts[key] = value

    def add_look(self, look: Look) -> None:
        """Add one look."""
        to_stay = look.step & (look.step - 1) == 0 or not math.isfinite(look.loss)
        if to_stay and len(self._early) < EARLY:
            self._early.append((self._count, look))
        else:
            self._latest.append((self._count, look))
        self._count += 1

    def add_losses(
        self, segment: int, stream: int, first_step: int, losses: Sequence[float]
    ) -> None:
        """Add a stretch of one stream's losses, the first of them numbered `first_step`."""
        for known_segment, known_stream, first, values in reversed(self._losses):
            if (known_segment, known_stream) == (segment, stream):
                if first + len(values) == first_step:
                    values.extend(losses)
                    return
                break
        self._losses.append((segment, stream, first_step, array("d", losses)))

    def add_event(self, event: Event) -> None:
        """Add one event."""
        if len(self._events) < EVENTS:
            self._events.append(event)

    def add_evaluation(self, evaluation: Evaluation) -> None:
        """Add one evaluation."""
        if len(self._evaluations) < EVALUATIONS:
            self._evaluations.append(evaluation)

    def put_segment(self, segment: SegmentRecord) -> None:
        """Note a segment as it now stands."""
        self._segments[segment.number] = segment

    def commit(self) -> None:
        """As with a store; all is there at once."""

    def read(self) -> StoredRun:
        """What was kept, in the order in which it came."""
        looks = sorted([*self._early, *self._latest], key=lambda entry: entry[0])
        return StoredRun(
            facts=dict(self._facts),
            segments=tuple(self._segments[number] for number in sorted(self._segments)),
            looks=tuple(look for _, look in looks),
            losses=tuple((*place, tuple(values)) for *place, values in self._losses),  # pyright: ignore
            events=tuple(self._events),
            evaluations=tuple(self._evaluations),
        )

    def keep(self, stored: StoredRun) -> None:
        """Add what a store held before it failed."""
        self._facts.update(stored.facts)
        for segment in stored.segments:
            self.put_segment(segment)
        for look in stored.looks:
            self.add_look(look)
        for segment, stream, first_step, losses in stored.losses:
            self.add_losses(segment, stream, first_step, losses)
        for event in stored.events:
            self.add_event(event)
        for evaluation in stored.evaluations:
            self.add_evaluation(evaluation)
