"""The rule restrictive-head."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import DataInput, Look, Loss, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import feeding, operation_at
from torchvitals.rules.evidence.course import course_of
from torchvitals.rules.evidence.places import classes_of, named, source_of, source_of_loss
from torchvitals.theory.chance import bounded_cross_entropy_floor
from torchvitals.words import say

_RANGES: dict[str, tuple[float, float]] = {
    "relu": (0.0, math.inf),
    "softplus": (0.0, math.inf),
    "exp": (0.0, math.inf),
    "sigmoid": (0.0, 1.0),
    "hardsigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "log_softmax": (-math.inf, 0.0),
    "logsigmoid": (-math.inf, 0.0),
}
_REGRESSIONS = frozenset({"mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"})
_OUTSIDE = Threshold(
    0.05,
    "share of the targets' spread",
    "convention",
    "noise on a target at the edge of the range strays by less",
)
_TAILS = Threshold(
    0.1,
    "of the data's range",
    "convention",
    "the tails of noise about data that were scaled to the bound lie closer",
)


@final
@dataclass(frozen=True)
class RestrictiveHead(Rule):
    """The output activation can't reach the values that it is trained towards.

    What it detects:
        A regression whose last activation is bounded (ReLU, sigmoid, tanh, softmax) while its
        targets lie beyond the bound; a classification whose scores pass a ReLU, sigmoid or tanh
        before the cross-entropy. A generator whose last activation can't reach the data that its
        discriminator sees.

    Why it is bad:
        The error beyond the bound can never be learned, and at the bound the activation has no
        gradient, so that units pinned there stop learning altogether.

    Evidence:
        The operation before the loss in the graph, and the range of the targets.

    Threshold:
        Targets beyond the bound by more than 5 % of their spread, data by more than 10 %; for class
        scores the structure alone.

    Remedy:
        Drop the last activation, or scale the targets into its range.

    When it is not a fault:
        Targets that lie within the range, as counts under a ReLU or pixels under a sigmoid.

    References:
        Goodfellow et al. 2016, Deep Learning, section 6.2.2 (output units).
    """

    name: ClassVar[str] = "restrictive-head"
    family: ClassVar[str] = "head"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "dead-relu",
            "saturated-activation",
            "vanishing-gradient",
            "not-learning",
            "no-update",
            "parameters-without-gradient",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        told: set[str] = set()
        for look in segment.looks:
            for loss in look.losses:
                head = operation_at(look, loss.head)
                if head is None or head.kind not in _RANGES or head.name in told:
                    continue
                finding = (
                    _regression(segment, look, loss, head)
                    or _simplex(segment, look, loss, head)
                    or _scores(segment, look, loss, head)
                    or _probabilities(segment, look, loss, head)
                )
                if finding is not None:
                    told.add(head.name)
                    yield finding
        if not told and (finding := _generator(segment)) is not None:
            yield finding


def _generator(segment: Segment) -> Finding | None:
    """A bounded output that feeds the layer into which another loss lets data beyond the bound."""
    looks = [look for look in segment.looks if look.crash is None]
    real: dict[str, list[tuple[int, DataInput]]] = {}
    for look in looks:
        for data in look.data:
            reader = operation_at(look, data.operation)
            if reader is not None and reader.parameters:
                real.setdefault(reader.parameters[0], []).append((look.stream, data))
    for look in looks:
        for reader in look.operations:
            heads = [head for head in feeding(look, reader) if head.kind in _RANGES]
            if not heads or not reader.parameters:
                continue
            seen = real.get(reader.parameters[0], [])
            beside = [data for stream, data in seen if stream != look.stream]
            if beside and (finding := _beyond(segment, look, heads[0], beside)) is not None:
                return finding
    return None


def _beyond(
    segment: Segment, look: Look, head: Operation, beside: list[DataInput]
) -> Finding | None:
    low, high = _RANGES[head.kind]
    least = min(data.overall.minimum for data in beside)
    most = max(data.overall.maximum for data in beside)
    if max(low - least, most - high) <= _TAILS.value * (most - least):
        return None
    return Finding(
        rule="restrictive-head",
        severity=Severity.ERROR,
        headline=say("{kind} at the output can't reach the data", kind=head.kind),
        because=say(
            "What it makes is compared with data by the same layers: {kind} gives values from "
            "{low:g} to {high:g}, the data run from {least:.4g} to {most:.4g}. The two can always "
            "be told apart.",
            kind=head.kind,
            low=low,
            high=high,
            least=least,
            most=most,
        ),
        confidence=0.97,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(head.name, head.layer),
        source=source_of(segment, head),
        observed={"least_input": least, "greatest_input": most},
        expected={"least_input": low, "greatest_input": high},
        remedies=(_linear_output(head), _scale_data(low, high)),
        segment=segment.record.number,
    )


def _simplex(segment: Segment, look: Look, loss: Loss, head: Operation) -> Finding | None:
    """A softmax that is compared with rows which do not sum to 1, as its own always do."""
    target, compares = loss.target, loss.function in {*_REGRESSIONS, "binary_cross_entropy"}
    if head.kind != "softmax" or target is None or target.nonfinite or not compares:
        return None
    if len(loss.fed_shape) != len(head.shape) or not loss.fed_shape:
        return None  # of what was made of it since, its dimension tells nothing
    total = loss.fed_shape[head.dim if head.dim is not None else -1] * target.mean
    if abs(total - 1.0) <= _OUTSIDE.value:
        return None
    return Finding(
        rule="restrictive-head",
        severity=Severity.ERROR,
        headline=say("{kind} at the output can't reach the targets", kind=head.kind),
        because=say(
            "Softmax makes the outputs of a sample sum to 1; its targets sum to {total:.3g}, on "
            "average. To raise one output is to lower the others.",
            total=total,
        ),
        confidence=1.0,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(head.name, head.layer),
        source=source_of(segment, head) or source_of_loss(segment, loss),
        observed={"sum_of_targets": total},
        expected={"sum_of_targets": 1.0},
        remedies=(
            Remedy(
                "sigmoid-output",
                "judgement",
                say("Let each output be for itself: return the scores, and use their sigmoid."),
                "loss = F.binary_cross_entropy_with_logits(scores, targets)",
            ),
        ),
        segment=segment.record.number,
    )


def _regression(segment: Segment, look: Look, loss: Loss, head: Operation) -> Finding | None:
    target = loss.target
    if loss.function not in _REGRESSIONS or target is None or target.nonfinite:
        return None
    low, high = _RANGES[head.kind]
    beyond = max(low - target.minimum, target.maximum - high)
    if beyond <= _OUTSIDE.value * (target.maximum - target.minimum):
        return None
    return Finding(
        rule="restrictive-head",
        severity=Severity.ERROR,
        headline=say("{kind} at the output can't reach the targets", kind=head.kind),
        because=say(
            "{kind} gives values from {low:g} to {high:g}, the targets run from "
            "{minimum:.4g} to {maximum:.4g}; beyond its bound it has no gradient to learn "
            "by.",
            kind=head.kind,
            low=low,
            high=high,
            minimum=target.minimum,
            maximum=target.maximum,
        ),
        confidence=1.0,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(head.name, head.layer),
        source=source_of(segment, head) or source_of_loss(segment, loss),
        observed={"least_target": target.minimum, "greatest_target": target.maximum},
        expected={"least_target": low, "greatest_target": high},
        remedies=(_linear_output(head), _scale_targets(low, high)),
        segment=segment.record.number,
    )


def _scores(segment: Segment, look: Look, loss: Loss, head: Operation) -> Finding | None:
    binary = loss.function == "binary_cross_entropy_with_logits"
    if loss.function != "cross_entropy" and not binary:
        return None
    if head.kind not in ("relu", "tanh") and not (head.kind == "sigmoid" and not binary):
        return None
    severe = binary or head.kind != "relu" or _some_dead(head)
    return Finding(
        rule="restrictive-head",
        severity=Severity.ERROR if severe else Severity.WARNING,
        headline=say(
            "{kind} squeezes the scores before {function}", kind=head.kind, function=loss.function
        ),
        because=say(
            "The loss expects scores of any size and sign. After {kind} {reach}.",
            kind=head.kind,
            reach=_reach(loss, *_RANGES[head.kind]),
        ),
        confidence=1.0,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(head.name, head.layer),
        source=source_of(segment, head) or source_of_loss(segment, loss),
        observed={
            "least_score": loss.fed.minimum if loss.fed else None,
            "greatest_score": loss.fed.maximum if loss.fed else None,
        },
        expected={"score": say("any number")},
        remedies=(_linear_output(head),),
        segment=segment.record.number,
    )


def _probabilities(segment: Segment, look: Look, loss: Loss, head: Operation) -> Finding | None:
    """A ReLU whose outputs, over their sum, are taken for probabilities."""
    if loss.function != "nll_loss" or head.kind != "relu" or loss.fed is None:
        return None
    learned = course_of(segment)
    if learned.adversarial or not learned.far_from_learned:
        return None
    return Finding(
        rule="restrictive-head",
        severity=Severity.ERROR,
        headline=say("{kind} at the output is taken for probabilities", kind=head.kind),
        because=say(
            "Of a score below zero {kind} makes a probability of exactly 0: where that is the "
            "right class it costs {most:.3g}, and passes no gradient by which to rise again.",
            kind=head.kind,
            most=-loss.fed.minimum,
        ),
        confidence=1.0,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(head.name, head.layer),
        source=source_of(segment, head) or source_of_loss(segment, loss),
        observed={"least_log_probability": loss.fed.minimum},
        expected={"score": say("any number")},
        remedies=(
            _linear_output(head),
            Remedy(
                "cross-entropy",
                "judgement",
                say("And let the cross-entropy take the softmax of the scores."),
                "loss = F.cross_entropy(scores, target)",
            ),
        ),
        segment=segment.record.number,
    )


def _reach(loss: Loss, low: float, high: float) -> str:
    """What scores between these bounds can't do."""
    if math.isinf(high):
        return say(
            "no score can be negative, and a class whose score is 0 for every sample gets "
            "no gradient"
        )
    if loss.function == "cross_entropy":
        floor = bounded_cross_entropy_floor(classes_of(loss), low, high)
    else:
        floor = bounded_cross_entropy_floor(2, low / 2, high / 2)
    return say("the loss can't fall below {floor:.3f}", floor=floor)


def _linear_output(head: Operation) -> Remedy:
    return Remedy(
        "linear-output",
        "judgement",
        say("Return the output of {layer} as it is.", layer=head.layer),
        say("return {layer}_output   # without {kind}", layer=head.layer, kind=head.kind),
    )


def _scale_targets(low: float, high: float) -> Remedy:
    return Remedy(
        "scale-targets",
        "judgement",
        say("Or bring the targets within its range, and predictions back."),
        _rescale("y", low, high),
    )


def _scale_data(low: float, high: float) -> Remedy:
    return Remedy(
        "scale-data",
        "judgement",
        say("Or bring the data within its range, and what is generated back."),
        _rescale("x", low, high),
    )


def _rescale(name: str, low: float, high: float) -> str:
    if math.isinf(high):
        return f"{name} = {name} - {name}.min()"
    if math.isinf(low):
        return f"{name} = {name} - {name}.max()"
    code = f"{name} = ({name} - {name}.min()) / ({name}.max() - {name}.min())"
    return code if low == 0.0 else f"{code}\n{name} = 2 * {name} - 1"


def _some_dead(head: Operation) -> bool:
    return head.units is not None and int(head.units.silent, 16) != 0
