"""The rule vanishing-gradient."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, final

from torchvitals.record.look import Look
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import Link
from torchvitals.rules.evidence.course import course_of
from torchvitals.rules.evidence.fading import (
    SHALLOWEST,
    fading_chain,
    fading_limit,
    gradient_of,
    signal_fades,
)
from torchvitals.rules.evidence.optimizers import is_adaptive, main_group
from torchvitals.rules.evidence.places import first_sourced, named
from torchvitals.rules.evidence.schedule import faded
from torchvitals.theory.depth import TRAINABLE_SCALES
from torchvitals.words import say

_LASTING = Threshold(
    0.75,
    "of the thorough looks",
    "convention",
    "they lie at powers of two of the step: a last one alone is half of the run, and of one step",
)
_STILL = Threshold(
    1e-5,
    "relative update a step",
    "published",
    "CS231n: healthy updates are near 1e-3 of the weights; a hundredth of that is still",
)
_STARVED = Threshold(
    10.0, "times epsilon", "theorem", "Adam scales an update by r/(1+r), r = RMS gradient / epsilon"
)
_THROWN = Threshold(
    0.1,
    "relative update a step",
    "published",
    "CS231n: a hundred times the healthy 1e-3; what moves so does not stand still",
)
_DEEP = math.exp(-TRAINABLE_SCALES / 2)
"""What depth alone leaves of a gradient's norm; that it is no chance, the signal must show."""
_EARLY = 3
"""Looks, at steps 0, 1 and 2, of a net that has not yet gone anywhere."""
_UNDERFLOW = 1e-30
"""An RMS near the smallest float32, 1e-38: one more layer and it is zero."""
_SMALL_GAIN = 0.25
"""Below half of PyTorch's default of 0.577 = 1/sqrt(3), which is healthy at moderate depth."""


