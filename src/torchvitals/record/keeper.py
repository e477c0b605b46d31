"""Where the looks of a run go: to its store, or to bounded memory where no store can be written."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter

from torchvitals.record.look import Look
from torchvitals.record.memory import Memory
from torchvitals.record.store import (
    FILE_NAME,
    Evaluation,
    Event,
    SegmentRecord,
    Store,
    StoredRun,
    StoreError,
    read_store,
)

_TOGETHER_SECONDS = 0.25
"""Looks within this are described, written and committed together. What waits is lost where the
process is killed."""
_TOGETHER = 32
"""Looks that wait at most: each holds a copy of what it read."""


class Keeper:
    """Takes what the probe finds. No failure of the store reaches the caller: it is told, and
    memory takes over.

    Args:
        directory: where the store goes; it need not exist.
        tell: takes what to say of a store that failed.
        on_look: called with each look once it is kept.
    """

    def __init__(
        self, directory: Path, tell: Callable[[str], None], on_look: Callable[[Look], None]
    ) -> None:
        self._directory = directory.absolute()
        self._tell = tell
        self._on_look = on_look
        self._target: Store | Memory | None = Memory()
        """Where all goes; None once the store is closed, and holds the run alone."""
        self._segments: dict[int, SegmentRecord] = {}
        """What has become of segments since the last commit."""
        self._evaluations: list[Evaluation] = []
        self._waiting: list[Callable[[], Look]] = []
        """Looks since the last commit."""
        self._looks = 0
        self._committed = 0.0

    @property
    def path(self) -> Path | None:
        """The directory of the store; None where there is no store."""
        return self._directory if (self._directory / FILE_NAME).exists() else None

    def open(self, facts: Mapping[str, str]) -> None:
        """Begin a run, of which these facts are known."""
        try:
            self._target = Store(self._directory)
        except StoreError as error:
            self._tell(str(error))
        self.put({"run": self._directory.name, **facts})

    def put(self, facts: Mapping[str, str]) -> None:
        """Add facts about the run."""

        def put(target: Store | Memory) -> None:
            for key, value in facts.items():
                target.put(key, value)

        self._write(put)

    def look(self, look: Callable[[], Look]) -> None:
        """Add a look, which is described when it is called. Looks that follow one another within a
        moment are described together: where the training has the caches, one alone takes three
        times as long.
        """
        self._looks += 1
        self._waiting.append(look)
        if (
            self._looks & (self._looks - 1) == 0
            or len(self._waiting) >= _TOGETHER
            or perf_counter() - self._committed > _TOGETHER_SECONDS
        ):
            self._write(_nothing)

    def losses(self, segment: int, stream: int, first: int, losses: Sequence[float]) -> None:
        """Add the losses of consecutive backwards, the first of which has this number on its
        stream.
        """
        self._write(lambda target: target.add_losses(segment, stream, first, losses))

    def segment(self, segment: SegmentRecord) -> None:
        """Add a segment, or what has become of it; it is committed with the next look."""
        self._segments[segment.number] = segment

    def evaluation(self, evaluation: Evaluation) -> None:
        """Add an evaluation; it is committed with the next look."""
        self._evaluations.append(evaluation)

    def event(self, event: Event) -> None:
        """Add an event."""
        self._write(lambda target: target.add_event(event))

    def read(self) -> StoredRun:
        """Read back what was kept; once it is closed, from the file.

        Raises:
            StoreError: the store can't be read any more.
        """
        if self._target is None:
            return read_store(self._directory)
        self._write(_nothing, commit=False)
        return self._target.read()

    def close(self) -> None:
        """End the run; what memory holds stays readable."""
        self._write(_nothing)
        if isinstance(self._target, Store):
            store, self._target = self._target, None
            try:
                store.close()
            except StoreError as error:
                self._tell(str(error))

    def _write(self, write: Callable[[Store | Memory], None], *, commit: bool = True) -> None:
        """Write, after what waits; once that is committed no kill can lose it."""
        target, segments, waiting = self._target, self._segments, self._waiting
        evaluations = self._evaluations
        self._segments, self._waiting, self._evaluations = {}, [], []
        if target is None:
            return
        looks: list[Look] = []

        def write_all(target: Store | Memory) -> None:
            for segment in segments.values():
                target.put_segment(segment)
            for evaluation in evaluations:
                target.add_evaluation(evaluation)
            for look in looks:
                target.add_look(look)
            write(target)

        try:
            for look in waiting:
                looks.append(look())  # noqa: PERF401  what was described is kept where one fails
        finally:
            self._write_to(target, write_all, commit=commit)
        for look in looks:
            self._on_look(look)

    def _write_to(
        self, target: Store | Memory, write: Callable[[Store | Memory], None], *, commit: bool
    ) -> None:
        try:
            write(target)
            if commit:
                target.commit()
                self._committed = perf_counter()
        except StoreError as error:
            self._target = memory = _rescued(target)
            write(memory)
            self._tell(str(error))


def _nothing(_: Store | Memory) -> None:
    """To commit what waits."""


def _rescued(store: Store | Memory) -> Memory:
    """What a store that failed still gives back."""
    if isinstance(store, Memory):
        return store
    memory = Memory()
    store.roll_back()
    with contextlib.suppress(StoreError):
        memory.keep(store.read())
    store.abandon()
    return memory
