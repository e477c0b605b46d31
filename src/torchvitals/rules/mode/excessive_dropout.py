"""The rule excessive-dropout."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import feeding
from torchvitals.rules.evidence.course import Course, course_of
from torchvitals.rules.evidence.places import named, source_of
from torchvitals.words import say

_NOISE = Threshold(
    0.5,
    "variance of the noise over that of the signal",
    "theorem",
    "(1/K - 1)/n: n units of which a share K of the paths survives; at 1 noise equals signal",
)
_LESS = 0.1
"""A rate that any width bears."""
_FAR = Threshold(
    0.5, "share of chance level", "convention", "a net that learns halves the loss of a constant"
)
_USUAL = Threshold(
    0.6, "share dropped", "published", "Srivastava et al. 2014, section 7.3: retain 0.4 to 0.8"
)


@final
@dataclass(frozen=True)
class ExcessiveDropout(Rule):
    """Dropout takes away so much that its noise drowns the signal.

    What it detects:
        Dropout whose rate is so high, or that is stacked so often for the width of the net, that
        little of the signal is left, in a run whose loss stays near that of a constant.

    Why it is bad:
        What a layer hears of a sample changes from step to step more than it differs between
        samples. Averaging over units helps only where there are many.

    Evidence:
        The masks that the graph saved, the share that each keeps, and the layers that they follow.

    Threshold:
        Of K, the product of the shares kept on the way to the loss, and n, the width of the
        narrowest layer that is dropped, without the values that a ReLU leaves at zero: noise over
        signal, (1/K - 1)/n, of 0.5 or more.

    Remedy:
        Drop less: at most half of the hidden values.

    When it is not a fault:
        A wide net, or one with connections around its dropout; a loss that falls all the same.
        With dropout the training loss lies above the validation loss, and that is no fault.

    References:
        Srivastava et al. 2014, section 7.3 (retain 0.4 to 0.8, and n times p constant); Schoenholz
        et al. 2017, section 5 (dropout and the correlation between two passes).
    """

    name: ClassVar[str] = "excessive-dropout"
    family: ClassVar[str] = "mode"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "not-learning",
            "learning-rate-too-high",
            "learning-rate-too-low",
            "dead-relu",
            "vanishing-gradient",
            "exploding-gradient",
            "loss-spike",
            "rank-collapse",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        if course.short:
            return
        paths = [(look, path) for look in segment.looks if (path := _loudest_path(look))]
        if not paths:
            return
        look, path = paths[0]
        if not _kept(path) and not _always(segment, paths):
            return
        if min(path_noise(later) for _, later in paths) < _NOISE.value or not _harmed(course):
            return
        yield _finding(segment, course, look, path, paths[-1][0].step)


def _always(segment: Segment, paths: list[tuple[Look, list[Operation]]]) -> bool:
    """Whether nothing passed at any look: what is multiplied by zero now and then is no dropout."""
    told = [look for look in segment.looks if look.crash is None and not look.brief]
    return len(paths) >= len(told) and not any(_kept(path) for _, path in paths)


def _kept(path: list[Operation]) -> float:
    """The share of the paths that survives these dropouts."""
    return math.prod(o.dropped.kept for o in path if o.dropped)


def path_noise(path: list[Operation]) -> float:
    """Variance of the noise over that of the signal behind these dropouts, one after another."""
    kept = _kept(path)
    narrowest = min((o.dropped.width for o in path if o.dropped), default=1)
    return (1 / kept - 1) / narrowest if kept else math.inf


def _loudest_path(look: Look) -> list[Operation]:
    """The dropouts on the way from the data to the end that passes the fewest values less.

    A connection around a dropout is such a way.
    """
    if look.crash is not None:
        return []
    best: dict[int, list[Operation]] = {}
    for operation in look.operations:
        ways = [best[index] for index in operation.inputs if index in best]
        before = min(ways, key=path_noise) if ways else []
        best[operation.index] = (
            [*before, _of_living(look, operation)] if operation.dropped else before
        )
    heads = [best[loss.head] for loss in look.losses if loss.head in best]
    if heads:
        return min(heads, key=path_noise)
    last = look.operations[-1].index if look.operations else -1
    return best.get(last, [])


def _of_living(look: Look, dropout: Operation) -> Operation:
    """The dropout, its width counted without the values that a ReLU before it leaves at zero: to
    drop them or not is the same.
    """
    (dropped, before) = (dropout.dropped, feeding(look, dropout))
    if dropped is None or len(before) != 1 or before[0].kind != "relu":
        return dropout
    output = before[0].output
    one_by_one = dropped.width == math.prod(dropout.shape[1:])
    if output is None or not one_by_one:
        return dropout
    living = max(round(dropped.width * (1 - output.zero_fraction)), 1)
    return dropout._replace(dropped=dropped._replace(width=living))


def _harmed(course: Course) -> bool:
    """The loss is not far below that of a constant: the noise leaves the net little to go by."""
    if course.adversarial:
        return False
    if not course.learning:
        return True
    return course.chance is not None and course.end > _FAR.value * course.chance


def _because(course: Course, path: list[Operation]) -> str:
    kept, width = _kept(path), min(o.dropped.width for o in path if o.dropped)
    if not kept:
        return say(
            "Not one value passes: the layers after it see zeros whatever the input, and those "
            "before it get no gradient. The rate of nn.Dropout is the share that is dropped, not "
            "the share that is kept."
        )
    text = say(
        "{kept:.2%} of the paths through the net survive, on average {paths:.2g} of "
        "the {width} values of its narrowest layer that are not zero. The noise is "
        "{noise:.2g} times the signal even after averaging over that layer, and the "
        "loss ends at {end:.4g}",
        kept=kept,
        paths=kept * width,
        width=width,
        noise=path_noise(path),
        end=course.end,
    )
    if not course.chance:
        return text + say(".")
    return text + say(", where a constant costs {chance:.4g}.", chance=course.chance)


def _place(dropout: Operation) -> str:
    return say("{kind} after {layer}", kind="dropout", layer=dropout.layer)


def _finding(
    segment: Segment, course: Course, look: Look, path: list[Operation], last: int
) -> Finding:
    width = min(o.dropped.width for o in path if o.dropped)
    rates = [1 - o.dropped.kept for o in path if o.dropped]
    serious = not course.learning and max(rates) > _USUAL.value
    times = say("{count} times in a row", count=len(path)) if len(path) > 1 else say("at once")
    return Finding(
        rule="excessive-dropout",
        severity=Severity.ERROR if serious else Severity.WARNING,
        headline=say(
            "Dropout takes away {rate:.0%} of the values, {times}", rate=max(rates), times=times
        ),
        because=_because(course, path),
        confidence=0.95,
        first_step=look.step,
        last_step=last,
        where=named(*(_place(o) for o in path), *(o.layer for o in path)),
        source=source_of(segment, path[0]),
        observed={
            "share_kept": _kept(path),
            "width": width,
            "noise_over_signal": path_noise(path) if _kept(path) else None,
        },
        expected={"noise_over_signal_below": _NOISE.value},
        remedies=(
            Remedy(
                "drop-less",
                "judgement",
                say(
                    "Drop less after {layer}: at most half of the values, and few of them where "
                    "layers are narrow.",
                    layer=path[0].layer,
                ),
                say(
                    "nn.Dropout({less:g})   # instead of nn.Dropout({rate:.2g})",
                    less=_LESS,
                    rate=max(rates),
                ),
            ),
        ),
        segment=segment.record.number,
    )
