"""Watch a stretch of training: probe, store and judgement joined, and taken apart again."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import torch

from torchvitals._version import __version__
from torchvitals.diagnosis import diagnose
from torchvitals.probe.attach import Attachment
from torchvitals.probe.clock import Clock
from torchvitals.probe.monitor import Monitor
from torchvitals.record.keeper import Keeper
from torchvitals.record.look import Look
from torchvitals.record.ranks import with_ranks
from torchvitals.record.recording import Recording, assemble
from torchvitals.record.store import Event
from torchvitals.words import say

if TYPE_CHECKING:
    from torchvitals.report.shown import Report

DEFAULT_DIRECTORY = Path("torchvitals_runs")


class Vitals:
    """One watch over a stretch of training. Use it as a context manager; `diagnose()` judges what
    was recorded.
    """

    def __init__(  # noqa: PLR0913  each is given by name
        self,
        *,
        directory: Path | str | None = None,
        overhead: float = 0.02,
        every: int | None = None,
        script: str = "",
        facts: Mapping[str, str] | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._clock = Clock(overhead, every)
        self._facts = {"script": script, **(facts or {})}
        self._keeper = Keeper(_new_run(directory, script), self._trouble, self._looked)
        self._monitor = Monitor(self._keeper, self._clock)
        self._attachment = Attachment(self._monitor, self._failed)
        self._tell = tell or _to_stderr
        self._told = False
        self._process = os.getpid()
        self.on_look: Callable[[Look], None] | None = None
        """Called after each look; what it raises makes the watch step back."""

    def __enter__(self) -> Vitals:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop(value)

    def start(self) -> None:
        """Begin to watch. A failure of ours leaves the training unwatched and unharmed."""
        self._process = os.getpid()
        try:
            self._keeper.open(self._facts | _opening_facts())
            self._attachment.attach()
        except Exception as error:  # noqa: BLE001  the promise: the observer never kills the run
            self._failed(error)

    def stop(self, exception: BaseException | None = None) -> None:
        """Cease to watch and restore everything; `exception` is what ended the training, if
        anything did.

        In a process that was forked off the one that watches, this restores and leaves the run to
        that one.
        """
        ours = os.getpid() == self._process
        with contextlib.ExitStack() as stack:  # not even a second Ctrl-C stops the later ones
            if ours:
                stack.callback(self._safely, lambda: self._close(exception))
            stack.callback(self._safely, self._attachment.detach)
            if ours:
                self._safely(lambda: self._finish(exception))

    def _finish(self, exception: BaseException | None) -> None:
        try:
            if exception is not None:
                self._monitor.crashed(exception)
        finally:
            self._monitor.finish()

    def _close(self, exception: BaseException | None) -> None:
        if exception is not None:
            self._keeper.event(Event("exception", -1, 0, _words(exception), None))
        self._keeper.put(_closing_facts(self._clock))
        self._keeper.close()

    def _safely(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001
            self._failed(error)

    def diagnose(self, *, select: Collection[str] = (), ignore: Collection[str] = ()) -> Report:
        """Judge what is recorded by now. A rule that fails is reported in the result, not
        raised.
        """
        # Not before the end of the script, which may have a file that is called rich.py.
        from torchvitals.report.shown import Report  # noqa: PLC0415

        return Report(diagnose(self.recording(), select=select, ignore=ignore, failures=[]))

    def recording(self) -> Recording:
        """What was recorded, as rules see it."""
        stored = self._keeper.read()
        found = assemble(stored._replace(facts=_closing_facts(self._clock) | stored.facts))
        # While it runs the other ranks' stores are left alone: each look would read them all.
        return with_ranks(found, self.path) if self.path and not self._attachment.on else found

    @property
    def path(self) -> Path | None:
        """The directory of the run store; None where none could be written."""
        return self._keeper.path

    def _looked(self, look: Look) -> None:
        if self.on_look is not None:
            self.on_look(look)

    def _failed(self, error: Exception) -> None:
        text = _words(error)
        self._trouble(say("stepped back after an error of its own: {error}", error=text))
        with contextlib.suppress(Exception):  # told it was; not to record it too is no new failure
            self._keeper.event(Event("observer-error", -1, 0, text, None))

    def _trouble(self, message: str) -> None:
        """Say once that something of ours went wrong."""
        if not self._told:
            self._told = True
            with contextlib.suppress(Exception):  # stderr may be closed, or an object of the user's
                self._tell(
                    say("torchvitals: {message}. The training goes on unchanged.", message=message)
                )


def watch(
    *, directory: Path | str | None = None, overhead: float = 0.02, every: int | None = None
) -> Vitals:
    """Watch the training in a `with` block.

    Args:
        directory: where the run store goes; by default a new folder under `torchvitals_runs/`.
        overhead: share of the training time that looking may cost, in (0, 1).
        every: look at each n-th step instead of by the clock.

    Raises:
        ValueError: `overhead` or `every` lies outside its range.
    """
    return Vitals(directory=directory, overhead=overhead, every=every, script=_script_name())


def _script_name() -> str:
    return Path(sys.argv[0]).name if sys.argv and sys.argv[0] else ""


def _words(error: BaseException) -> str:
    """'ValueError: what it says', also of an exception of the user's that can't be printed."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001
        return type(error).__name__


def _to_stderr(message: str) -> None:
    stream = sys.stderr or sys.__stderr__
    if stream is not None:
        print(message, file=stream)


def _new_run(directory: Path | str | None, script: str) -> Path:
    base = Path(directory) if directory is not None else DEFAULT_DIRECTORY
    stem = Path(script).stem.lstrip("-") or "run"  # of `python -c`; a name is no option
    stamp = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S")
    return base / f"{stem}-{stamp}-{os.getpid():x}-{time.perf_counter_ns() & 0xFFF:03x}"


def _opening_facts() -> dict[str, str]:
    return {
        "torchvitals": __version__,
        "torch": str(torch.__version__),
        "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }


def _closing_facts(clock: Clock) -> dict[str, str]:
    return {
        "looks": str(clock.looks),
        "overhead_seconds": f"{clock.spent_seconds:.6f}",
        "overhead_fraction": f"{clock.fraction:.6f}",
    }
