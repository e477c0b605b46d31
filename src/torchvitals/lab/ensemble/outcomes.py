"""How each network of an ensemble began and ended: plain arrays, one row a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

NEVER = -1
"""`crashed_at` of a network that did not crash."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Of E networks, each array with E rows.

    Attributes:
        networks: (E,) their numbers under the seed.
        loss_start: (E,) mean loss of the first weights; NaN where the loss raises an error.
        loss_end: (E,) after the last step; NaN where the training crashed, or where the loss is no
            number.
        solved: (E,) as the recipe has it; never where the training crashed.
        right_end: (E,) share of the outputs on their target's side of the middle.
        crashed_at: (E,) the step, from 0, whose loss raised an error; the number of steps where
            only the loss after the last of them did; -1 where none did.
        dead_start: (E, hidden layers) units with no positive pre-activation on any sample.
        dead_end: the same, at the end.
        moved: (E, tensors) whether any entry of weights 1, biases 1, weights 2, … changed.
        outputs_start: (E, samples, outputs) after the output's activation.
        outputs_end: the same, at the end.
        positive_start: per layer (E, samples, units), where the pre-activation is above 0; empty
            without details.
        positive_end: the same, at the end.
        parameters_start: (E, P) in torch's order: per layer weights (out, in), then biases; (E, 0)
            without details.
        parameters_end: the same, at the end; of a crashed network, at its crash.
    """

    networks: NDArray[np.int64]
    loss_start: Floats
    loss_end: Floats
    solved: Bools
    right_end: Floats
    crashed_at: NDArray[np.int64]
    dead_start: NDArray[np.int64]
    dead_end: NDArray[np.int64]
    moved: Bools
    outputs_start: Floats
    outputs_end: Floats
    positive_start: tuple[Bools, ...]
    positive_end: tuple[Bools, ...]
    parameters_start: Floats
    parameters_end: Floats

    def __len__(self) -> int:
        return len(self.networks)

    @property
    def crashed(self) -> Bools:
        """(E,) whether torch's loss would have raised an error."""
        return self.crashed_at != NEVER


def join(parts: Sequence[Outcomes]) -> Outcomes:
    """The outcomes of several parts of one ensemble, one after another.

    Raises:
        ValueError: no parts.
    """
    if not parts:
        raise ValueError("Expected one part of an ensemble or more, got none.")
    columns = {
        field.name: [getattr(part, field.name) for part in parts] for field in fields(parts[0])
    }
    return Outcomes(**{name: _join_column(column) for name, column in columns.items()})


def _join_column(column: list[Any]) -> Any:
    if isinstance(column[0], tuple):
        return tuple(np.concatenate(layer) for layer in zip(*column, strict=True))
    return np.concatenate(column)
