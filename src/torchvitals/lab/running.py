"""Run an experiment: its plan first, each part as it comes, and what is done is kept."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from torchvitals.lab.catalogue import entry, load
from torchvitals.lab.doctor import diagnosed
from torchvitals.lab.experiment import Parameters, Part, quickened
from torchvitals.lab.results import Result
from torchvitals.words import Words, translated

_PATIENCE_SECONDS = 2.0
"""What takes longer gets a progress bar."""
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Desk:
    """What an experiment works at: its seed, and a progress bar on a terminal."""

    seed: int
    quick: bool
    device: str
    language: str
    console: Console

    def track(
        self, items: Iterable[_Item], what: Words, total: int | None = None
    ) -> Iterator[_Item]:
        """The items, with a progress bar on stderr once they have taken two seconds."""
        if total is None and hasattr(items, "__len__"):
            total = len(items)  # pyright: ignore[reportArgumentType, reportUnknownArgumentType]
        began, done, task = perf_counter(), 0, None
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
        )
        with contextlib.ExitStack() as stack:
            for item in items:
                yield item
                done += 1
                if task is None and perf_counter() - began > _PATIENCE_SECONDS:
                    stack.enter_context(bar)
                    task = bar.add_task(translated(what, self.language), total=total)
                if task is not None:
                    bar.update(task, completed=done)


def run_experiment(
    name: str,
    parameters: Parameters | None,
    desk: Desk,
    folder: Path,
    show: Callable[[Result, Part | None], None],
) -> Result:
    """Run one; `show` is called with each part, and first with None for the plan.

    Ctrl-C ends it: what it found until then is written, and the result says that it was
    interrupted.

    Raises:
        UnknownExperimentError: there is no such experiment.
        OSError: the folder can't be written.
    """
    known, experiment = entry(name), load(name)
    chosen = experiment.parameters() if parameters is None else parameters
    chosen = quickened(chosen) if desk.quick else chosen
    folder.mkdir(parents=True, exist_ok=True)
    result = Result(name, experiment.plan, chosen, desk.seed, folder)
    show(result, None)

    def take(part: Part) -> None:
        result.add(part)
        show(result, part)

    try:
        for part in experiment.run(chosen, desk):
            take(part)
        claim = diagnosed(known, folder)
        if claim is not None:
            take(claim)
    except KeyboardInterrupt:
        result.interrupted = True
    finally:
        result.write()
    return result
