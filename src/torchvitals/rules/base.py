"""What a rule is, and what it says: findings, remedies, thresholds with their sources."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, Literal

from torchvitals.record.recording import Recording, Segment
from torchvitals.words import listed, say

Observed = Mapping[str, float | int | str | None]


class Severity(str, Enum):
    """How much harm: an error stops the training from working, a note is odd and harmless."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def weight(self) -> int:
        return {"error": 2, "warning": 1, "note": 0}[self.value]


@dataclass(frozen=True)
class Threshold:
    """A number that a judgement hangs on, the authority that it has, and where it comes from."""

    value: float
    unit: str
    kind: Literal["theorem", "published", "measured", "convention"]
    source: str


@dataclass(frozen=True)
class Remedy:
    """One thing to do.

    Safe: the function computed stays the same. Trial: measured and reversible. Judgement: ask.
    """

    name: str
    grade: Literal["safe", "trial", "judgement"]
    summary: str
    code: str


@dataclass(frozen=True)
class Finding:
    """A fault that was found: where, since when, the numbers it rests on, and what to do.

    `headline` states the fault and stands alone. `where` names layers, the nearest to the fault
    first.
    """

    rule: str
    severity: Severity
    headline: str
    because: str
    confidence: float
    first_step: int
    last_step: int
    where: tuple[str, ...] = ()
    source: str | None = None
    observed: Observed = field(default_factory=dict[str, float | int | str | None])
    expected: Observed = field(default_factory=dict[str, float | int | str | None])
    remedies: tuple[Remedy, ...] = ()
    segment: int = 0


@dataclass(frozen=True)
class NotJudged:
    """A rule that lacked the data to judge, and what it lacked."""

    rule: str
    because: str


_HIDDEN = {
    "compiled": say("parts that are compiled"),
    "checkpoint": say("parts under activation checkpointing"),
    "packed": say("parts that keep their values packed (checkpointing, offloading)"),
    "unread": say(
        "loss functions and data, at which torchvitals itself failed (please report it),"
    ),
}


@dataclass(frozen=True)
class Rule(ABC):
    """One fault, and how to recognise it. The subclass's docstring is its page in the catalogue.

    `explains` names the rules whose findings can be consequences of this one; the graph they form
    has no cycle.
    """

    name: ClassVar[str]
    family: ClassVar[str]
    explains: ClassVar[frozenset[str]] = frozenset()
    reads_values: ClassVar[bool] = False
    """It needs what operations produced, which compiled and checkpointed parts don't show."""

    def check(self, recording: Recording) -> Iterator[Finding | NotJudged]:
        """Judge every segment of a recording. Pure: the same recording gives the same findings."""
        for segment in recording.segments:
            said = list(self.judge(segment))
            yield from said
            if self.reads_values and not said and segment.hidden:
                hidden = listed((_HIDDEN[part] for part in segment.hidden), " and ")
                yield NotJudged(
                    self.name, say("the values of {hidden} could not be read", hidden=hidden)
                )

    @abstractmethod
    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        """Judge one model's training."""
