"""What the last bias, or a straight line, would take from a loss of squares that stands still."""

from __future__ import annotations

import math

from torchvitals.record.look import Look, Loss, ParameterLook
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Threshold
from torchvitals.rules.evidence.chain import feeding, operation_at
from torchvitals.rules.evidence.course import Course
from torchvitals.rules.evidence.optimizers import is_adaptive, main_group

_MOST = Threshold(
    0.5,
    "of the loss",
    "convention",
    "a net that learns halves it; one number is then left to do it",
)
_HARM = Threshold(
    1e-3,
    "of the loss of a constant prediction",
    "convention",
    "errors of a thirtieth of the spread of the targets: below, the fit is fine without the rest",
)
_ROWS = Threshold(
    10, "rows", "theorem", "of n residuals that are noise their mean makes 1/n of the squares"
)
_LOOKS = 3
"""Looks at the end at which it is so, with one sign: a batch, or a step too far, is no proof."""
_VECTOR = 2


def leftover(segment: Segment, course: Course) -> float | None:
    """The share of the loss that the last bias would take away, in a run that stands still.

    The least over the last looks; of a straight line in one feature, what both its numbers would.
    None where it is not most of the loss. Adaptive steps are as long for a bias as for any weight.
    """
    if course.blown_up or not course.flat_at_end or not course.chance:
        return None
    if course.end < _HARM.value * course.chance:
        return None
    looks = [k for k in segment.looks if k.crash is None and not k.brief and k.losses]
    shares = [share for look in looks[-_LOOKS:] if (share := _share(look)) is not None]
    sizes = [abs(share) for share in shares]
    if len(shares) < _LOOKS or min(sizes) < _MOST.value or min(shares) < 0 < max(shares):
        return None
    return min(sizes)


def _share(look: Look) -> float | None:
    """The share of a mean of squares that goes with its gradient by the last bias, and its sign.

    By a bias b that is added to all predictions the loss is (b - b*)^2 + rest, so that the gradient
    g takes away g^2 / 4 at most; a weight of a feature of mean m and standard deviation s adds
    ((g_w - m g) / s)^2 / 4.
    """
    loss, group = look.losses[0], main_group(look)
    squares = loss.function == "mse_loss" and loss.whole and loss.value
    if not squares or (group is not None and is_adaptive(group[0].kind)):
        return None
    bias = _last_bias(look, loss)
    if bias is None or bias.gradient is None or bias.stale_gradient:
        return None
    rows = loss.prediction_shape[0] if loss.prediction_shape else 0
    if rows < _ROWS.value or max(loss.prediction_shape[1:], default=1) > 1:
        return None
    by_bias = bias.gradient.mean
    by_slope = _by_slope(look, bias, by_bias)
    share = (by_bias**2 + by_slope**2) / (4 * (loss.value or 1.0))
    return math.copysign(share, by_bias)


def _last_bias(look: Look, loss: Loss) -> ParameterLook | None:
    """The single number that is added to all predictions; None where there is none."""
    head = operation_at(look, loss.head)
    for operation in (head, *(feeding(look, head) if head is not None else ())):
        if operation is None or operation.kind not in ("add", "linear"):
            break
        for p in look.parameters:
            if p.name in operation.parameters and p.weight.count == 1 and len(p.shape) < _VECTOR:
                return p
    return None


def _by_slope(look: Look, bias: ParameterLook, by_bias: float) -> float:
    """The gradient by the weight of a straight line, after its feature is standardised."""
    others = [p for p in look.parameters if p is not bias]
    data = look.data[0] if len(look.data) == 1 and look.data[0].features == 1 else None
    if len(others) != 1 or others[0].weight.count != 1 or data is None or not data.stds[0]:
        return 0.0
    gradient = others[0].gradient
    return 0.0 if gradient is None else (gradient.mean - data.means[0] * by_bias) / data.stds[0]
