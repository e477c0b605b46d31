"""What an optimizer makes of a gradient."""

from __future__ import annotations

from torchvitals.record.look import GroupLook, Look, OptimizerLook
from torchvitals.record.recording import Segment

ADAPTIVE = frozenset(
    {
        "Adam",
        "AdamW",
        "Adamax",
        "NAdam",
        "RAdam",
        "RMSprop",
        "Adagrad",
        "Adadelta",
        "Adafactor",
        "Rprop",
        "SparseAdam",
    }
)
"""Optimizers of PyTorch that divide each gradient by a running size of itself: its scale does not
matter to them."""


def is_adaptive(kind: str) -> bool:
    """Whether optimizers of this class divide each gradient by a running size of itself."""
    return kind in ADAPTIVE or "adam" in kind.lower()


def has_memory(optimizer: OptimizerLook) -> bool:
    """Whether losing the optimizer's state changes what it does."""
    if is_adaptive(optimizer.kind):
        return True
    return (
        any((group.momentum or 0.0) > 0 for group in optimizer.groups) or optimizer.kind == "LBFGS"
    )


def all_optimizers(segment: Segment) -> list[OptimizerLook]:
    """Every optimizer of a segment as it was last seen, by number."""
    latest: dict[int, OptimizerLook] = {}
    for look in segment.looks:
        latest.update((optimizer.number, optimizer) for optimizer in look.optimizers)
    return [latest[number] for number in sorted(latest)]


def main_group(look: Look) -> tuple[OptimizerLook, GroupLook] | None:
    """The optimizer that holds the most at a look, and its largest group."""
    stepping = [optimizer for optimizer in look.optimizers if optimizer.groups]
    if not stepping:
        return None
    optimizer = max(stepping, key=lambda o: (o.steps > 0, o.held, o.number))
    return optimizer, max(optimizer.groups, key=lambda group: group.parameters)


def highest_lr(segment: Segment) -> float | None:
    """The highest learning rate seen in a segment; None where no optimizer was seen."""
    rates = [g.lr for look in segment.looks for o in look.optimizers for g in o.groups]
    return max(rates, default=None)
