"""What the best constant prediction costs, in the units of the losses that were seen."""

from __future__ import annotations

import math
import operator

import numpy as np
from numpy.typing import NDArray

from torchvitals.record.look import Look, Loss, Statistics
from torchvitals.rules.base import Threshold
from torchvitals.rules.evidence.domain import LOG_ROWS, worst_row
from torchvitals.theory.chance import (
    base_rate_entropy,
    base_rate_error,
    uniform_cross_entropy,
)

_SAME_SCALE = Threshold(
    1.02, "times", "convention", "float32 rounds a loss by far less; an added term differs by more"
)
_SMALL_PENALTY = Threshold(1.5, "times", "convention", "a penalty below half of the loss")
_BELOW = Threshold(
    0.05, "of the steps", "convention", "a loss function is not below zero, but for rounding"
)
_OPEN = Threshold(
    0.5,
    "of the loss of a constant prediction",
    "convention",
    "a net that learns halves it; where the targets' own entropy is more, none can",
)
_ROUNDING = 2.0**-21
"""Four units in the last place of float32: by as much the square of a mean and the mean of squares
differ where all numbers are equal."""
_BATCHES = 3
"""Looks from which the spread between batches is told."""
_BY_CHANCE = 3.0
"""Times what rows that are drawn one by one give: of few batches and columns that go together."""
_CLASS_DTYPES = frozenset({"int64", "int32", "int16", "uint8", "bool"})
_BINARY = 2
_FEW_TARGETS = 8
"""Of one look or of all, from which their spread can be told to within a third."""


def chance_of(looks: list[Look]) -> float | None:
    """What the best constant prediction costs, in the units of the losses that were seen; of
    several losses together, where they are summed as they are.
    """
    told = [_pooled(look, looks) for look in looks if look.losses]
    by_rows = _rows_differ_alike(told)
    levels = [level for look in told if (level := _levels(look, by_rows=by_rows)) is not None]
    if not levels or len(levels) != len(looks) or _never_differ(levels):
        return None
    floors = [_floor(loss) for look in told for loss in look.losses]
    if sum(floors) > _OPEN.value * sum(map(sum, levels)):
        return None
    parts = [part for look in told if (part := _parts(look)) is not None]
    if len(parts) == len(told):
        weighed = [sum(map(operator.mul, *both)) for both in zip(parts, levels, strict=True)]
        return float(np.mean(weighed))
    if all(loss.part is not None for look in told for loss in look.losses):
        return None  # something is added to them
    scale = _scale(told)
    return None if scale is None else float(np.mean([sum(level) for level in levels])) * scale


def chance_error(looks: list[Look]) -> float:
    """Standard error of that level where one loss function has targets of two classes, of which
    few of the rarer may have been seen; 0 elsewhere.
    """
    if not looks or any(len(look.losses) != 1 for look in looks):
        return 0.0
    loss = looks[0].losses[0]
    two = loss.function == "cross_entropy" and loss.fed_shape[1:2] == (_BINARY,)
    if not (two or loss.function.startswith("binary_cross_entropy")):
        return 0.0
    targets = targets_of(0, loss.function, looks)
    if targets is None or not 0 < targets.mean < 1:
        return 0.0
    return base_rate_error(targets.mean, targets.count)


def _never_differ(levels: list[list[float]]) -> bool:
    """Whether the targets of one loss function are all the same at every look, as zeros are that
    the residuals of an equation are compared with: a constant output is no answer to them.
    """
    alike = len({len(level) for level in levels}) == 1
    return alike and any(not any(column) for column in zip(*levels, strict=True))


def _parts(look: Look) -> list[float] | None:
    """What each loss function is multiplied by, where together they are the loss of the step."""
    parts = [x.part / look.loss_scale for x in look.losses if x.part is not None]
    values = [x.value for x in look.losses if x.value is not None]
    if len(parts) != len(look.losses):
        return None
    if not math.isfinite(look.loss):
        return parts
    if len(values) != len(parts):
        return parts if len(parts) == 1 and look.losses[0].whole else None
    beside = look.loss - sum(map(operator.mul, parts, values))
    return parts if abs(beside) <= (_SAME_SCALE.value - 1) * abs(look.loss) else None


def _pooled(look: Look, looks: list[Look]) -> Look:
    """The look, with its targets told together with those of the others: there is one constant for
    all batches, and of one row, one class or one subject the best would cost next to nothing.
    """
    losses = [_told_with(looks, index, loss) for index, loss in enumerate(look.losses)]
    return look._replace(losses=tuple(losses))


