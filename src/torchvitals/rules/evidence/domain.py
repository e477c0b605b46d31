"""What a loss on probabilities may be fed, and whether it was fed anything else."""

from __future__ import annotations

from torchvitals.record.look import Look, Loss, Statistics
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Threshold

UNBOUNDED = {
    "relu": "ReLU has no upper bound, and is exactly 0 for half of its inputs",
    "linear": "a linear layer gives any number",
    "conv": "a convolution gives any number",
    "leaky_relu": "Leaky ReLU gives any number",
    "prelu": "PReLU gives any number",
    "elu": "ELU lies above -1 and has no upper bound",
    "gelu": "GELU has no upper bound",
    "silu": "SiLU has no upper bound",
    "mish": "Mish has no upper bound",
    "softplus": "softplus has no upper bound",
    "tanh": "tanh lies between -1 and 1",
    "batch_norm": "batch normalisation gives any number",
    "layer_norm": "layer normalisation gives any number",
}
"""Operations whose output can leave [0, 1], and what is known of it."""
LIMITS = UNBOUNDED | {
    "clamp": "clamp cuts the score off at its bounds, and passes no gradient beyond them"
}
"""What is known of every operation that feeds such a loss badly."""

CLAMPED = Threshold(
    25.0,
    "nats",
    "theorem",
    "BCELoss clamps the logarithm at -100: one wrong 0 or 1 among four costs 25",
)
LOG_ROWS = Threshold(
    0.01,
    "nats",
    "theorem",
    "rows of log-probabilities have a log-sum-exp of 0; bfloat16 rounds by 2^-8",
)


def is_outside(values: Statistics) -> bool:
    """Whether any value lies outside [0, 1]."""
    return values.minimum < 0 or values.maximum > 1


def escaped(segment: Segment, function: str) -> tuple[Look, Loss] | None:
    """The first loss of this function that was fed a value outside [0, 1], with its look."""
    return next(
        (
            (look, loss)
            for look in segment.looks
            for loss in look.losses
            if loss.function == function and loss.fed is not None and is_outside(loss.fed)
        ),
        None,
    )


def clamped(segment: Segment) -> Look | None:
    """The first look whose loss shows that the logarithm was clamped."""
    return next((look for look in segment.looks if look.loss >= CLAMPED.value), None)


def worst_row(loss: Loss) -> float:
    """The log-sum-exp furthest from 0, that of log-probabilities, of any row; 0 where unknown."""
    return max(loss.row_logsumexp or (0.0,), key=abs)
