"""What the targets of a loss are, and what is compared with them, by the numbers of one look."""

from __future__ import annotations

import math

from torchvitals.record.look import Look, Loss, Statistics
from torchvitals.rules.evidence.chain import operation_at

WHOLE = 1e-5
"""Of marks that are zeros and ones: their mean square is their mean, but for rounding."""


def scores_one(look: Look, loss: Loss) -> bool:
    """Whether a cross-entropy over classes is given one score a sample."""
    if loss.function != "cross_entropy" or not loss.fed_shape:
        return False
    if len(loss.fed_shape) > 1:
        samples, scores = loss.fed_shape[:2]
        return scores == 1 and samples > 1
    head = operation_at(look, loss.head)
    return (
        head is not None
        and head.kind == "linear"
        and len(head.shape) > 1
        and head.shape[-1] == 1 < math.prod(loss.fed_shape)
    )


def is_zero_one(target: Statistics) -> bool:
    """Whether the targets run from zero, or above, to one."""
    return target.minimum >= 0.0 and target.maximum == 1.0


def marks_a_row(loss: Loss) -> float | None:
    """How many classes the rows of such targets mark, on average; None where they are others."""
    target = loss.target
    if loss.function != "cross_entropy" or target is None or len(loss.fed_shape) < 2:  # noqa: PLR2004
        return None
    whole = loss.target_shape == loss.fed_shape and target.count == math.prod(loss.target_shape)
    if not whole or not is_zero_one(target) or abs(target.rms**2 - target.mean) > WHOLE:
        return None
    return target.mean * loss.fed_shape[1]


def constant_cost(loss: Loss) -> float | None:
    """What the best constant costs in absolute error, where the targets are two labels."""
    target = loss.target
    if loss.function != "l1_loss" or target is None or target.nonfinite:
        return None
    span = target.maximum - target.minimum
    if span <= 0 or (target.minimum, target.maximum) not in ((0.0, 1.0), (-1.0, 1.0)):
        return None
    square = target.mean if target.minimum == 0.0 else 1.0
    if abs(target.rms**2 - square) > WHOLE:
        return None
    upper = (target.mean - target.minimum) / span
    return span * min(upper, 1.0 - upper)


def one_hot_classes(look: Look, loss: Loss) -> int | None:
    """How many classes a softmax tells by squares of what it misses of one-hot targets."""
    head, target = operation_at(look, loss.head), loss.target
    if loss.function != "mse_loss" or head is None or head.kind != "softmax" or target is None:
        return None
    if len(loss.fed_shape) < 2 or target.nonfinite or head.dim is None:  # noqa: PLR2004
        return None
    classes = head.shape[head.dim]
    labels = target.minimum == 0.0 and target.maximum == 1.0
    labels = labels and abs(target.rms**2 - target.mean) <= WHOLE
    return classes if labels and abs(classes * target.mean - 1.0) <= WHOLE * classes else None


def is_reversed(look: Look, loss: Loss) -> bool:
    """Whether the loss enters that of the step with a minus sign: a step makes it larger.

    Where its part is not told, the gradient that arrives is negative everywhere; at a logarithm,
    which stands below the minus of a cross-entropy, that says nothing.
    """
    if loss.part is not None:
        return loss.part < 0
    operation = operation_at(look, loss.operation)
    if operation is None or operation.kind in ("log", "log_softmax"):
        return False
    gradient = operation.gradient
    return gradient is not None and gradient.maximum < 0 and not gradient.nonfinite


def moves(look: Look) -> bool:
    """Whether a matrix of weights was moved: an attack moves inputs alone."""
    return any(p.owned and len(p.shape) > 1 and p.update_rms for p in look.parameters)
