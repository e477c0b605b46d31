"""The attentions of a run, each over all thorough looks."""

from __future__ import annotations

from dataclasses import dataclass

from torchvitals.record.look import Attended, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.evidence.course import Course
from torchvitals.words import say

_FAR = 0.5
"""Of chance level: a net that learns halves the loss of a constant."""


@dataclass(frozen=True)
class AttentionHistory:
    """One attention: its steps, and what was read of its rows at each."""

    operation: Operation
    rows: tuple[tuple[int, Attended], ...]

    @property
    def first(self) -> Attended:
        return self.rows[0][1]

    @property
    def last(self) -> Attended:
        return self.rows[-1][1]

    @property
    def place(self) -> str:
        layer = self.operation.layer
        return say("{kind} after {layer}", kind="attention", layer=layer) if layer else "attention"


def attention_histories(segment: Segment) -> list[AttentionHistory]:
    """One history for each attention of the net, in forward order."""
    seen: dict[str, list[tuple[int, Operation, Attended]]] = {}
    for look in segment.looks:
        for o in look.operations:
            if o.attended is not None and look.crash is None:
                seen.setdefault(o.name, []).append((look.step, o, o.attended))
    return [
        AttentionHistory(rows[0][1], tuple((step, attended) for step, _, attended in rows))
        for rows in seen.values()
    ]


def is_far_from_learned(course: Course) -> bool:
    """The loss did not fall, or is still nearer to that of a constant than to zero."""
    if course.adversarial or course.short:
        return False
    if not course.learning:
        return True
    return course.chance is not None and course.end > _FAR * course.chance
