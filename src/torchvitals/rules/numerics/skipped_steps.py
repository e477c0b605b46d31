"""The rule skipped-steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.optimizers import main_group
from torchvitals.rules.evidence.places import named
from torchvitals.words import say

_MOST = Threshold(
    0.5, "of the looks", "convention", "a scaler that finds its scale skips a step in thousands"
)
_FEWEST = Threshold(5, "looks", "convention", "a scale of 65536 may be halved a few times at first")


@final
@dataclass(frozen=True)
class SkippedSteps(Rule):
    """The gradient scaler skips most steps: the gradients are not finite.

    What it detects:
        A run under a GradScaler at most of whose looks the scaled gradients held infinities, so
        that the optimizer did not step.

    Why it is bad:
        A skipped step trains nothing. Where the gradients stay infinite however small the scale
        becomes, the fault is in the values, and the loss goes on being printed.

    Evidence:
        The gradients that each backward left, the scale, and whether a step followed.

    Threshold:
        More than half of the looks, the latter half of them too.

    Remedy:
        Find what overflows; start with a smaller scale; compute in bfloat16.

    When it is not a fault:
        The first few steps, while the scale is halved to fit; one step in thousands, as it grows.

    References:
        PyTorch documentation, torch.amp.GradScaler; Micikevicius et al. 2018, section 3.2.
    """

    name: ClassVar[str] = "skipped-steps"
    family: ClassVar[str] = "numerics"
    explains: ClassVar[frozenset[str]] = frozenset(
        {"no-update", "not-learning", "nonfinite-values"}
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        looks = [k for k in segment.looks if k.crash is None and k.loss_scale != 1]
        if len(looks) < _FEWEST.value:
            return
        skipped = [look for look in looks if _is_skipped(look)]
        late = looks[len(looks) // 2 :]
        if _most(skipped, looks) and _most([k for k in late if _is_skipped(k)], late):
            yield _finding(segment, skipped, looks)


def _most(some: list[Look], of: list[Look]) -> bool:
    return len(some) > _MOST.value * len(of)


def _is_skipped(look: Look) -> bool:
    """No step followed, and a gradient was not finite: not one of those that are accumulated."""
    return not look.stepped and any(
        p.gradient is not None and p.gradient.nonfinite for p in look.parameters
    )


def _finding(segment: Segment, skipped: list[Look], looks: list[Look]) -> Finding:
    last = skipped[-1]
    group = main_group(last)
    broken = [p.name for p in last.parameters if p.gradient is not None and p.gradient.nonfinite]
    return Finding(
        rule="skipped-steps",
        severity=Severity.ERROR,
        headline=say(
            "the gradient scaler skipped {skipped} of {looks} steps looked at",
            skipped=len(skipped),
            looks=len(looks),
        ),
        because=say(
            "The gradients of {broken} parameters are still infinite or undefined at "
            "a scale of {loss_scale:g}, so scaler.step() leaves the optimizer out.",
            broken=len(broken),
            loss_scale=last.loss_scale,
        ),
        confidence=0.99,
        first_step=skipped[0].step,
        last_step=last.step,
        where=named(*(name.rsplit(".", 1)[0] for name in broken[:1])),
        source=group[0].source if group else None,
        observed={
            "steps_skipped": len(skipped),
            "looks": len(looks),
            "scale_at_first": looks[0].loss_scale,
            "scale_at_last": looks[-1].loss_scale,
        },
        expected={"steps_skipped_at_most": int(_MOST.value * len(looks))},
        remedies=(
            Remedy(
                "find-the-overflow",
                "judgement",
                say("Find what overflows: the first operation whose gradient is not finite."),
                "with torch.autograd.detect_anomaly():\n    scaler.scale(loss).backward()",
            ),
            Remedy(
                "bfloat16",
                "trial",
                say("Compute in bfloat16, which needs no scaler."),
                "with torch.autocast(device, dtype=torch.bfloat16):",
            ),
        ),
        segment=segment.record.number,
    )