def _told_with(looks: list[Look], index: int, loss: Loss) -> Loss:
    if loss.target is None:
        return loss
    if loss.function == "cross_entropy":
        numbers = loss.target_dtype in _CLASS_DTYPES
        known = _entropy_of_classes(loss, looks, index) if numbers else loss.target_entropy
        return loss._replace(target_entropy=known)
    return loss._replace(target=targets_of(index, loss.function, looks))


def _entropy_of_classes(loss: Loss, looks: list[Look], index: int) -> float | None:
    """Of class numbers, of which one look may show too few; None where no look tells them apart."""
    if len(loss.fed_shape) > 1 and loss.fed_shape[1] == _BINARY:
        together = targets_of(index, loss.function, looks)
        return None if together is None else _binary_level(together) or None
    same = [look.losses[index] for look in looks if len(look.losses) > index]
    if not _alike([x.target for x in same if x.target is not None and x.function == loss.function]):
        return None
    known = [other.target_entropy for other in same if other.function == loss.function]
    seen = [entropy for entropy in known if entropy is not None]
    if loss.target_entropy is not None:
        return loss.target_entropy
    return float(np.mean(seen)) if seen else None


def _alike(targets: list[Statistics]) -> bool:
    """Whether class numbers are drawn alike for each batch: their means differ by what chance gives
    to means of as many rows.
    """
    if len(targets) < _BATCHES:
        return True
    rows = min(target.count for target in targets)
    within = float(np.mean([target.std**2 for target in targets]))
    between = float(np.var([target.mean for target in targets], ddof=1))
    return between * max(rows - 1, 0) <= _BY_CHANCE * within


def targets_of(index: int, function: str, looks: list[Look]) -> Statistics | None:
    """The targets of one loss function over all looks; None where they are too few even so."""
    seen = [
        look.losses[index].target
        for look in looks
        if len(look.losses) > index and look.losses[index].function == function
    ]
    known = [target for target in seen if target is not None and not target.nonfinite]
    count = sum(target.count for target in known)
    if count < _FEW_TARGETS:
        return None
    return Statistics(
        count=count,
        mean=sum(target.mean * target.count for target in known) / count,
        rms=math.sqrt(sum(target.rms**2 * target.count for target in known) / count),
        minimum=min(target.minimum for target in known),
        maximum=max(target.maximum for target in known),
        zero_fraction=sum(target.zero_fraction * target.count for target in known) / count,
        nonfinite=0,
    )


def _levels(look: Look, *, by_rows: bool) -> list[float] | None:
    """What the best constant prediction costs in each loss function; None where one is not told."""
    levels = [constant_prediction(loss) for loss in look.losses]
    if by_rows:
        rows = [loss.constant for loss in look.losses]
        levels = [
            one if one is None or row is None else min(one, row)
            for one, row in zip(levels, rows, strict=True)
        ]
    known = [level for level in levels if level is not None]
    return known if len(known) == len(levels) else None


def _scale(looks: list[Look]) -> float | None:
    """The factor from the loss functions' own means to the loss of the step.

    It is 1 also where something small is added, as a penalty; None where it is unclear.
    """
    alone = all(len(look.losses) == 1 for look in looks)
    if alone and all(loss.whole for look in looks for loss in look.losses):
        return 1.0
    sums = [(look.loss, sum(loss.value or 0.0 for loss in look.losses)) for look in looks]
    ratios = [
        whole / parts
        for whole, parts in sums
        if parts and np.isfinite(whole) and np.isfinite(parts)
    ]
    if not ratios or min(ratios) <= 0:
        return None
    if max(ratios) <= _SAME_SCALE.value * min(ratios):
        # Where several are weighed, a factor that is not 1 hides by how much each.
        return float(np.median(ratios)) if alone or _is_one(ratios) else None
    return 1.0 if alone and min(ratios) >= 1 and max(ratios) <= _SMALL_PENALTY.value else None


def _is_one(ratios: list[float]) -> bool:
    return max(ratios) <= _SAME_SCALE.value and min(ratios) >= 1 / _SAME_SCALE.value


