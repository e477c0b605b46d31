"""A sweep: what is known is read, what is missing is computed, and each chunk is kept."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from torchvitals.lab.sweep.chunks import Chunk, Failure, Outcome, Reading, cut
from torchvitals.lab.sweep.code import fingerprint
from torchvitals.lab.sweep.grid import Point
from torchvitals.lab.sweep.kept import Shelf
from torchvitals.lab.sweep.places import Place
from torchvitals.words import say

_PATIENCE = 3
"""A chunk that loses this many workers is to blame itself."""
_CHUNKS_A_WORKER = 8
"""So that the last to end leaves the others idle for an eighth of the time, and not for half."""
_LARGEST = 256
"""A kill costs no more points than this for each worker."""


@dataclass
class Sweep:
    """What a sweep has found so far."""

    points: Sequence[Point]
    known: dict[Point, tuple[Reading, ...]]
    found_before: int
    failures: list[Failure] = field(default_factory=list[Failure])
    losses: int = 0
    """Workers lost on the way."""
    interrupted: bool = False


def sweep(  # noqa: PLR0913, PLR0917  what, where, and who hears of it
    experiment: str,
    points: Sequence[Point],
    folder: Path,
    place: Callable[[], Place],
    workers: int,
    tell: Callable[[Sweep], None] = lambda _: None,
) -> Sweep:
    """Measure every point that no file of the folder knows; `tell` is called after each chunk.

    Args:
        experiment: its name, or `module:OBJECT`.
        points: each once.
        folder: where finished chunks are kept.
        place: begins where they are computed; not called where nothing is missing.
        workers: about how many compute at once: chunks are sized by it.
        tell: hears of progress.

    Ctrl-C ends it, and what is finished is kept.

    Raises:
        UnknownExperimentError: there is no such experiment.
        OSError: the folder can't be written.
    """
    shelf = Shelf(folder)
    before = shelf.found(experiment, fingerprint(experiment))
    known = {point: before[point] for point in points if point in before}
    state = Sweep(points, known, len(known))
    missing = [point for point in points if point not in known]
    chunks = cut(experiment, missing, _size(len(missing), workers))
    tell(state)
    if not chunks:
        return state
    where = place()
    try:
        for chunk, outcome in _outcomes(chunks, where, state):
            shelf.keep(chunk, outcome.measured)
            known.update({measured.point: measured.readings for measured in outcome.measured})
            state.failures.extend(outcome.failures)
            tell(state)
    except KeyboardInterrupt:
        state.interrupted = True
    finally:
        where.close()
    return state


def _size(points: int, workers: int) -> int:
    return max(1, min(_LARGEST, points // (_CHUNKS_A_WORKER * max(workers, 1))))


def _outcomes(
    chunks: Iterable[Chunk], where: Place, state: Sweep
) -> Iterator[tuple[Chunk, Outcome]]:
    waiting = deque(chunks)
    running, losses = 0, Counter[str]()
    while waiting or running:
        while waiting and where.has_room():
            where.start(waiting.popleft())
            running += 1
        for chunk, outcome in where.ended():
            running -= 1
            if outcome is not None:
                yield chunk, outcome
                continue
            state.losses += 1
            losses[chunk.name] += 1
            if losses[chunk.name] < _PATIENCE:
                waiting.append(chunk)
            elif len(chunk.points) > 1:
                waiting.extend(cut(chunk.experiment, chunk.points, 1))
            else:
                reason = say(
                    "its worker was lost {times} times: killed, or out of memory", times=_PATIENCE
                )
                yield chunk, Outcome((), tuple(Failure(point, reason) for point in chunk.points))
