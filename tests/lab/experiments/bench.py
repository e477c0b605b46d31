"""A bench without a progress bar, and what an experiment claims at it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from torchvitals.lab.experiment import Claim, Experiment
from torchvitals.words import Words


@dataclass(frozen=True)
class Alone:
    """Nobody is watching."""

    seed: int
    device: str = "cpu"

    def track(self, items: Iterable[Any], what: Words, total: int | None = None) -> Iterator[Any]:
        return iter(items)


def claims_of(experiment: Experiment, parameters: Any, seed: int) -> list[Claim]:
    """In order; nothing is drawn."""
    parts = experiment.run(parameters, Alone(seed))
    return [part for part in parts if isinstance(part, Claim)]
