"""What a loss on probabilities may be fed, and whether it was fed anything else."""

from __future__ import annotations

from torchvitals.record.look import Look, Loss, Statistics
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Threshold
from torchvitals.words import say

UNBOUNDED = {
    "relu": say("ReLU has no upper bound, and is exactly 0 for half of its inputs"),
    "linear": say("a linear layer gives any number"),
    "conv": say("a convolution gives any number"),
    "leaky_relu": say("Leaky ReLU gives any number"),
    "prelu": say("PReLU gives any number"),
    "elu": say("ELU lies above -1 and has no upper bound"),
    "gelu": say("GELU has no upper bound"),
    "silu": say("SiLU has no upper bound"),
    "mish": say("Mish has no upper bound"),
    "softplus": say("softplus has no upper bound"),
    "tanh": say("tanh lies between -1 and 1"),
    "batch_norm": say("batch normalisation gives any number"),
    "layer_norm": say("layer normalisation gives any number"),
}
"""Operations whose output can leave [0, 1], and what is known of it."""
LIMITS = UNBOUNDED | {
    "clamp": say("clamp cuts the score off at its bounds, and passes no gradient beyond them")
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


ROUNDING = 1e-5
"""A hundred roundings of float32 at 1: a value this near the bound was meant to be on it."""


def is_outside(values: Statistics) -> bool:
    """Whether any value lies outside [0, 1]."""
    return values.minimum < -ROUNDING or values.maximum > 1 + ROUNDING


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


def clamped(segment: Segment, function: str) -> Look | None:
    """The first look at which a loss of this function shows that the logarithm was clamped: by its
    mean over the entries, for a sum of many is as large without.
    """
    return next(
        (
            look
            for look in segment.looks
            for loss in look.losses
            if loss.function == function
            and (look.loss if loss.value is None else loss.value) >= CLAMPED.value
        ),
        None,
    )


def worst_row(loss: Loss) -> float:
    """The log-sum-exp furthest from 0, that of log-probabilities, of any row; 0 where unknown."""
    return max(loss.row_logsumexp or (0.0,), key=abs)


def why_binary(kind: str, out: Look | None, clamp: Look | None, fed: Statistics) -> str:
    """What this output does to a binary cross-entropy; `out` and `clamp` are looks that show it."""
    limits = LIMITS.get(kind, say("its input left that range"))
    because = say(
        "Binary cross-entropy takes the logarithm of its input and of 1 minus it; {limits}.",
        limits=limits,
    )
    if out is not None and out.crash is not None:
        return say(
            "{because} At step {step} an output of {maximum:.3g} reached the loss, which "
            "raised: {crash}.",
            because=because,
            step=out.step,
            maximum=max(fed.maximum, -fed.minimum),
            crash=out.crash,
        )
    if clamp is None:
        return because
    if kind == "relu":
        return say(
            "{because} An output of exactly 0 where the target is 1 costs 100 each, and "
            "the ReLU passes no gradient there: the loss stays at {loss:.4g}.",
            because=because,
            loss=clamp.loss,
        )
    return say(
        "{because} The clamped logarithm shows as a loss of {loss:.4g}.",
        because=because,
        loss=clamp.loss,
    )
