"""The scale of the initial weights: the gain of each layer against what its activation makes up
for.
"""

from __future__ import annotations

import math

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


def longest_unnormalised(look: Look, chain: list[Link]) -> list[Link]:
    """The stretch of a chain, between normalisations, over which the signal grows the most."""
    stretches: list[list[Link]] = [[]]
    for link in chain:
        if any(o.kind in NORMS for o in feeding(look, link.operation)):
            stretches.append([])
        stretches[-1].append(link)
    return max(stretches, key=lambda links: math.prod(excess_of(look, k) for k in links))


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


def excess_of(look: Look, link: Link) -> float:
    """The gain of a layer in units of what its activation makes up for; 1 before a
    normalisation.
    """
    after = _after(look, link.operation.index)
    if any(o.kind in NORMS for o in after):
        return 1.0
    return link.gain / max((_critical_gain(o.kind) for o in after), default=1.0)


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
    return link.gain / max(map(_critical_gain, kinds)) if kinds else 1.0


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
    """What reads an operation, seen through what only thins it."""
    found: list[Operation] = []
    for operation in look.operations:
        if index in operation.inputs:
            passes = operation.kind in _PASSED_ON
            found.extend(_after(look, operation.index) if passes else [operation])
    return found


def _critical_gain(kind: str) -> float:
    """The gain that keeps a signal's size through an activation; 1 for what is none."""
    if kind in _BY_SLOPE:
        return _BY_SLOPE[kind]
    return max(forward_gain(kind), 1.0) if kind in FUNCTIONS else 1.0
