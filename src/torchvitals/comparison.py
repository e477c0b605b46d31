"""Two recordings -> what changed in health between them, and what may have changed it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from torchvitals.diagnosis import Diagnosis, Ranked, diagnose
from torchvitals.differences import (
    Difference,
    LayerChange,
    layers_that_differ,
    settings_that_differ,
    shared_layers,
)
from torchvitals.record.recording import Recording, Segment
from torchvitals.rules.base import Severity
from torchvitals.rules.evidence.course import course_of
from torchvitals.words import say


class SameRunError(ValueError):
    """A run was to be compared with itself."""


@dataclass(frozen=True)
class Ending:
    """How one model's training went. `chance` is the loss of the best constant prediction."""

    course: str
    steps: int
    loss: str | None
    first: float | None
    last: float | None
    chance: float | None


@dataclass(frozen=True)
class FindingChange:
    """A finding that is 'gone', 'new', 'changed' in severity or role, or the 'same'."""

    change: str
    before: Ranked | None
    after: Ranked | None

    @property
    def rule(self) -> str:
        """Its name."""
        return next(r.finding.rule for r in (self.after, self.before) if r is not None)


@dataclass(frozen=True)
class ModelChange:
    """One model's training in both runs; `layers_compared` counts those that both have."""

    name: str
    before: Ending
    after: Ending
    settings: tuple[Difference, ...]
    layers: tuple[LayerChange, ...]
    layers_compared: int


@dataclass(frozen=True)
class Comparison:
    """What changed from one run to another."""

    before: Diagnosis
    after: Diagnosis
    findings: tuple[FindingChange, ...]
    models: tuple[ModelChange, ...]
    only_before: int
    only_after: int
    """Models that the other run does not have."""

    @property
    def health(self) -> str:
        """'better', 'worse', 'same', or 'different' where faults went and others came."""
        ill = {"healthy": 0, "suspect": 1, "unhealthy": 2}
        change = ill[self.after.verdict] - ill[self.before.verdict]
        if change:
            return "worse" if change > 0 else "better"
        gone, new = self._serious("gone"), self._serious("new")
        if gone and new:
            return "different"
        return "better" if gone else "worse" if new else "same"

    def _serious(self, change: str) -> bool:
        return any(
            ranked.finding.severity is not Severity.NOTE
            for found in self.findings
            if found.change == change
            for ranked in (found.before, found.after)
            if ranked is not None
        )


def compare(
    before: Recording,
    after: Recording,
    *,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
) -> Comparison:
    """What changed from one run to the other.

    Args:
        before: the one run.
        after: the other.
        select: names of the only rules to ask; empty asks all.
        ignore: names of rules not to ask.

    Raises:
        SameRunError: both are the same run.
    """
    if before.run and before.run == after.run:
        message = f"Expected two runs but got {before.run} twice."
        raise SameRunError(message)
    judged = [diagnose(r, select=select, ignore=ignore, failures=[]) for r in (before, after)]
    pairs = list(zip_longest(before.segments, after.segments))
    return Comparison(
        judged[0],
        judged[1],
        tuple(_findings(judged[0].findings, judged[1].findings)),
        tuple(_model(a, b) for a, b in pairs if a is not None and b is not None),
        sum(b is None for _, b in pairs),
        sum(a is None for a, _ in pairs),
    )


def _findings(before: Sequence[Ranked], after: Sequence[Ranked]) -> Iterator[FindingChange]:
    """Each finding with its counterpart: at the same place if there is one there, else of the same
    rule.
    """
    partners: dict[int, Ranked] = {}
    free = list(after)
    for exact in (True, False):
        for one in before:
            if id(one) not in partners:
                other = next((r for r in free if _matches(one, r, exact=exact)), None)
                if other is not None:
                    partners[id(one)] = other
                    free = [r for r in free if r is not other]
    for one in before:
        other = partners.get(id(one))
        if other is None:
            yield FindingChange("gone", one, None)
        else:
            same = (one.finding.severity, one.role) == (other.finding.severity, other.role)
            yield FindingChange("same" if same else "changed", one, other)
    yield from (FindingChange("new", None, other) for other in free)


def _matches(one: Ranked, other: Ranked, *, exact: bool) -> bool:
    a, b = one.finding, other.finding
    return (a.rule, a.segment) == (b.rule, b.segment) and (not exact or a.where == b.where)


def _model(before: Segment, after: Segment) -> ModelChange:
    layers = shared_layers(before, after)
    return ModelChange(
        before.record.name,
        _ending(before),
        _ending(after),
        tuple(settings_that_differ(before, after)),
        tuple(layers_that_differ(before, after, layers)),
        len(layers),
    )


def _ending(segment: Segment) -> Ending:
    course = course_of(segment)
    if not course.steps:
        words = say("no loss seen")
    elif course.first_nonfinite is not None:
        words = say("not finite from step {step:,} on", step=course.first_nonfinite)
    elif course.learning:
        words = say("learning")
    elif course.blown_up:
        words = say("blew up")
    elif course.stuck:
        words = say("stood still")
    else:
        words = say("too short to tell") if course.short else say("fell little")
    losses = [loss for look in segment.looks for loss in look.losses]
    first = course.first if course.steps else None
    last = float(course.values[-1]) if course.first_nonfinite is not None else course.end
    last = last if course.steps else None
    function = losses[0].function if losses else None
    return Ending(words, segment.steps, function, first, last, course.chance)
