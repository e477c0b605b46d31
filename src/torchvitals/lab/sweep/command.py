"""The verb `torchvitals lab sweep`."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from torchvitals.lab.catalogue import UnknownExperimentError
from torchvitals.refusal import check_speakable, refuse
from torchvitals.words import ENGLISH, Words, say, translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from torchvitals.lab.sweep.grid import Point
    from torchvitals.lab.sweep.places import Place
    from torchvitals.lab.sweep.sweeping import Sweep

_FAILED = 1
_INTERRUPTED = 130
_SHOWN = 5
"""Failures told one by one."""
_HERE = "local"


class SweepCommand(typer.core.TyperCommand):
    """--ray may stand alone, without the address that typer would ask for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """With the address that a lone --ray means."""
        given: list[str] = []
        for position, word in enumerate(args):
            given.append(word)
            follows = args[position + 1 : position + 2]
            if word == "--ray" and (not follows or follows[0].startswith("-")):
                given.append(_HERE)
        return super().parse_args(ctx, given)


def sweep(  # noqa: PLR0913, PLR0917  an option is an argument; typer passes them by name
    experiment: Annotated[
        str, typer.Argument(help="Its name, or module:OBJECT for one of your own.")
    ],
    param: Annotated[
        list[str],
        typer.Option(
            metavar="KNOB=VALUES",
            help="a=1,2,3, or b=0.1:1.0:10 (ends and count), or c=1e-4:1:5:log. Repeatable.",
        ),
    ],
    seeds: Annotated[int, typer.Option(min=1, help="Runs of each combination: 0 to N-1.")] = 1,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where chunks and results are kept.")
    ] = Path("torchvitals_lab") / "sweep",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes at once; one a core if left out.")
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(metavar="[ADDRESS]", help="On Ray: this machine's, or the cluster there."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Other knobs stand at their quick values.")
    ] = False,
    lang: Annotated[
        str, typer.Option("--lang", metavar="LANG", help="Say it in this language: en or zh.")
    ] = ENGLISH,
) -> None:
    """Measure an experiment over a grid of its knobs; what is finished is never run again."""
    check_speakable(lang)
    points = _points(experiment, param, seeds, quick=quick)
    folder = out / experiment.replace(":", "-")
    many = workers or len(os.sched_getaffinity(0))
    sys.exit(_swept(experiment, points, folder, _place(ray, workers, many), many, lang))


def _points(experiment: str, given: list[str], seeds: int, *, quick: bool) -> list[Point]:
    from torchvitals.lab.sweep.code import experiment_of  # noqa: PLC0415
    from torchvitals.lab.sweep.grid import GridError, grid  # noqa: PLC0415
    from torchvitals.lab.sweep.parquet import NoPyarrowError, require_pyarrow  # noqa: PLC0415

    try:
        points = grid(experiment_of(experiment).parameters, given, seeds, quick=quick)
        require_pyarrow([name for name, _ in points[0].parameters])
    except (UnknownExperimentError, GridError) as error:
        refuse(str(error))
    except (ImportError, AttributeError) as error:
        refuse(f"Expected an experiment at {experiment} but found none: {error}")
    except NoPyarrowError:
        refuse(
            "A sweep ends in a Parquet file, and pyarrow is absent. "
            "Try: pip install 'torchvitals[sweep]'"
        )
    return points


def _place(ray: str | None, workers: int | None, many: int) -> Callable[[], Place]:
    from torchvitals.lab.sweep.on_ray import NoRayError, RayCluster  # noqa: PLC0415
    from torchvitals.lab.sweep.places import Processes  # noqa: PLC0415

    def begin() -> Place:
        if ray is None:
            return Processes(many)
        try:
            return RayCluster(ray, workers)
        except NoRayError:
            refuse("--ray needs Ray, and it is absent. Try: pip install 'torchvitals[ray]'")
        except (ConnectionError, ValueError, RuntimeError) as error:
            refuse(f"Can't reach a Ray cluster at {ray}: {error}")

    return begin


def _swept(  # noqa: PLR0913, PLR0917
    experiment: str,
    points: list[Point],
    folder: Path,
    place: Callable[[], Place],
    many: int,
    lang: str,
) -> int:
    """Sweep, write, and tell how it ended; the exit status."""
    from torchvitals.lab.sweep.parquet import FILE, write  # noqa: PLC0415
    from torchvitals.lab.sweep.sweeping import sweep as run  # noqa: PLC0415

    try:
        with _Bar(len(points), lang) as bar:
            state = run(experiment, points, folder, place, many, bar.tell)
        rows = write(folder / FILE, points, state.known)
    except OSError as error:
        refuse(f"Can't write into {folder}: {error}")
    for line in _ending(state, rows, folder / FILE):
        sys.stdout.write(translated(line, lang) + "\n")
    if state.interrupted:
        return _INTERRUPTED
    return _FAILED if state.failures else 0


def _ending(state: Sweep, rows: int, file: Path) -> list[Words]:
    lines = [
        say(
            "{done} of {all} points measured, {before} of them before; {rows} rows in {file}",
            done=len(state.known),
            all=len(state.points),
            before=state.found_before,
            rows=rows,
            file=file,
        )
    ]
    if state.losses:
        lines.append(say("{count} workers were lost, their chunks run again", count=state.losses))
    for failure in state.failures[:_SHOWN]:
        where = _where(state, failure.point)
        lines.append(say("failed at {where}: {reason}", where=where, reason=failure.reason))
    if len(state.failures) > _SHOWN:
        lines.append(say("and at {count} other points", count=len(state.failures) - _SHOWN))
    if state.interrupted:
        lines.append(say("Interrupted. The same command goes on from here."))
    return lines


def _where(state: Sweep, point: Point) -> str:
    """The knobs that differ over the grid, and the seed."""
    values = Counter(pair for each in state.points for pair in set(each.parameters))
    varied = [f"{k}={v}" for k, v in point.parameters if values[k, v] < len(state.points)]
    return ", ".join([*varied, f"seed={point.seed}"])


class _Bar:
    """A progress bar on stderr, in points."""

    def __init__(self, points: int, lang: str) -> None:
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import Progress  # noqa: PLC0415

        self._progress = Progress(console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task(translated(say("points"), lang), total=points)

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def tell(self, state: Sweep) -> None:
        """Show how far it is."""
        done = len(state.known) + len(state.failures)
        self._progress.update(self._task, completed=done)
