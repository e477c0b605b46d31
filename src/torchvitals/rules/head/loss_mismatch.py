"""The rule loss-mismatch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final

from torchvitals.record.look import Look, Loss
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import operation_at
from torchvitals.rules.evidence.course import LEARNING, course_of, is_adversarial
from torchvitals.rules.evidence.labels import (
    WHOLE,
    constant_cost,
    is_reversed,
    is_zero_one,
    marks_a_row,
    moves,
    one_hot_classes,
    scores_one,
)
from torchvitals.rules.evidence.optimizers import all_optimizers
from torchvitals.rules.evidence.places import named, source_of_loss
from torchvitals.words import Words, say

_ROUNDED = Threshold(
    1 / 16,
    "mean square, in class numbers",
    "theorem",
    "normal errors of 1/4 leave one number in twenty nearer to another class",
)
_ABSOLUTE = Threshold(
    math.sqrt(2 / math.pi) / 4,
    "mean distance, in class numbers",
    "theorem",
    "the mean of normal errors whose standard deviation is 1/4",
)
_APART = Threshold(
    0.05,
    "share of the variance of the inputs",
    "convention",
    "with less between the classes, the order of their means is not told",
)
_SIGNIFICANT = Threshold(
    2.0,
    "standard deviations",
    "theorem",
    "chi-squared: what noise gives between class means, were all features one and the same",
)
_FEWEST = 2
"""Thorough looks that must agree on the sign of the gradient."""
_DISTANCES = frozenset({"l1_loss", "smooth_l1_loss", "huber_loss"})
_MEAN = 0.98
"""Of what is computed again: float32, and nothing taken off."""
_SOLVED = 0.1
"""Of the loss at first: such a run has found out what it needs."""

Judged = tuple[Look, Loss]


@final
@dataclass(frozen=True)
class LossMismatch(Rule):
    """The loss function asks for something else than the task: its minimum is not a good model.

    What it detects:
        An error that is maximised; a cross-entropy over one single class; numbers of classes that
        are regressed as if their order meant something; an absolute error on binary labels that
        ends at the majority; a soft margin, made for labels -1 and 1, that is given 0 and 1; a
        cross-entropy whose targets mark several classes of a row, or none; a squared error of a
        softmax, in a run that does not learn.

    Why it is bad:
        The optimiser does what the loss asks. Of these losses the minimum is a model without use:
        it lies at infinity, is any model at all, is the mean of unrelated names, or the majority.

    Evidence:
        The gradient that arrives at the loss, and its sign; the classes that the loss reads; the
        means of the inputs by class, and whether they lie along a line in the class number; the
        loss against that of the best constant prediction.

    Threshold:
        For the first two, structure alone. Class numbers: the part of the scatter between the class
        means that is straight in the number lies below sqrt(1 / (C - 1)), half way (by ratio)
        between names in any order and a quantity; and the error is above 1/16, so that more than
        one prediction in twenty rounds to the wrong class. Absolute error: within a tenth of what a
        constant costs. Squared error of a softmax: a loss that fell by less than a tenth.

    Remedy:
        Cross-entropy with one score a class, or binary cross-entropy; minimise, do not maximise.

    When it is not a fault:
        One side of a game, which maximises on purpose; an attack that moves inputs and no weights;
        ratings and counts, whose order means something; a squared error on binary labels; clicks,
        of which each row has some and each is a draw from one softmax.

    References:
        Goodfellow et al. 2016, Deep Learning, section 6.2 (cost functions and output units).
    """

    name: ClassVar[str] = "loss-mismatch"
    family: ClassVar[str] = "head"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "dead-relu",
            "exploding-gradient",
            "learning-rate-too-high",
            "learning-rate-too-low",
            "no-update",
            "nonfinite-values",
            "not-learning",
            "parameters-without-gradient",
            "saturated-activation",
            "unscaled-target",
            "vanishing-gradient",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        series = segment.main_loss
        stream = None if series is None else series.stream
        looks = [k for k in segment.looks if k.losses and k.crash is None and k.stream == stream]
        seen = [(look, look.losses[0]) for look in looks if len(look.losses) == 1]
        if not seen or len(seen) < len(looks):
            return
        found = (
            _maximised(segment, seen)
            or _one_class(segment, seen)
            or _many_hot(segment, seen)
            or _soft_margin(segment, seen)
            or _class_numbers(segment, seen)
            or _majority(segment, seen)
            or _squared_shares(segment, seen)
        )
        if found is not None:
            yield found


def _maximised(segment: Segment, seen: list[Judged]) -> Finding | None:
    values = [loss.value for _, loss in seen if loss.value is not None]
    climbs = _climbs(segment)
    signs = [is_reversed(look, loss) is not climbs for look, loss in seen]
    if len(seen) < _FEWEST or len(values) < _FEWEST or not all(signs):
        return None
    grown = values[-1] - values[0] > LEARNING.value * abs(values[0])
    if is_adversarial(segment) or not grown or not any(moves(look) for look, _ in seen):
        return None
    function = seen[0][1].function
    said = _Said(
        say("{function} is maximised", function=function),
        _uphill(function, values, climbs=climbs),
        {"first_error": values[0], "last_error": values[-1]},
        {"last_error_below": values[0]},
        _minimise(segment, function, climbs=climbs),
    )
    return _finding(segment, seen[0], said)


def _climbs(segment: Segment) -> bool:
    """Whether the optimizers go along the gradient, and not against it."""
    groups = [g for optimizer in all_optimizers(segment) for g in optimizer.groups]
    return bool(groups) and all(group.maximize for group in groups)


def _uphill(function: str, values: list[float], *, climbs: bool) -> Words:
    if climbs:
        return say(
            "The optimizer was built with maximize=True: each step makes {function} larger. It "
            "went from {first:.4g} to {last:.4g}.",
            function=function,
            first=values[0],
            last=values[-1],
        )
    return say(
        "The gradient that reaches {function} is negative: each step makes it larger. It "
        "went from {first:.4g} to {last:.4g}, while the loss that is printed falls without "
        "end.",
        function=function,
        first=values[0],
        last=values[-1],
    )


def _minimise(segment: Segment, function: str, *, climbs: bool) -> Remedy:
    if climbs:
        optimizer = all_optimizers(segment)[0]
        return Remedy(
            "minimise",
            "judgement",
            say("Let the optimizer minimise: drop maximize=True."),
            f"optimizer = torch.optim.{optimizer.kind}(model.parameters(), "
            f"lr={optimizer.groups[0].lr:g})",
        )
    return Remedy(
        "minimise",
        "judgement",
        say("Drop the minus sign: optimizers minimise."),
        say("loss = F.{function}(output, target)   # not -F.{function}(...)", function=function),
    )


def _one_class(segment: Segment, seen: list[Judged]) -> Finding | None:
    if not all(scores_one(look, loss) for look, loss in seen):
        return None
    said = _Said(
        say("cross-entropy over one single class"),
        say(
            "The model gives one number a sample. A softmax over the classes of a sample is then "
            "1 whatever the number, or is taken over the samples of the batch: the target can't "
            "be learned."
        ),
        {"scores_a_sample": 1},
        {"scores_a_sample_at_least": 2},
        Remedy(
            "fitting-loss",
            "judgement",
            say(
                "For two classes use the binary cross-entropy, for a quantity the squared error; "
                "for more classes give each its score."
            ),
            say(
                "loss = F.binary_cross_entropy_with_logits(output, target)   # labels 0 and 1\n"
                "loss = F.mse_loss(output, target)   # a quantity"
            ),
        ),
    )
    return _finding(segment, seen[0], said)


def _many_hot(segment: Segment, seen: list[Judged]) -> Finding | None:
    """Rows of zeros and ones that are no distribution, compared with a softmax."""
    marks = [marks_a_row(loss) for look, loss in seen if _is_mean(look, loss)]
    known = [count for count in marks if count is not None]
    course = course_of(segment)
    if not known or len(known) < len(seen) or max(known) < 1 + WHOLE or course.solved(_SOLVED):
        return None
    said = _Said(
        say("cross-entropy over classes, of which a sample may have several, or none"),
        say(
            "The targets mark {least:.3g} to {most:.3g} classes a row, on average. A softmax "
            "shares one whole among the classes: it can't give each of several what it should get, "
            "rows without any class teach nothing, and no border tells which classes a sample has.",
            least=min(known),
            most=max(known),
        ),
        {"classes_marked_a_row": max(known)},
        {"classes_marked_a_row": 1.0},
        Remedy(
            "binary-cross-entropy",
            "judgement",
            say("Ask of each class by itself whether the sample has it."),
            "loss = F.binary_cross_entropy_with_logits(scores, targets)\n"
            "chosen = torch.sigmoid(scores) > 0.5",
        ),
    )
    severity = Severity.WARNING if course.learning else Severity.ERROR
    if course.learning and min(known) >= 1:  # as of clicks, each of which is a draw from a softmax
        severity = Severity.NOTE
    return _finding(segment, seen[0], said, severity, 0.85)


def _is_mean(look: Look, loss: Loss) -> bool:
    """Whether the step's loss is no less than the mean over the rows: each is not weighed down by
    the number of its marks, as in contrastive losses.
    """
    return loss.value is not None and look.loss >= _MEAN * loss.value


def _soft_margin(segment: Segment, seen: list[Judged]) -> Finding | None:
    targets = [loss.target for _, loss in seen if loss.function == "soft_margin_loss"]
    if len(targets) < len(seen) or not all(t is not None and is_zero_one(t) for t in targets):
        return None
    if not any(t is not None and t.zero_fraction > 0 for t in targets):
        return None
    said = _Said(
        say("soft_margin_loss is given labels 0 and 1"),
        say(
            "It computes ln(1 + exp(-label x score)), for labels -1 and 1. At a label of 0 that "
            "is ln 2 whatever the score: these samples teach nothing, and the others push every "
            "score up."
        ),
        {"least_target": 0.0, "greatest_target": 1.0},
        {"least_target": -1.0, "greatest_target": 1.0},
        Remedy(
            "signed-labels",
            "judgement",
            say("Map the labels to -1 and 1, or use the binary cross-entropy."),
            "loss = F.soft_margin_loss(output, 2 * target - 1)",
        ),
    )
    return _finding(segment, seen[0], said)


def _class_numbers(segment: Segment, seen: list[Judged]) -> Finding | None:
    pairs = [loss.pairs for _, loss in seen if loss.pairs is not None and loss.pairs.classes]
    if not pairs:
        return None
    classes = max(p.classes for p in pairs)
    between, straight = sum(p.between for p in pairs), sum(p.trend for p in pairs)
    features = pairs[0].features
    noise = features * math.sqrt(2.0 * sum(p.classes - 1 for p in pairs))
    entries = sum(p.rows * p.features for p in pairs)
    if between < max(_APART.value * entries, _SIGNIFICANT.value * noise):
        return None
    share, border = straight / between, math.sqrt(1.0 / (classes - 1))
    if share >= border:
        return None
    look, loss = seen[-1]
    error = look.loss if loss.value is None else loss.value
    small = _ABSOLUTE.value if loss.function in _DISTANCES else _ROUNDED.value
    harmful = not error <= small
    severity = Severity.NOTE
    if harmful:
        severity = Severity.WARNING if course_of(segment).learning else Severity.ERROR
    said = _Said(
        say("class numbers are regressed by {function}", function=loss.function),
        _why_names(classes, share, error, harmful=harmful),
        {"straight_share": share, "classes": classes, "last_error": error},
        {"straight_share_at_least": border, "last_error_below": small},
        Remedy(
            "cross-entropy",
            "judgement",
            say("Give each class its own score, and use the cross-entropy on the class numbers."),
            f"head = nn.Linear(..., {classes})\nloss = F.cross_entropy(head(x), y.long())",
        ),
    )
    return _finding(segment, seen[0], said, severity, 0.95)


def _why_names(classes: int, share: float, error: float, *, harmful: bool) -> Words:
    text = say(
        "The targets are {classes} whole numbers, and the inputs of neighbouring numbers are not "
        "alike: {share:.0%} of what sets the classes apart follows the number, where a quantity "
        "would be near all. A squared error asks for the mean of classes that may be either.",
        classes=classes,
        share=max(share, 0.0),
    )
    if harmful:
        return text + say(" The error is still {error:.3g}, in squared numbers.", error=error)
    return text + say(" This model tells them apart all the same.")


def _majority(segment: Segment, seen: list[Judged]) -> Finding | None:
    constants = [constant_cost(loss) for _, loss in seen]
    known = [cost for cost in constants if cost is not None]
    course = course_of(segment)
    if course.short or len(known) < len(seen) or course.adversarial:
        return None
    cost = sum(known) / len(known)
    if cost <= 0 or not all(loss.whole for _, loss in seen):
        return None
    if course.first_nonfinite is not None or course.end < (1 - LEARNING.value) * cost:
        return None
    said = _Said(
        say("an absolute error on binary labels, which ends where a constant would"),
        say(
            "Of labels 0 and 1 the absolute error is least at the majority, for every sample that "
            "is not yet told apart: there a constant costs {cost:.4g}, and the run ends at "
            "{end:.4g}. Its gradient is the same however wrong a prediction is.",
            cost=cost,
            end=course.end,
        ),
        {"last_loss": course.end},
        {"last_loss_below": cost},
        Remedy(
            "binary-cross-entropy",
            "judgement",
            say("Use the binary cross-entropy on the raw score."),
            "loss = F.binary_cross_entropy_with_logits(score, target)",
        ),
    )
    return _finding(segment, seen[0], said, Severity.ERROR, 0.9)


def _squared_shares(segment: Segment, seen: list[Judged]) -> Finding | None:
    """The squared error of a softmax, in a run that does not learn: other causes are surer."""
    course = course_of(segment)
    if course.learning or course.short or course.blown_up:
        return None
    classes = {one_hot_classes(look, loss) for look, loss in seen}
    count = classes.pop()
    if classes or count is None:
        return None
    said = _Said(
        say("a softmax over {classes} classes is trained by a squared error", classes=count),
        say(
            "The slope of the squared error passes through that of the softmax, p (1 - p): at the "
            "start it is about 1/{classes} of the cross-entropy's, and where the net is sure and "
            "wrong it is zero. The loss went from {first:.4g} to {last:.4g}.",
            classes=count,
            first=course.start,
            last=course.end,
        ),
        {"first_loss": course.start, "last_loss": course.end},
        {"last_loss_below": (1 - LEARNING.value) * course.start},
        Remedy(
            "cross-entropy",
            "judgement",
            say(
                "Return the scores without the softmax, and use the cross-entropy on class numbers."
            ),
            "loss = F.cross_entropy(scores, target.argmax(1))",
        ),
    )
    return _finding(segment, seen[0], said, Severity.WARNING, 0.8)


class _Said(NamedTuple):
    headline: Words
    because: Words
    observed: dict[str, float | int | str | None]
    expected: dict[str, float | int | str | None]
    remedy: Remedy


def _finding(
    segment: Segment,
    judged: Judged,
    said: _Said,
    severity: Severity = Severity.ERROR,
    confidence: float = 1.0,
) -> Finding:
    look, loss = judged
    head = operation_at(look, loss.head)
    return Finding(
        rule="loss-mismatch",
        severity=severity,
        headline=said.headline,
        because=said.because,
        confidence=confidence,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(head.name, head.layer) if head is not None else (),
        source=source_of_loss(segment, loss),
        observed=said.observed,
        expected=said.expected,
        remedies=(said.remedy,),
        segment=segment.record.number,
    )