def constant_prediction(loss: Loss) -> float | None:
    """What the best constant prediction costs, by the targets of one look."""
    target = loss.target
    if target is None or target.nonfinite:
        return None
    if loss.function.startswith("binary_cross_entropy"):
        return _binary_level(target)
    entropy = loss.function == "cross_entropy" or _is_of_log_probabilities(loss)
    shape = loss.fed_shape or loss.scored_shape or ()
    if entropy and len(shape) > 1:
        uniform = uniform_cross_entropy(max(shape[1], 2))
        if loss.target_shape == shape:  # a share for each class; a row of one has a sum 1
            return uniform * target.mean * shape[1]
        return uniform if loss.target_entropy is None else min(uniform, loss.target_entropy)
    if loss.function == "mse_loss":
        variance = target.std**2 * target.count / max(target.count - 1, 1)
        return 0.0 if target.std**2 <= _ROUNDING * target.rms**2 else variance
    return None


def _floor(loss: Loss) -> float:
    """What no prediction can cost less than, by targets that are shares and no marks: their entropy
    is at least that of order 2, minus the logarithm of the sum of their squares (Renyi 1961).
    """
    target = loss.target
    if target is None or target.nonfinite or target.minimum < 0 or target.maximum > 1:
        return 0.0
    if loss.function.startswith("binary_cross_entropy"):
        squares = 2 * (target.rms**2 - target.mean) + 1
    elif loss.function == "cross_entropy" and loss.target_shape == loss.fed_shape:
        classes = loss.fed_shape[1] if len(loss.fed_shape) > 1 else 1
        whole = abs(classes * target.mean - 1.0) <= _SAME_SCALE.value - 1
        squares = classes * target.rms**2 if whole else 1.0
    else:
        return 0.0
    return max(-math.log(max(squares, 1e-30)), 0.0)


def _is_of_log_probabilities(loss: Loss) -> bool:
    known = loss.function == "nll_loss" and loss.row_logsumexp is not None
    return known and abs(worst_row(loss)) <= LOG_ROWS.value


def _rows_differ_alike(looks: list[Look]) -> bool:
    """Whether batches are drawn as the whole is: their columns' means differ by what chance gives
    to means of as many rows, and the best constant row of one is that of all.
    """
    kept = [loss for look in looks for loss in look.losses if loss.columns is not None]
    columns = [loss.columns for loss in kept if loss.columns is not None]
    if len(kept) < _BATCHES or len({len(c) for c in columns}) > 1:
        return False
    means = np.array([[mean for mean, _ in c] for c in columns])
    within = np.array([[variance for _, variance in c] for c in columns]).mean(axis=0)
    rows = min(loss.target_shape[0] for loss in kept)
    between = float(means.var(axis=0, ddof=1).mean())
    return between * rows <= _BY_CHANCE * float(within.mean())


def _binary_level(target: Statistics) -> float | None:
    """Entropy of the base rate, corrected for the size of the batch as Miller and Madow do."""
    if target.minimum < 0 or target.maximum > 1:
        return None
    seen = base_rate_entropy(target.mean)
    return min(seen + 1 / (2 * target.count), math.log(2)) if seen else seen


def beside(looks: list[Look]) -> list[tuple[Look, float]] | None:
    """What each look's loss is beside its one loss function, where that is never below zero, as a
    penalty is; None where it is not told.
    """
    found: list[tuple[Look, float]] = []
    for look in looks:
        if len(look.losses) != 1 or not math.isfinite(look.loss):
            return None
        (loss,) = look.losses
        if loss.part is None or loss.value is None or not math.isfinite(loss.value):
            return None
        beside = look.loss - loss.part / look.loss_scale * loss.value
        if beside < -(_SAME_SCALE.value - 1) * abs(look.loss):
            return None
        found.append((look, max(beside, 0.0)))
    return found or None


def at_each_step(
    values: NDArray[np.float64], known: list[tuple[Look, float]]
) -> NDArray[np.float64] | None:
    """What was added at each step, told by that at the looks on either side."""
    places: list[int] = []
    for look, _ in known:
        after = places[-1] + 1 if places else 0
        same = np.flatnonzero(values[after:] == look.loss)
        if not len(same):
            return None
        places.append(after + int(same[0]))
    steps = np.arange(len(values))
    added = np.interp(steps, places, [beside for _, beside in known])
    if np.mean(values < added) <= _BELOW.value:
        return added
    # It differs too much from step to step to be told between the looks: so is then the loss.
    return values - np.interp(steps, places, [look.loss - beside for look, beside in known])
