"""The rule dead-relu."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import WEIGHTED, cuts
from torchvitals.rules.evidence.code import expression, initialise
from torchvitals.rules.evidence.course import course_of
from torchvitals.rules.evidence.deaths import DEAD, stood_before
from torchvitals.rules.evidence.places import named, source_of
from torchvitals.rules.evidence.units import UnitHistory, unit_histories
from torchvitals.words import say

_RELU = frozenset({"relu"})
_MANY = Threshold(
    0.5,
    "share of a layer's units",
    "measured",
    "PyTorch's default initialisation leaves up to half of the units of a "
    "ReLU layer silent at depth 6 to 10, and Adam still solves the task",
)
_SAMPLES = Threshold(
    8,
    "samples",
    "theorem",
    "a unit that is on for half of all inputs is off for 8 of them once in 256 times",
)


@final
@dataclass(frozen=True)
class DeadRelu(Rule):
    """ReLU units that were silent on everything seen, and can't recover.

    What it detects:
        Layers whose units all give 0 for every sample of every look, and layers that lost at least
        half of their units in a net that does not learn.

    Why it is bad:
        Below zero a ReLU has no slope: a unit that is silent for every input gets no gradient and
        can't come back. A layer of silent units cuts the net in two, and nothing before it learns.

    Evidence:
        For each unit, whether it was ever above zero at the last looks: three or more, that hold 64
        samples; and whether it was at the first.

    Threshold:
        A whole layer silent is certain harm. A part counts from one half, the share that healthy
        nets of PyTorch's default initialisation show, and only where the loss stands still well
        above zero; below nine tenths it is a warning, for the other units let the signal pass. So
        are units that died after the loss had stood where it ends for 50 steps: a net that has
        nothing to learn loses units too.

    Remedy:
        A smaller rate or better scaled inputs, if units died in training; Kaiming initialisation
        and zero biases, if they were born dead; Leaky ReLU lets silent units recover.

    When it is not a fault:
        Half of all values at zero; some silent units in a net that learns, as random initialisation
        leaves; a silent layer within a residual branch.

    References:
        Lu, Shin, Su and Karniadakis 2020, Dying ReLU and Initialization.
    """

    name: ClassVar[str] = "dead-relu"
    family: ClassVar[str] = "signal"
    reads_values: ClassVar[bool] = True
    explains: ClassVar[frozenset[str]] = frozenset({"not-learning", "rank-collapse", "no-update"})

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        histories = unit_histories(segment, _RELU)
        if not histories:
            return
        course = course_of(segment)
        looks = [look for look in segment.looks if look.crash is None]
        whole = [
            h
            for h in histories
            if h.silent == h.followed
            and h.samples >= _SAMPLES.value
            and looks
            and cuts(looks[-1], h.operation.index)
            and _is_of_the_net(looks[-1], h.operation)
        ]
        many = [h for h in histories if h.fraction >= _MANY.value and _lost(h)]
        if whole:
            late = stood_before(segment, course, whole[0])
            yield _finding(segment, looks, whole, late=late)
        elif many and course.flat_at_end and not course.learning:
            many.sort(key=lambda h: h.fraction < DEAD.value)
            yield _finding(segment, looks, many, late=stood_before(segment, course, many[0]))


def _is_of_the_net(look: Look, relu: Operation) -> bool:
    """Whether it follows a layer, or leads to one or to a loss function: a hinge, which is silent
    where all is as it should be, stands between them and the loss.
    """
    reached = {relu.index}
    for operation in look.operations:
        if reached.intersection(operation.inputs):
            if operation.kind in WEIGHTED:
                return True
            reached.add(operation.index)
    if any(loss.head in reached for loss in look.losses):
        return True
    before = [o for o in look.operations if o.index in relu.inputs]
    return any(o.kind in WEIGHTED or o.parameters for o in before)


def _lost(history: UnitHistory) -> bool:
    return history.silent > 0 and history.samples > 0


def _finding(
    segment: Segment, looks: list[Look], dead: list[UnitHistory], *, late: bool
) -> Finding:
    first = dead[0]
    lives = first.fraction < DEAD.value
    born, whole = first.silent_at_first >= first.silent, first.silent == first.followed
    units = (
        say("all {followed}", followed=first.followed)
        if whole
        else say("{silent} of {followed}", silent=first.silent, followed=first.followed)
    )
    return Finding(
        rule="dead-relu",
        severity=Severity.WARNING if late or lives else Severity.ERROR,
        headline=say("{units} units of {name} are dead", units=units, name=first.operation.name),
        because=_because(looks, first, born=born) + _no_cause(lives=lives, late=late),
        confidence=0.99 if whole else 0.85,
        first_step=first.dead_since,
        last_step=first.last_step,
        where=named(*(name for h in dead for name in (h.operation.name, h.operation.layer))),
        source=first.source or source_of(segment, first.operation),
        observed={
            "dead_units": first.silent,
            "units": first.followed,
            "dead_at_first_look": first.silent_at_first,
            "share_died_in_training": first.died / first.followed,
            "samples": first.samples,
        },
        expected={"dead_units_below": max(int(_MANY.value * first.followed), 1)},
        remedies=_remedies(first, born=born),
        segment=segment.record.number,
    )


def _because(looks: list[Look], first: UnitHistory, *, born: bool) -> str:
    text = say(
        "They were silent on all {samples:,} samples seen, and where a ReLU is silent "
        "it passes no gradient: they can't come back.",
        samples=first.samples,
    )
    if not born:
        return text + _deaths(first)
    bias = (
        next(
            (
                p
                for p in looks[0].parameters
                if p.name.startswith(first.operation.layer) and len(p.shape) == 1
            ),
            None,
        )
        if looks
        else None
    )
    if bias is not None and bias.weight.maximum < 0 and -bias.weight.mean > 1:
        text += say(
            " They were born dead: the biases of {layer} are near {mean:.3g}, below "
            "anything the inputs can make up for.",
            layer=first.operation.layer,
            mean=bias.weight.mean,
        )
    else:
        text += say(" They were born dead, at initialisation.")
    return text


def _no_cause(*, lives: bool, late: bool) -> str:
    if late:
        return say(
            " The loss had stood where it is for long while most of them lived: something else "
            "holds it there."
        )
    if lives:
        return say(
            " The others let the signal pass: that these are dead need not be why the net does "
            "not learn."
        )
    return ""


def _deaths(first: UnitHistory) -> str:
    if not first.silent_at_first:
        return say(
            " At first none was silent: they died by step {dead_since}, in training.",
            dead_since=first.dead_since,
        )
    return say(
        " At first only {silent_at_first} were silent: the others died by step "
        "{dead_since}, in training.",
        silent_at_first=first.silent_at_first,
        dead_since=first.dead_since,
    )


def _remedies(first: UnitHistory, *, born: bool) -> tuple[Remedy, ...]:
    layer = first.operation.layer
    leaky = Remedy(
        "leaky-relu",
        "judgement",
        say("Let silent units pass a small gradient, so that they can recover."),
        say("x = F.leaky_relu(..., 0.01)   # after {layer}", layer=layer),
    )
    if born:
        start = Remedy(
            "kaiming-initialisation",
            "judgement",
            say("Start with zero biases and Kaiming weights."),
            f"{initialise([layer], 'kaiming_normal_')}\nnn.init.zeros_({expression(layer)}.bias)",
        )
        return (start, leaky)
    return (
        Remedy(
            "lower-rate",
            "trial",
            say("Take smaller steps: those taken pushed them below zero for every input."),
            "lr = lr / 10",
        ),
        leaky,
    )
