"""The scale of the initial weights: the gain of each layer against what its activation makes up
for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from torchvitals.record.look import Look, Operation
from torchvitals.rules.base import Threshold
from torchvitals.rules.evidence.chain import NORMS, Link, cuts, feeding, longest_chain
from torchvitals.theory.gains import FUNCTIONS, forward_gain

EXCESS = Threshold(
    math.exp(3.0),
    "times, over all layers",
    "published",
    "Schoenholz et al. 2017: six decay lengths of the squared norm are three of the norm",
)
_BY_SLOPE = {"sigmoid": 4.0, "tanh": 5.0 / 3.0}
"""Where what counts is the difference that an input makes: a sigmoid's slope is 1/4 at most."""
_UNBOUNDED = frozenset({"relu", "leaky_relu", "prelu", "elu", "gelu", "silu", "softplus"})
_FEWEST = 2
_SUMS = frozenset({"add", "linear"})
"""What joins the parts of a recurrent cell's pre-activation; a bias of its own counts as linear."""
_PASSED_ON = frozenset({"dropout", "max_pool", "avg_pool"})
"""Kinds that stand between a layer and its activation, and leave a signal's size about as it is."""
DEFAULT_GAIN = Threshold(
    1.0 / math.sqrt(3.0),
    "RMS weight times the square root of the fan-in",
    "theorem",
    "PyTorch draws U(-b, b) with b = 1/sqrt(fan_in), whose RMS is b/sqrt(3)",
)

_ONE_SIDED = Threshold(
    1.0,
    "of the standard deviation of the weights",
    "convention",
    "U(0, b) has a mean of 1.7, |N(0, 1)| of 1.3; what is drawn about zero or trained, far less",
)
_SURE = Threshold(
    4.0, "standard errors", "convention", "chance exceeds them in one layer of 16,000"
)
_CRITICAL_SHARED = {"tanh": 1.0}
"""What inputs share meets one number, again and again: v -> tanh(g v) leaves zero from g = 1 on."""


@dataclass(frozen=True)
class Growth:
    """By how much one layer lets a signal grow."""

    link: Link
    gain: float
    """The factor on a signal's RMS."""
    excess: float
    """The gain in units of what the activation makes up for; 1 before a normalisation."""
    shared: bool
    """What the inputs have in common makes most of it: it adds up in weights of one sign."""


def largest_growth(look: Look, chain: list[Link]) -> list[Growth]:
    """The stretch of a chain, between normalisations, over which the signal grows the most."""
    stretches: list[list[Growth]] = [[]]
    coherence = _coherence_of_data(look, chain[0]) if chain else 0.0
    for link in chain:
        if any(o.kind in NORMS for o in feeding(look, link.operation)):
            stretches.append([])
            coherence = 0.0
        growth, coherence = _growth(look, link, coherence)
        stretches[-1].append(growth)
    return max(stretches, key=lambda growths: math.prod(g.excess for g in growths))


def _growth(look: Look, link: Link, coherence: float) -> tuple[Growth, float]:
    """The growth in a layer whose inputs have this share of their square in common, and the share
    that its outputs have.

    Weights of mean m and standard deviation s over n inputs of mean square 1, a share c of which
    is the square of their mean: E y^2 = m^2 (n^2 c + n (1 - c)) + s^2 n. The first term is the
    same in all outputs.
    """
    after = [o.kind for o in _after(look, link.operation.index)]
    fan_in, weight, mean = link.fan_in, link.weight.weight, mean_of(link)
    if mean < 0 and _UNBOUNDED.intersection(after):  # it cuts off what is below zero
        mean = 0.0
    common = mean**2 * (fan_in**2 * coherence + fan_in * (1 - coherence))
    square = common + fan_in * (weight.rms**2 - mean**2)
    gain = math.sqrt(square)
    if any(kind in NORMS for kind in after):
        return Growth(link, gain, 1.0, shared=False), 0.0
    alone = gain / max(map(critical_gain, after), default=1.0)
    together = math.sqrt(common) / max(map(critical_shared, after), default=1.0)
    shared = 2 * common > square
    return Growth(link, gain, max(alone, together), shared), common / square if square else 0.0


