"""The attentions of a run, each over all thorough looks."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torchvitals.record.look import Attended, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Threshold
from torchvitals.words import say

HURTS = Threshold(
    1e3, "largest logit", "published", "Wortsman et al. 2023, section 3.3: the loss deteriorates"
)
COARSE = Threshold(
    128.0, "largest logit", "theorem", "bfloat16 numbers lie 1 apart there: odds are off by e^0.5"
)
GROWTH = Threshold(
    10.0, "times the first", "convention", "heads that sharpen as they learn grow by less"
)


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
    def logits(self) -> list[tuple[int, float]]:
        """The largest logit at each step of which it is known."""
        return [
            (step, attended.largest_logit)
            for step, attended in self.rows
            if attended.largest_logit is not None and math.isfinite(attended.largest_logit)
        ]

    @property
    def largest(self) -> float:
        """The largest logit of all."""
        return max((size for _, size in self.logits), default=0.0)

    @property
    def limit(self) -> float:
        """The logit above which its dtype, or any net, is known to fail."""
        return COARSE.value if self.operation.dtype == "bfloat16" else HURTS.value

    @property
    def has_grown(self) -> bool:
        """Its logits ended past the limit, and far above where they began."""
        seen = self.logits
        return bool(seen) and seen[-1][1] > max(self.limit, GROWTH.value * seen[0][1])

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