@final
@dataclass(frozen=True)
class VanishingGradient(Rule):
    """The gradient shrinks layer by layer, until the first layers receive next to nothing.

    What it detects:
        A chain of layers along which the gradient decays beyond what chance and width explain, so
        far that the optimizer leaves the first layers where they are.

    Why it is bad:
        The first layers stay random. All that the later layers see is a random projection of the
        input, often nearly the same for every sample.

    Evidence:
        RMS of the gradient at each layer on the longest path, the update that the optimizer makes
        of it, and whether the loss falls all the same.

    Threshold:
        The ratio of first to last lies below exp(-3) (a depth of six correlation lengths,
        Schoenholz et al. 2017), that of the outputs' gradients also below what random nets of these
        widths show at four standard deviations (Hanin and Nica 2018). It is harmful where the first
        layer moves by less than 1e-5 of itself a step, where Adam's epsilon exceeds a tenth of its
        gradient, or where the loss stays at that of a constant prediction for three quarters of the
        run.

    Remedy:
        ReLU or GELU in place of a sigmoid, Xavier or Kaiming initialisation, normalisation layers,
        residual connections.

    When it is not a fault:
        An adaptive optimizer, which rescales each gradient, as long as it stays far above epsilon;
        a first layer that most steps move by a tenth of itself or more; a net that learns all the
        same; layers frozen on purpose.

    References:
        Glorot and Bengio 2010; Schoenholz et al. 2017; Hanin and Nica 2018.
    """

    name: ClassVar[str] = "vanishing-gradient"
    family: ClassVar[str] = "signal"
    explains: ClassVar[frozenset[str]] = frozenset(
        {"not-learning", "rank-collapse", "no-update", "dead-relu"}
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        told = [look for look in segment.looks if look.crash is None and not look.brief]
        looks = [look for look in told if math.isfinite(look.loss)]
        chains = [(look, fading_chain(look)) for look in looks]
        fading = [(look, chain) for look, chain in chains if signal_fades(chain)]
        lasting = len(fading) >= _LASTING.value * len(looks)
        lasts = bool(fading) and (fading[-1][0] is looks[-1] or lasting)
        if not lasts or len(fading) * 2 < len(looks):
            return
        faded = [(look, chain) for look, chain in fading if _weights_starve(chain)]
        # Once the loss is at chance the gradients of the samples cancel in every layer alike.
        early = [look for look, _ in faded if look in looks[:_EARLY]]
        if len(faded) * 2 < len(looks) and len(early) * 2 <= _EARLY:
            return
        look, chain = faded[0]
        severity = _severity(segment, *faded[-1])
        if severity is not None:
            yield _finding(segment, look, chain, severity)


def _weights_starve(chain: list[Link]) -> bool:
    first, last = gradient_of(chain[0]), max((gradient_of(link) or 0.0) for link in chain[-2:])
    if not last or first is None:
        return False
    if first == 0.0:
        return _fades_steadily(chain)
    return first < _DEEP * last and _without_greatest_drop(chain) < _DEEP**0.5


def _without_greatest_drop(chain: list[Link]) -> float:
    """The ratio of first to last without the one layer that takes the most of it.

    A pooling before the classifier, say, shares its gradient among the positions: no decay with
    depth. Steady decay over three layers or more leaves at least its square root.
    """
    seen = [rms for link in chain if (rms := gradient_of(link))]
    drops = [nearer / farther for nearer, farther in pairwise(seen)]
    return math.prod(drops) / min(drops, default=1.0)


def _fades_steadily(chain: list[Link]) -> bool:
    """Whether an exact zero ends a decay (underflow): the gradient before it is already tiny."""
    seen = [rms for link in chain if (rms := gradient_of(link))]
    return len(seen) >= SHALLOWEST and seen[0] < _UNDERFLOW


def _severity(segment: Segment, look: Look, chain: list[Link]) -> Severity | None:
    """None where it does no harm."""
    course = course_of(segment)
    if course.learning or _is_thrown(segment, chain[0].weight.name):
        return None
    if faded(segment, course) is not None:  # no layer moves, whatever gradient it gets
        return None
    if course.stood_still and (course.chance is not None or course.quiet):
        return Severity.ERROR
    group = main_group(look)
    if group is not None and is_adaptive(group[0].kind):
        starved = (gradient_of(chain[0]) or 0.0) < _STARVED.value * (group[1].eps or 1e-8)
        return Severity.ERROR if starved else None
    moved = _relative_update(segment, chain[0].weight.name)
    if moved is None:
        return Severity.ERROR
    return Severity.ERROR if moved < _STILL.value else None


def _relative_update(segment: Segment, name: str) -> float | None:
    """The largest update of a weight at any look, as a share of it; None where no step was seen."""
    return max(_relative_updates(segment, name), default=None)


def _relative_updates(segment: Segment, name: str) -> list[float]:
    return [
        p.update_rms / max(p.weight.rms, 1e-30)
        for _, p in segment.parameter_history(name)
        if p.update_rms is not None
    ]


def _is_thrown(segment: Segment, name: str) -> bool:
    """Whether an optimizer makes long steps of whatever gradient arrives, at most looks."""
    ratios = sorted(_relative_updates(segment, name))
    return bool(ratios) and ratios[len(ratios) // 2] > _THROWN.value


def _finding(segment: Segment, look: Look, chain: list[Link], severity: Severity) -> Finding:
    first, last = chain[0], chain[-1]
    ratio = (gradient_of(first) or 0.0) / (gradient_of(last) or 1.0)
    per_layer = ratio ** (1 / (len(chain) - 1)) if ratio else 0.0
    kinds = {o.kind for o in look.operations if o.kind in ("sigmoid", "tanh", "relu")}
    return Finding(
        rule="vanishing-gradient",
        severity=severity,
        headline=say(
            "the gradient vanishes on its way back: {name} gets {ratio:.1e} of what "
            "{operation_name} gets",
            name=first.operation.name,
            ratio=ratio,
            operation_name=last.operation.name,
        ),
        because=_because(first, per_layer, len(chain), kinds),
        confidence=0.97,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(*(link.operation.name for link in chain[: max(len(chain) // 2, 1)])),
        source=first_sourced(segment, first.operation.layer),
        observed={
            "gradient_first_layer": gradient_of(first),
            "gradient_last_layer": gradient_of(last),
            "ratio": ratio,
            "factor_per_layer": per_layer,
        },
        expected={"ratio_at_least": fading_limit(chain)},
        remedies=_remedies(first, kinds),
        segment=segment.record.number,
    )


def _because(first: Link, per_layer: float, layers: int, kinds: set[str]) -> str:
    text = say(
        "Over {layers} layers each multiplies the gradient by about {per_layer:.2g}.",
        layers=layers,
        per_layer=per_layer,
    )
    if "sigmoid" in kinds:
        text += say(
            " The slope of a sigmoid is at most 1/4, so a sigmoid layer multiplies it by "
            "at most a quarter of its weights' gain."
        )
    if first.gain < _SMALL_GAIN:
        text += say(
            " The weights are small besides: {name} has a gain of {gain:.2g}, where about "
            "1 keeps a signal's size.",
            name=first.operation.name,
            gain=first.gain,
        )
    return text


def _remedies(first: Link, kinds: set[str]) -> tuple[Remedy, ...]:
    initialise = Remedy(
        "xavier-initialisation",
        "judgement",
        say("Draw the weights so that each layer keeps the size of the signal."),
        "for layer in model.modules():\n    if isinstance(layer, "
        "nn.Linear):\n        nn.init.xavier_uniform_(layer.weight)\n        "
        "nn.init.zeros_(layer.bias)",
    )
    activation = Remedy(
        "relu",
        "judgement",
        say("Replace the hidden sigmoids by ReLU (with Kaiming initialisation)."),
        say("x = F.relu(...)   # in place of torch.sigmoid(...)"),
    )
    normalise = Remedy(
        "normalisation",
        "judgement",
        say("Or put a normalisation layer after each hidden layer."),
        say("nn.BatchNorm1d({width})   # or nn.LayerNorm({width})", width=first.width),
    )
    return (
        (activation, initialise, normalise)
        if kinds & {"sigmoid", "tanh"}
        else (initialise, normalise)
    )