def mean_of(link: Link) -> float:
    """The mean of weights that lie to one side of zero; 0 where it is small, or may be chance."""
    weight = link.weight.weight
    sure = max(_ONE_SIDED.value, _SURE.value / math.sqrt(max(weight.count, 1)))
    return weight.mean if abs(weight.mean) >= sure * weight.std else 0.0


def _coherence_of_data(look: Look, link: Link) -> float:
    """The share of the data's mean square that the square of their mean is, as in images."""
    data = next((d.overall for d in look.data if d.operation == link.operation.index), None)
    return min((data.mean / data.rms) ** 2, 1.0) if data is not None and data.rms else 0.0


def faint_layers(look: Look) -> list[tuple[Link, float]]:
    """The layers that all of the signal passes, each with its gain in units of PyTorch's default.

    Up to a normalisation or to weights that are all zero, which have their own name.
    """
    found: list[tuple[Link, float]] = []
    for link in longest_chain(look):
        normalised = any(o.kind in NORMS for o in _after(look, link.operation.index))
        if not link.gain or normalised or not cuts(look, link.operation.index):
            return []
        found.append((link, link.gain / DEFAULT_GAIN.value))
    return found


def is_squeezed(look: Look, faint: list[tuple[Link, float]]) -> bool:
    """Whether sigmoids alone, of slope 1/4 at most, would lose the signal at any sane weights."""
    kinds = [o.kind for link, _ in faint for o in _after(look, link.operation.index)]
    return _BY_SLOPE["sigmoid"] ** kinds.count("sigmoid") > EXCESS.value


def swells(look: Look) -> bool:
    """Whether the signal is seen to grow past what depth allows, where its size is passed on."""
    passing = [o for o in look.operations if o.kind in _UNBOUNDED | _SUMS]
    sizes = [o.output.rms for o in passing if o.output is not None and o.output.rms]
    return len(sizes) >= _FEWEST and max(sizes) > EXCESS.value * sizes[0]


def shrinks(look: Look) -> bool:
    """Whether the signal is seen to lose size from the first activation to the last, where these
    pass on any size.
    """
    passing = [o for o in look.operations if o.kind in _UNBOUNDED and o.output is not None]
    sizes = [o.output.rms for o in passing if o.output is not None]
    return len(sizes) >= _FEWEST and sizes[-1] < sizes[0]


def recurrent_excess(look: Look, link: Link) -> float:
    """By how much weights that are met again and again exceed what the activation makes up for."""
    kinds = [o.kind for o in _activated(look, link.operation.index)]
    return link.gain / max(map(critical_gain, kinds)) if kinds else 1.0


def _activated(look: Look, index: int) -> list[Operation]:
    """The activations that read an operation, or a sum that it is part of."""
    found: list[Operation] = []
    for operation in look.operations:
        if index in operation.inputs and operation.index > index:
            if operation.kind in FUNCTIONS:
                found.append(operation)
            elif operation.kind in _SUMS:
                found.extend(_activated(look, operation.index))
    return found


def _after(look: Look, index: int) -> list[Operation]:
    """What reads an operation, seen through what only thins it, and a bias added by hand."""
    found: list[Operation] = []
    for operation in look.operations:
        if index in operation.inputs:
            biased = operation.kind == "add" and operation.inputs == (index,)
            passes = biased or operation.kind in _PASSED_ON
            found.extend(_after(look, operation.index) if passes else [operation])
    return found


def critical_gain(kind: str) -> float:
    """The gain that keeps a signal's size through an activation; 1 for what is none."""
    if kind in _BY_SLOPE:
        return _BY_SLOPE[kind]
    return max(forward_gain(kind), 1.0) if kind in FUNCTIONS else 1.0


def critical_shared(kind: str) -> float:
    """The gain that keeps the size of what all inputs share."""
    return _CRITICAL_SHARED.get(kind) or critical_gain(kind)
