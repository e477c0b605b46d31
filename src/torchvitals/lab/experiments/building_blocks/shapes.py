"""Which shapes pass through the blocks, and how many parameters each has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import torch

from torchvitals.lab.blocks import HIDDEN, mlp, seeded
from torchvitals.lab.experiment import Claim, Part, Table
from torchvitals.lab.experiments.building_blocks.knobs import Knobs
from torchvitals.words import say


def shapes_on_the_way(knobs: Knobs, seed: int) -> Iterator[Part]:
    """The shape of a batch after each block, and the parameters on the way."""
    with seeded(seed):
        model = mlp(knobs.dropout)
    shapes: list[tuple[int, ...]] = [(knobs.batch, 2)]
    rows: list[Sequence[str]] = [(say("input"), str(shapes[0]), "0")]
    signal = torch.zeros(shapes[0])
    changing: set[str] = set()
    for block in model.eval():
        signal = block(signal).detach()
        shapes.append(tuple(signal.shape))
        name, count = type(block).__name__, sum(p.numel() for p in block.parameters())
        changing |= {name} if shapes[-1] != shapes[-2] else set()
        rows.append((name, str(shapes[-1]), str(count)))
    yield Table(
        say("Shapes on the way, for a batch of {batch}", batch=knobs.batch),
        [say("block"), say("output shape"), say("parameters")],
        rows,
    )
    yield Claim(
        say("Only Linear changes the shape: the rest work on each number, or each column"),
        "Linear",
        ", ".join(sorted(changing)),
        changing == {"Linear"},
    )
    widths = (2, *HIDDEN, 1)
    linear = sum(a * b + b for a, b in pairwise(widths))
    count = sum(parameter.numel() for parameter in model.parameters())
    yield Claim(
        say("Its parameters are n_in n_out + n_out of each Linear and 2 n of each BatchNorm"),
        f"{linear} + {2 * sum(HIDDEN)} = {linear + 2 * sum(HIDDEN)}",
        str(count),
        count == linear + 2 * sum(HIDDEN),
    )
