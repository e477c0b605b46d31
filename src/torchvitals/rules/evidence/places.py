"""Where in the user's code.

Source lines are seen at a first look only, and hold for the later ones.
"""

from __future__ import annotations

from torchvitals.record.look import Look, Loss, Operation
from torchvitals.record.recording import Segment


def named(*names: str) -> tuple[str, ...]:
    """These places, each once; what has no name is no place.

    >>> named("relu after fc1", "fc1", "", "fc1")
    ('relu after fc1', 'fc1')
    """
    return tuple(dict.fromkeys(filter(None, names)))


def source_of(segment: Segment, operation: Operation | None) -> str | None:
    """The line of an operation, from any look at which it was known."""
    if operation is None:
        return None
    if operation.source:
        return operation.source
    for look in segment.looks:
        for other in look.operations:
            if other.source and other.name == operation.name and other.kind == operation.kind:
                return other.source
    return None


def source_of_loss(segment: Segment, loss: Loss) -> str | None:
    """The line of a loss, from any look at which it was known."""
    if loss.source:
        return loss.source
    return next(
        (
            other.source
            for look in segment.looks
            for other in look.losses
            if other.source and other.function == loss.function
        ),
        None,
    )


def first_sourced(segment: Segment, layer: str) -> str | None:
    """The line where a layer is called."""
    return next(
        (
            o.source
            for look in segment.looks
            for o in look.operations
            if o.layer == layer and o.source
        ),
        None,
    )


def classes_of(loss: Loss) -> int:
    """How many classes the scores of a loss tell apart; a lone score tells two."""
    return loss.fed_shape[:2][-1] if loss.fed_shape else 2


def losses_by_head(segment: Segment) -> list[tuple[Look, Loss]]:
    """Every loss of every look, crash looks last."""
    pairs = [(look, loss) for look in segment.looks for loss in look.losses]
    return sorted(pairs, key=lambda pair: pair[0].crash is not None)
