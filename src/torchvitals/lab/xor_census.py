"""Every case of the XOR net with a ReLU on its output: how likely, what moves, how it ends."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from torchvitals.lab.ensemble import Data, Net, Outcomes, Plan, Recipe, Sgd, torch_default, train

Bools = NDArray[np.bool_]
Signs = Literal["all +", "mixed", "all -"]
Ending = Literal[
    "solved", "crashed", "output dead", "output clamped", "hidden dead", "ln 2", "elsewhere"
]
ENDINGS: tuple[Ending, ...] = get_args(Ending)
TENSORS = ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")
XOR = Data(
    np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32),
    np.array([[0], [1], [1], [0]], dtype=np.float32),
)
TEXT = Recipe(Net((2, 2, 1), "relu", "relu"), XOR, torch_default(), "bce", Sgd(0.1), steps=200)
"""The training of the text."""
DEAD_LOSS = 50.0
"""BCELoss of four outputs of 0: two of the four terms are cut at 100."""
_CLAMPED_LOSS = 25.0
"""One such term alone."""
_NEAR_LN2 = 0.01
"""A loss this close to ln 2 is that of one answer, one half, to all four questions."""


@dataclass(frozen=True)
class Share:
    """A part of the networks.

    Args:
        count: networks in it.
        total: networks asked, 1 or more.
    """

    count: int
    total: int

    @property
    def value(self) -> float:
        """In [0, 1]."""
        return self.count / self.total

    @property
    def error(self) -> float:
        """Standard error of `value` as a probability; 0 where all networks agree."""
        return math.sqrt(self.value * (1.0 - self.value) / self.total)


@dataclass(frozen=True)
class Case:
    """The networks that begin alike.

    Attributes:
        hidden: signs of the hidden units' inputs, over both units and all four questions.
        output: signs of the output's input, over the four questions.
        units: of each hidden unit, in order of size, the questions that it is on for.
        outputs_on: questions whose output's input is positive; None where they are taken together.
        share: of all networks.
        moved_first: of each tensor in `TENSORS`, the part of the networks in which the first step
            moves it; None where no network of the case has a first step.
        moved: the same, in the whole training.
        endings: the part of the networks with each ending, in the order of `ENDINGS`.
        loss_median: of the final losses that are numbers; None where there are none.
    """

    hidden: Signs
    output: Signs
    units: tuple[int, ...] | None
    outputs_on: int | None
    share: Share
    moved_first: tuple[Share, ...] | None
    moved: tuple[Share, ...] | None
    endings: tuple[Share, ...]
    loss_median: float | None


@dataclass(frozen=True)
class Census:
    """All initialisations of one training.

    Attributes:
        networks: how many.
        steps: of each training.
        dead_at_start: no output is positive for any question.
        crashed_at_start: the first loss raises an error: an output is above 1.
        endings: in the order of `ENDINGS`.
        cases: the eight of the text, by the signs of hidden and output inputs.
        finer: the same networks by what each unit does, most frequent first.
    """

    networks: int
    steps: int
    dead_at_start: Share
    crashed_at_start: Share
    endings: tuple[Share, ...]
    cases: tuple[Case, ...]
    finer: tuple[Case, ...]


def census(
    networks: int | range = 100_000, seed: int = 0, *, steps: int = 200, plan: Plan | None = None
) -> Census:
    """Train the text's net from as many initialisations, and sort them by how they begin.

    Args:
        networks: how many, or which numbers.
        seed: of the first weights.
        steps: of each training, 1 or more.
        plan: where and how to compute.

    >>> found = census(2000, steps=50)
    >>> len(found.cases), abs(found.dead_at_start.value - 0.4284) < 0.04
    (8, True)
    """
    plan = with_details(plan)
    outcomes = train(replace(TEXT, steps=steps), networks, seed, plan)
    first = train(replace(TEXT, steps=1), networks, seed, plan)
    endings = endings_of(outcomes)
    hidden, output = outcomes.positive_start[0], outcomes.positive_start[1][:, :, 0]
    return Census(
        networks=len(outcomes),
        steps=steps,
        dead_at_start=share_of(output.sum(1) == 0),
        crashed_at_start=share_of(outcomes.crashed_at == 0),
        endings=tuple(share_of(endings == k) for k in range(len(ENDINGS))),
        cases=tuple(_cases(outcomes, first, endings, _coarse(hidden, output))),
        finer=tuple(
            sorted(
                _cases(outcomes, first, endings, _fine(hidden, output)),
                key=lambda case: -case.share.count,
            )
        ),
    )


def endings_of(outcomes: Outcomes) -> NDArray[np.int64]:
    """(E,) the number in `ENDINGS` of the first that holds of each network."""
    loss, on = outcomes.loss_end, outcomes.positive_end[-1]
    holds = [
        outcomes.solved,
        outcomes.crashed,
        ~on.any((1, 2)),
        loss >= _CLAMPED_LOSS,
        ~outcomes.positive_end[0].any((1, 2)),
        np.abs(loss - math.log(2.0)) < _NEAR_LN2,
        np.ones(len(outcomes), dtype=np.bool_),
    ]
    return np.argmax(np.stack(holds), axis=0)


def with_details(plan: Plan | None) -> Plan:
    """The signs are what the cases are told by."""
    return replace(plan or Plan(), details=True)


def share_of(which: Bools) -> Share:
    """The part of the networks that these mark."""
    return Share(int(which.sum()), len(which))


_SIGNS: tuple[Signs, ...] = get_args(Signs)
_Start = tuple[Signs, Signs, tuple[int, ...] | None, int | None]


def _signs(on: Bools) -> NDArray[np.int64]:
    """(E,) the number in `_SIGNS` of each row's signs."""
    rows = on.reshape(len(on), -1)
    return np.where(rows.all(1), 0, np.where(rows.any(1), 1, 2))


