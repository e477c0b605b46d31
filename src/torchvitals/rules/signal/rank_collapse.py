"""The rule rank-collapse."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import cuts
from torchvitals.rules.evidence.course import course_of
from torchvitals.rules.evidence.places import named, source_of
from torchvitals.words import say

_COLLAPSED = Threshold(
    math.exp(-6),
    "of the difference at the first layer",
    "published",
    "Schoenholz et al. 2017, section 5: nets are trained to a depth of six correlation lengths",
)
_UNDER_WAY = Threshold(
    math.exp(-3),
    "of the difference at the first layer",
    "convention",
    "half of the way there at the start: a collapse of depth, that training made worse",
)
_FEWEST_LAYERS = 4
"""The first, and three on the way: a layer or two that make all alike are no matter of depth."""
_PROPAGATED = Threshold(
    8,
    "propagations",
    "published",
    "Kipf and Welling 2017, appendix B: two or three do best; beyond seven, without connections "
    "around them, training becomes difficult",
)
_WEIGHTS = ("softmax", "dropout", "mul")
"""What holds the weights of an attention alone, before they meet the values."""
_STEPWISE = 0.6
"""Share of the layers on the way at which samples must have come closer."""
_ROUNDING = 1e-9
"""Of float32, squared, over a few hundred features."""


@final
@dataclass(frozen=True)
class RankCollapse(Rule):
    """Layer by layer, different samples become the same direction, until none can be told apart.

    What it detects:
        Representations whose mean cosine between samples (or tokens) rises to 1 with depth, from
        the start and to the end, in a net that does not learn. Or rows that are mixed with their
        neighbours over and over, as by many graph convolutions, in a net that stands still.

    Why it is bad:
        What the last layer gets is the same for every sample, so that it can say no more than a
        constant does. The gradient, which must tell samples apart, vanishes on the way back.

    Evidence:
        The cosine between 64 rows of each layer's output, over all pairs, at the first thorough
        look and the last.

    Threshold:
        One less the cosine, at the last hidden layer, below e^-6 of what it is at the first; at
        the first look, e^-3. A critical ReLU net of 50 layers keeps 0.02 of it. Or four attention
        layers with nothing around them, by the structure alone, where half of chance is left; or
        eight products with a constant matrix from the left.

    Remedy:
        Connections around each layer; weights on the edge of chaos; normalisation.

    When it is not a fault:
        The slow convergence of any deep net; a net that learns all the same; outputs of a head
        with one unit.

    References:
        Schoenholz et al. 2017; Dong et al. 2021 (attention is not all you need); Hayou et al. 2019;
        Kipf and Welling 2017, appendix B; Oono and Suzuki 2020 (graph nets lose expressive power
        exponentially).
    """

    name: ClassVar[str] = "rank-collapse"
    family: ClassVar[str] = "signal"
    explains: ClassVar[frozenset[str]] = frozenset({"attention-collapse", "not-learning"})

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        if course.short or not course.far_from_learned:
            return
        alone = _attention_alone(segment.looks[0]) if segment.looks else []
        if len(alone) >= _FEWEST_LAYERS and (course.stuck or course.learning):
            yield _without_skips(segment, alone, learning=course.learning)
            return
        if course.learning:
            return
        mixed = _mixed_rows(segment.looks[0]) if segment.looks else []
        if course.stuck and sum(o.calls for o in mixed) >= _PROPAGATED.value:
            yield _smoothed(segment, mixed)
            return
        profiles = [(look, rows) for look in segment.looks if len(rows := _profile(look)) > 1]
        if (
            len(profiles) > 1
            and _is_collapsed(profiles[0][1], _UNDER_WAY.value)
            and _is_collapsed(profiles[-1][1], _COLLAPSED.value)
        ):
            yield _finding(segment, profiles[0][0].step, profiles[-1])


def _attention_alone(look: Look) -> list[Operation]:
    """Attentions that nothing leads around: all that comes out is a mean over the tokens."""
    attentions = [o for o in look.operations if o.attended is not None]
    return [o for o in attentions if cuts(look, _mixed(look, o))]


def _mixed_rows(look: Look) -> list[Operation]:
    """The products with a constant from the left that nothing leads around, as in a graph net."""
    return [o for o in look.operations if o.mixes and cuts(look, o.index)]


def _mixed(look: Look, attention: Operation) -> int:
    """Where weights and values have met: values go around a softmax that is written by hand."""
    reached, consumers = [attention], look.operations
    for operation in reached:  # which grows meanwhile
        if operation.kind not in _WEIGHTS:
            return operation.index
        reached += [o for o in consumers if operation.index in o.inputs and o not in reached]
    return attention.index


def _without_skips(segment: Segment, alone: list[Operation], *, learning: bool) -> Finding:
    names = [o.layer or o.name for o in alone]
    return Finding(
        rule="rank-collapse",
        severity=Severity.WARNING if learning else Severity.ERROR,
        headline=say(
            "{count} attention layers follow one another and nothing leads around them",
            count=len(alone),
        ),
        because=say(
            "Attention gives every token a mean over the tokens. Without a connection around it "
            "their differences shrink doubly exponentially with depth, and the gradient that must "
            "tell them apart with them."
        ),
        confidence=0.8,
        first_step=segment.looks[0].step,
        last_step=segment.looks[-1].step,
        where=named(*names),
        source=source_of(segment, alone[0]),
        observed={"attention_layers_in_a_row": len(alone)},
        expected={"attention_layers_in_a_row_below": _FEWEST_LAYERS},
        remedies=(_around(),),
        segment=segment.record.number,
    )


def _smoothed(segment: Segment, mixed: list[Operation]) -> Finding:
    count = sum(o.calls for o in mixed)
    return Finding(
        rule="rank-collapse",
        severity=Severity.ERROR,
        headline=say(
            "rows are mixed with their neighbours {count} times and nothing leads around it",
            count=count,
        ),
        because=say(
            "Each product with the matrix that mixes them brings connected rows closer, by a "
            "constant factor. After {count} of them a row says where it is connected, and no more "
            "what it was.",
            count=count,
        ),
        confidence=0.95,
        first_step=segment.looks[0].step,
        last_step=segment.looks[-1].step,
        where=named(*dict.fromkeys(o.layer or o.name for o in mixed)),
        source=source_of(segment, mixed[0]),
        observed={"propagations_in_a_row": count},
        expected={"propagations_in_a_row_below": int(_PROPAGATED.value)},
        remedies=(
            Remedy(
                "fewer-propagations",
                "judgement",
                say("Propagate two or three times; the depth may come from layers that do not."),
                "num_layers = 2",
            ),
            _around(),
        ),
        segment=segment.record.number,
    )


def _around() -> Remedy:
    return Remedy(
        "residual-connections",
        "judgement",
        say("Add each block's input to its output."),
        say("x = x + block(x)   # instead of x = block(x)"),
    )


def _profile(look: Look) -> list[Operation]:
    """The hidden layers whose samples were compared, in forward order."""
    if look.crash is not None:
        return []
    heads = {loss.head for loss in look.losses}
    return [o for o in look.operations if o.likeness is not None and o.index not in heads]


def _apart(operation: Operation) -> float:
    """How far samples differ in direction, beyond what rounding makes of equal ones."""
    likeness = 1.0 if operation.likeness is None else operation.likeness
    return max(1 - likeness, _ROUNDING)


def _is_collapsed(profile: list[Operation], left: float) -> bool:
    if len(profile) < _FEWEST_LAYERS:
        return False
    apart = [_apart(o) for o in profile]
    end = next((k for k, value in enumerate(apart) if value <= left * apart[0]), None)
    if end is None or apart[-1] > left * apart[0]:
        return False
    nearer = sum(one > two for one, two in itertools.pairwise(apart[: end + 1]))
    deep = end >= _FEWEST_LAYERS - 1 or left > _COLLAPSED.value
    return deep and nearer >= _STEPWISE * end


def _finding(segment: Segment, first_step: int, last: tuple[Look, list[Operation]]) -> Finding:
    look, profile = last
    apart = [_apart(o) for o in profile]
    end = next(k for k, value in enumerate(apart) if value <= _COLLAPSED.value * apart[0])
    first, there = profile[0], profile[end]
    return Finding(
        rule="rank-collapse",
        severity=Severity.ERROR,
        headline=say("All samples are alike from {name} on", name=there.name),
        because=say(
            "Two samples differ by a cosine of {likeness:.3f} behind {name}, and of "
            "{there_likeness:.6f} behind {there_name}: each layer brings them closer, and "
            "what comes after it can't tell them apart.",
            likeness=first.likeness,
            name=first.name,
            there_likeness=there.likeness,
            there_name=there.name,
        ),
        confidence=0.8,
        first_step=first_step,
        last_step=look.step,
        where=named(there.name, there.layer),
        source=source_of(segment, there),
        observed={
            "cosine_first_layer": first.likeness,
            "cosine_last_layer": profile[-1].likeness,
            "layers": len(profile),
        },
        expected={"share_of_difference_left_at_least": _COLLAPSED.value},
        remedies=(
            _around(),
            Remedy(
                "edge-of-chaos",
                "judgement",
                say(
                    "Or draw weights so that differences last: for ReLU a variance of 2/fan_in and "
                    "zero biases."
                ),
                "nn.init.kaiming_normal_(layer.weight)\nnn.init.zeros_(layer.bias)",
            ),
        ),
        segment=segment.record.number,
    )
