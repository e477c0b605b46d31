"""Watch a stretch of training: probe, store and judgement joined, and taken apart again."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

import torch

from torchvitals._version import __version__
from torchvitals.diagnosis import Diagnosis, diagnose
from torchvitals.probe.attach import Attachment
from torchvitals.probe.clock import Clock
from torchvitals.probe.monitor import Monitor
from torchvitals.record.look import Look
from torchvitals.record.recording import Recording, assemble
from torchvitals.record.store import Event, SegmentRecord, Store, StoredRun, StoreError

DEFAULT_DIRECTORY = Path("torchvitals_runs")
_COMMIT_SECONDS = 0.25
"""Looks are committed this often: what a kill can lose at most, unless a look is urgent."""


class Vitals:
    """One watch over a stretch of training. Use it as a context manager; `diagnose()` judges what was recorded."""

    def __init__(
        self,
        *,
        directory: Path | str | None = None,
        overhead: float = 0.02,
        every: int | None = None,
        script: str = "",
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._clock = Clock(overhead, every)
        self._keeper = _Keeper(_new_run(directory, script), script, self._trouble, self._looked)
        self._monitor = Monitor(self._keeper, self._clock)
        self._attachment = Attachment(self._monitor, self._failed)
        self._tell = tell or _to_stderr
        self._told = False
        self.on_look: Callable[[Look], None] | None = None
        """Called after each look; what it raises makes the watch step back."""

    def __enter__(self) -> Vitals:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(value)

    def start(self) -> None:
        """Begin to watch. A failure of ours leaves the training unwatched and unharmed."""
        try:
            self._keeper.open()
            self._attachment.attach()
        except Exception as error:  # noqa: BLE001  the promise: the observer never kills the run
            self._failed(error)

    def stop(self, exception: BaseException | None = None) -> None:
        """Cease to watch and restore everything; `exception` is what ended the training, if anything did."""
        try:
            if exception is not None:
                self._monitor.crashed(exception)
            self._monitor.finish()
        except Exception as error:  # noqa: BLE001
            self._failed(error)
        finally:
            self._attachment.detach()
        self._keeper.close(self._clock, exception)

    def diagnose(self, *, select: Collection[str] = (), ignore: Collection[str] = ()) -> Diagnosis:
        """Judge what was recorded so far, or in all once the watch has ended; a rule that fails is reported in it."""
        return diagnose(self.recording(), select=select, ignore=ignore, failures=[])

    def recording(self) -> Recording:
        """What was recorded, as rules see it."""
        return self._keeper.recording(self._clock)

    @property
    def path(self) -> Path | None:
        """The directory of the run store; None where none could be written."""
        return self._keeper.path

    def _looked(self, look: Look) -> None:
        if self.on_look is not None:
            self.on_look(look)

    def _failed(self, error: Exception) -> None:
        self._trouble(f"stepped back after an error of its own: {type(error).__name__}: {error}")
        self._keeper.failed(error)

    def _trouble(self, message: str) -> None:
        """Say once that something of ours went wrong."""
        if not self._told:
            self._told = True
            self._tell(f"torchvitals: {message}. The training goes on unchanged.")


def watch(
    *, directory: Path | str | None = None, overhead: float = 0.02, every: int | None = None
) -> Vitals:
    """Watch the training in a `with` block.

    Parameters
    ----------
    directory
        Where the run store goes; by default a new folder under `torchvitals_runs/`.
    overhead
        Share of the training time that looking may cost, in (0, 1).
    every
        Look at each n-th step instead of by the clock.

    Raises
    ------
    ValueError
        `overhead` or `every` lies outside its range.
    """
    return Vitals(directory=directory, overhead=overhead, every=every, script=_script_name())


def _script_name() -> str:
    return Path(sys.argv[0]).name if sys.argv and sys.argv[0] else ""


def _to_stderr(message: str) -> None:
    print(message, file=sys.stderr)  # noqa: T201


def _new_run(directory: Path | str | None, script: str) -> Path:
    base = Path(directory) if directory is not None else DEFAULT_DIRECTORY
    stem = Path(script).stem or "run"
    stamp = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S")
    return base / f"{stem}-{stamp}-{os.getpid():x}-{time.perf_counter_ns() & 0xFFF:03x}"


class _Keeper:
    """The monitor's sink: keeps looks in the store, or in memory alone where no store can be written."""

    def __init__(
        self,
        path: Path,
        script: str,
        trouble: Callable[[str], None],
        on_look: Callable[[Look], None],
    ) -> None:
        self._path = path.absolute()
        self._script = script
        self._trouble = trouble
        self._on_look = on_look
        self._store: Store | None = None
        self._committed = 0.0
        self._facts: dict[str, str] = {}
        self._segments: dict[int, SegmentRecord] = {}
        self._looks: list[Look] = []
        self._losses: list[tuple[int, int, int, tuple[float, ...]]] = []
        self._events: list[Event] = []

    @property
    def path(self) -> Path | None:
        return self._path if self._store is not None or (self._path / "vitals.sqlite").exists() else None

    def open(self) -> None:
        self._facts = {
            "run": self._path.name,
            "script": self._script,
            "torchvitals": __version__,
            "torch": str(torch.__version__),
            "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        }
        try:
            self._store = Store(self._path)
            for key, value in self._facts.items():
                self._store.put(key, value)
            self._store.commit()
        except StoreError as error:
            self._without_store(error)

    def _without_store(self, error: StoreError) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.abandon()
        self._trouble(str(error))

    def _write(self, write: Callable[[Store], Any], *, urgent: bool = False) -> None:
        if self._store is None:
            return
        try:
            write(self._store)
            now = time.perf_counter()
            if urgent or now - self._committed > _COMMIT_SECONDS:
                self._store.commit()
                self._committed = now
        except StoreError as error:
            self._without_store(error)

    def look(self, look: Look, *, urgent: bool) -> None:
        self._looks.append(look)
        self._write(lambda store: store.add_look(look), urgent=urgent)
        self._on_look(look)

    def losses(self, segment: int, stream: int, first: int, losses: Sequence[float]) -> None:
        self._losses.append((segment, stream, first, tuple(losses)))
        self._write(lambda store: store.add_losses(segment, stream, first, losses))

    def segment(self, segment: SegmentRecord) -> None:
        self._segments[segment.number] = segment
        self._write(lambda store: store.put_segment(segment))

    def event(self, event: Event) -> None:
        self._events.append(event)
        self._write(lambda store: store.add_event(event))

    def failed(self, error: Exception) -> None:
        self.event(Event("observer-error", -1, 0, f"{type(error).__name__}: {error}", None))

    def close(self, clock: Clock, exception: BaseException | None) -> None:
        if exception is not None:
            text = f"{type(exception).__name__}: {exception}"
            self.event(Event("exception", -1, 0, text, None))
        facts = self._closing_facts(clock)
        self._facts.update(facts)
        self._write(lambda store: [store.put(key, value) for key, value in facts.items()], urgent=True)
        store, self._store = self._store, None
        if store is not None:
            try:
                store.close()
            except StoreError as error:
                self._trouble(str(error))

    def _closing_facts(self, clock: Clock) -> dict[str, str]:
        return {"looks": str(clock.looks), "overhead_fraction": f"{clock.fraction:.6f}"}

    def recording(self, clock: Clock) -> Recording:
        facts = self._facts | self._closing_facts(clock) if self._store is not None else self._facts
        return assemble(
            StoredRun(
                facts=facts,
                segments=tuple(self._segments[number] for number in sorted(self._segments)),
                looks=tuple(self._looks),
                losses=tuple(self._losses),
                events=tuple(self._events),
            )
        )
