"""Changes of the XOR net, and how many networks each of them solves."""

from __future__ import annotations

from dataclasses import dataclass, replace

from torchvitals.lab.ensemble import Adam, Net, Plan, Recipe, Sgd, train
from torchvitals.lab.xor_census import TEXT, Share, share_of, with_details


@dataclass(frozen=True)
class Cure:
    """A change of the net, and what it does.

    Attributes:
        name: one of the words in `CURES`.
        net: the changed net.
        loss: its loss.
        solved: all four answers right at the end.
        crashed: the loss raised an error on the way.
        dead: no output was positive for any question at the end, by a ReLU.
    """

    name: str
    net: Net
    loss: str
    solved: Share
    crashed: Share
    dead: Share


CURES: tuple[tuple[str, Recipe], ...] = (
    ("none", TEXT),
    ("sigmoid output", replace(TEXT, net=Net((2, 2, 1), "relu", "sigmoid"))),
    ("logits", replace(TEXT, net=Net((2, 2, 1), "relu", "linear"), loss="bce_with_logits")),
    ("hidden LeakyReLU", replace(TEXT, net=Net((2, 2, 1), "leaky_relu", "relu"))),
    ("hidden ELU", replace(TEXT, net=Net((2, 2, 1), "elu", "relu"))),
    ("all ELU", replace(TEXT, net=Net((2, 2, 1), "elu", "elu"))),
    ("16 hidden units", replace(TEXT, net=Net((2, 16, 1), "relu", "relu"))),
    (
        "logits, hidden LeakyReLU",
        replace(TEXT, net=Net((2, 2, 1), "leaky_relu", "linear"), loss="bce_with_logits"),
    ),
    (
        "logits, hidden ELU",
        replace(TEXT, net=Net((2, 2, 1), "elu", "linear"), loss="bce_with_logits"),
    ),
    *(
        (
            f"logits, {width} hidden units",
            replace(TEXT, net=Net((2, width, 1), "relu", "linear"), loss="bce_with_logits"),
        )
        for width in (3, 4, 8, 16)
    ),
)
"""Changes of the text's net, alone and together."""


def cures(
    networks: int | range = 2_000,
    seed: int = 0,
    *,
    optimizer: Sgd | Adam = Adam(0.01),  # noqa: B008 -- frozen
    steps: int = 3_000,
    plan: Plan | None = None,
) -> tuple[Cure, ...]:
    """Train each of `CURES`, by default for as long as a solution may take."""
    return tuple(
        _cure(name, replace(recipe, optimizer=optimizer, steps=steps), networks, seed, plan)
        for name, recipe in CURES
    )


def _cure(name: str, recipe: Recipe, networks: int | range, seed: int, plan: Plan | None) -> Cure:
    outcomes = train(recipe, networks, seed, with_details(plan))
    dead = ~outcomes.positive_end[-1].any((1, 2)) & ~outcomes.crashed
    return Cure(
        name,
        recipe.net,
        recipe.loss,
        solved=share_of(outcomes.solved),
        crashed=share_of(outcomes.crashed),
        dead=share_of(dead) if recipe.net.output == "relu" else Share(0, len(outcomes)),
    )