def _coarse(hidden: Bools, output: Bools) -> Iterator[tuple[_Start, Bools]]:
    """The eight cases: with no hidden unit on, the output is one number, so that none is mixed."""
    of_hidden, of_output = _signs(hidden), _signs(output)
    for h, hidden_signs in enumerate(_SIGNS):
        for o, output_signs in enumerate(_SIGNS):
            if (hidden_signs, output_signs) != ("all -", "mixed"):
                which = (of_hidden == h) & (of_output == o)
                yield (hidden_signs, output_signs, None, None), which


def _fine(hidden: Bools, output: Bools) -> Iterator[tuple[_Start, Bools]]:
    keys = np.concatenate((np.sort(hidden.sum(1), axis=1), output.sum(1)[:, None]), axis=1)
    kinds, of = np.unique(keys, axis=0, return_inverse=True)
    of_hidden, of_output = _signs(hidden), _signs(output)
    for k, kind in enumerate(kinds):
        which = of.reshape(-1) == k
        one = int(np.argmax(which))
        signs = _SIGNS[of_hidden[one]], _SIGNS[of_output[one]]
        yield (*signs, tuple(int(x) for x in kind[:-1]), int(kind[-1])), which


def _cases(
    outcomes: Outcomes,
    first: Outcomes,
    endings: NDArray[np.int64],
    starts: Iterator[tuple[_Start, Bools]],
) -> Iterator[Case]:
    began = outcomes.crashed_at != 0
    for (hidden, output, units, outputs_on), which in starts:
        losses = outcomes.loss_end[which]
        losses = losses[np.isfinite(losses)]
        yield Case(
            hidden,
            output,
            units,
            outputs_on,
            share=share_of(which),
            moved_first=_moved(first.moved[which & began]),
            moved=_moved(outcomes.moved[which & began]),
            endings=tuple(
                Share(int((endings[which] == k).sum()), max(1, int(which.sum())))
                for k in range(len(ENDINGS))
            ),
            loss_median=float(np.median(losses)) if len(losses) else None,
        )


def _moved(moved: Bools) -> tuple[Share, ...] | None:
    """Of each tensor, given (networks, tensors)."""
    return tuple(share_of(column) for column in moved.T) if len(moved) else None
