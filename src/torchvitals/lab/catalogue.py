"""The experiments by name: where each is, and whose fault it shows. Imports none of them."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

from torchvitals.words import Words, say

if TYPE_CHECKING:
    from torchvitals.lab.experiment import Experiment


class UnknownExperimentError(ValueError):
    """There is no experiment of this name."""


@dataclass(frozen=True)
class Entry:
    """An experiment: what it asks in a few words, the script that shows its fault (in examples/),
    and the rule that names it.
    """

    name: str
    asks: Words
    script: str | None = None
    rule: str | None = None
    arguments: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """Where the experiment is."""
        return f"torchvitals.lab.experiments.{self.name.replace('-', '_')}"


CATALOGUE = (
    Entry(
        "zero-init",
        say("What does a net learn whose weights all start from zero?"),
        "zero_initialisation.py",
        "symmetric-weights",
    ),
    Entry(
        "vanishing-gradient",
        say("What shrinks the gradient of the first layers, and which cure makes them learn?"),
        "deep_default_init.py",
        "vanishing-gradient",
    ),
    Entry(
        "dead-relu",
        say("What kills a ReLU, and which cure only seems to be one?"),
        "bias_minus_eight.py",
        "dead-relu",
    ),
    Entry(
        "xor",
        say("Which nodes die on XOR, how likely is each case, and what cures them?"),
        "xor_dead_output.py",
        "loss-domain",
    ),
    Entry(
        "learning-rate",
        say("How large may the rate be, exactly?"),
        "thermometer.py",
        "unscaled-input",
    ),
    Entry(
        "numerical-stability",
        say("What overflows, what underflows, and which start keeps a signal's size?"),
        "deep_unnormalised.py",
        "weight-scale",
    ),
    Entry(
        "building-blocks",
        say("What do BatchNorm and Dropout do, and in which mode?"),
        "forgotten_train_mode.py",
        "eval-mode-training",
    ),
    Entry(
        "phase-diagram",
        say("Which scales of weights and biases let a deep network learn?"),
        "deep_default_init.py",
        "vanishing-gradient",
    ),
    Entry(
        "born-dead",
        say("How often does chance build a ReLU network that can't learn?"),
        "narrow_relu.py",
        "dead-relu",
    ),
    Entry(
        "edge-of-stability",
        say("Where does gradient descent take its own sharpness?"),
        "chebyshev_too_fast.py",
        "learning-rate-too-high",
    ),
)


def entry(name: str) -> Entry:
    """The entry of a name.

    Raises:
        UnknownExperimentError: there is none; the message names the nearest.
    """
    for known in CATALOGUE:
        if known.name == name:
            return known
    near = get_close_matches(name, [known.name for known in CATALOGUE], 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    message = f"Expected an experiment but got {name!r}.{hint} See: torchvitals lab list"
    raise UnknownExperimentError(message)


def load(name: str) -> Experiment:
    """The experiment of a name. Raises UnknownExperimentError as `entry` does."""
    return import_module(entry(name).module).EXPERIMENT


def in_the_lab(name: str) -> Words:
    """Where a reader of a rule's page can see its fault happen."""
    return say("See it in the lab: torchvitals lab run {name}", name=name)


def showing(rule: str) -> tuple[str, ...]:
    """Names of the experiments that show the fault which a rule names."""
    return tuple(known.name for known in CATALOGUE if known.rule == rule)
