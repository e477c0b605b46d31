"""The course of the loss: did it fall, stand still, or blow up?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from torchvitals.record.look import Look
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Threshold
from torchvitals.rules.evidence.constants import at_each_step, beside, chance_error, chance_of

LEARNING = Threshold(
    0.1,
    "share of the first loss",
    "convention",
    "a fall by a tenth is far beyond batch noise averaged over a tenth of the run",
)
STUCK = Threshold(
    0.02,
    "share of the first loss",
    "convention",
    "a constant predictor fits its level within this in a few steps",
)
FAR = Threshold(
    0.5, "of the loss of a constant prediction", "convention", "a net that learns halves it"
)
FAR_ABOVE = Threshold(
    1.5,
    "times the loss of a constant prediction",
    "measured",
    "of 1,361 runs of healthy and fixed programs one ended above it, at 1.3 times",
)
SHORT = Threshold(
    20, "steps", "convention", "below this the averages at both ends hold one or two losses each"
)
BLOWN_UP = Threshold(
    10.0,
    "times the first loss",
    "published",
    "Lewkowycz et al. 2020: a catapult stays within about an order of magnitude",
)

_MOVING = Threshold(
    3.0,
    "times",
    "convention",
    "batches of a fixed target differ less in spread; bootstrapped targets grow",
)

_BOTH_SIGNS = Threshold(
    0.1,
    "of the largest weight",
    "convention",
    "the largest of the other sign: a smaller one hardly turns a term round",
)

_LEAST = Threshold(
    0.01, "of all losses", "convention", "a first loss that low by chance is one run in a hundred"
)
_WINDOWS, _LONGEST_WINDOW = 10, 200
"""Both ends of a run are averaged over a tenth of it; past 200 losses more say nothing new."""
_FIRST = 5
"""Losses of a run that are its beginning, whatever its length."""
_SURE = 4.0
"""Standard errors; chance exceeds them in one run of 30,000."""
_FEWEST_FOR_NOISE = 3
"""Two differences, the least that have a median other than one of themselves."""
_FEWEST_FOR_END = 6
"""The last third then has two halves."""
_MAD_TO_STD = 1.4826
"""A normal variable's standard deviation over its median absolute deviation."""

_USUAL = 0.9
"""Quantile of the losses that counts as usual: one batch in ten may cost more."""
_ENOUGH_TARGETS = 16
"""Targets of one look from which their spread can be told to within a fifth."""


@dataclass(frozen=True)
class Course:
    """The losses of one segment's main stream."""

    values: NDArray[np.float64]
    chance: float | None
    """Loss of the best constant prediction, where the loss function and its targets tell it."""
    chance_error: float = 0.0
    """Its standard error, where it hangs on how many of a rare class were seen."""
    adversarial: bool = False
    """The loss need not fall, being one side of a game, chasing targets that move or weighed by
    what the run itself makes: only leaving the finite numbers counts."""
    growth: float = 1.0
    """Size of what the loss function is fed over the run, in units of what it was at first."""

    added: NDArray[np.float64] | None = None
    """What was added to the loss function at each step, as a penalty is: `chance` is without it."""

    @cached_property
    def finite(self) -> NDArray[np.float64]:
        """The finite losses, without what was added to the loss function."""
        finite = np.isfinite(self.values)
        return self.values[finite] if self.added is None else (self.values - self.added)[finite]

    @cached_property
    def _window(self) -> int:
        return min(max(len(self.finite) // _WINDOWS, 1), _LONGEST_WINDOW)

    @property
    def start(self) -> float:
        return float(np.median(self.finite[: self._window])) if len(self.finite) else float("nan")

    @property
    def began(self) -> float:
        """A run that learns at once has fallen before its first window ends."""
        firsts = self.finite[:_FIRST]
        return max(self.start, float(np.median(firsts))) if len(firsts) else self.start

    @property
    def _baseline(self) -> float:
        """What the end is compared with: where the loss began, or a constant would be, if less."""
        return self.began if self.chance is None else min(self.began, self.chance)

    @property
    def end(self) -> float:
        return float(np.median(self.finite[-self._window :])) if len(self.finite) else float("nan")

    @property
    def mean_end(self) -> float:
        """Where few losses are large, as with rare classes, the median would tell too little."""
        return float(self.finite[-self._window :].mean()) if len(self.finite) else float("nan")

    @property
    def first(self) -> float:
        return float(self.values[0]) if len(self.values) else float("nan")

    @property
    def steps(self) -> int:
        return len(self.values)

    @property
    def short(self) -> bool:
        return self.steps < SHORT.value

    @cached_property
    def first_nonfinite(self) -> int | None:
        """Index of the first loss that is not finite; None where the run got over it."""
        bad = np.flatnonzero(~np.isfinite(self.values))
        if not len(bad) or bad[-1] < len(self.values) - max(self._window, _FEWEST_FOR_NOISE):
            return None
        return int(bad[0])

    @property
    def fall(self) -> float:
        """Share of the first loss that was lost; negative where the loss rose."""
        scale = max(abs(self.start), 1e-30)
        return (self.start - self.end) / scale

    @property
    def highest(self) -> float:
        """The largest finite loss."""
        return float(self.finite.max()) if len(self.finite) else float("nan")

    @property
    def peak(self) -> float:
        """The largest finite loss, in units of the first or of what is usual, if that is more."""
        if not len(self.finite):
            return float("nan")
        first = max(abs(self.start), abs(float(self.finite[0])))
        usual = max(first, float(np.quantile(self.finite, _USUAL)), 1e-30)
        return float(self.finite.max()) / usual

    @property
    def risen(self) -> bool:
        """The loss ended far above what was usual in its first window."""
        if not len(self.finite):
            return False
        first = float(np.quantile(self.finite[: self._window], _USUAL))
        return self.end > BLOWN_UP.value * max(abs(self.start), first)

    @property
    def leapt(self) -> bool:
        """The loss rose with its very first steps, and what it is fed with it, and settled there:
        none of its windows has seen where it began.
        """
        if self.short or self.growth <= BLOWN_UP.value:
            return False
        if self.chance is not None and self.end < self.chance:
            return False  # its first batch was an easy one
        first = float(self.finite[0]) if len(self.finite) else 0.0
        least = first > 0 and float((self.finite < first).mean()) <= _LEAST.value
        return least and min(self.start, self.end) > BLOWN_UP.value * first

    @cached_property
    def noise(self) -> float:
        """Robust standard deviation of one loss about its neighbours."""
        if len(self.finite) < _FEWEST_FOR_NOISE:
            return 0.0
        return float(_MAD_TO_STD * np.median(np.abs(np.diff(self.finite)))) / 2**0.5

    @property
    def learning(self) -> bool:
        """The loss stayed finite, and fell well below its start and what a constant would cost."""
        if self.first_nonfinite is not None or not len(self.finite):
            return False
        if self.adversarial:
            return True
        baseline = self._baseline
        if self.blown_up:  # its first window is part of the explosion
            baseline = min(baseline, self.first)
        return baseline - self.end >= LEARNING.value * abs(baseline)

    def solved(self, share: float) -> bool:
        """The loss ended below a share of its start, and of what a constant would cost."""
        baseline = self._baseline
        return self.learning and not self.adversarial and self.end <= share * abs(baseline)

    @property
    def far_from_learned(self) -> bool:
        """The loss did not fall, or is still nearer to that of a constant than to zero."""
        if self.adversarial or self.short:
            return False
        if not self.learning:
            return True
        return self.chance is not None and self.end > FAR.value * self.chance

    @property
    def stuck(self) -> bool:
        """After enough steps the loss is still where it began, or where a constant would be."""
        if self.short or self.adversarial or self.first_nonfinite is not None or self.on_its_way:
            return False
        return self._has_not_fallen_to(self.end)

    def _has_not_fallen_to(self, level: float) -> bool:
        baseline = self._baseline
        slack = max(STUCK.value * abs(baseline), self.noise / self._window**0.5)
        return baseline - level <= slack

    @property
    def stood_still(self) -> bool:
        """The loss is stuck, or was for three quarters of the run, and learned next to nothing."""
        if self.stuck:
            return True
        quarter = len(self.finite) // 4
        if not self.far_from_learned or self.learning or quarter < _FEWEST_FOR_NOISE:
            return False
        third = self.finite[-2 * quarter : -quarter]
        return self._has_not_fallen_to(float(np.median(third)))

    @property
    def on_its_way(self) -> bool:
        """The last quarter lies well below the one before it, and by no chance: a plateau ends."""
        quarter = len(self.finite) // 4
        if quarter < _FEWEST_FOR_NOISE:
            return False
        third, last = self.finite[-2 * quarter : -quarter], self.finite[-quarter:]
        fall = float(third.mean() - last.mean())
        error = self.noise * (2 / quarter) ** 0.5
        return fall > max(STUCK.value * abs(self.start), _SURE * error)

    @property
    def quiet(self) -> bool:
        """Its losses differ by little: that it stands still is seen, whatever chance costs."""
        return self.noise < LEARNING.value * abs(self.start)

    @property
    def risen_beyond_noise(self) -> bool:
        """The loss ended above its start by more than batches differ, at two standard errors."""
        return self.end - self.start > 2 * self.noise * (2 / self._window) ** 0.5

    @property
    def surely_above_chance(self) -> bool:
        """The loss has not yet come down to a constant prediction's, which the last layer reaches
        alone, whatever the layers before it do.
        """
        if self.chance is None:
            return False
        slack = max(STUCK.value * abs(self.chance), _SURE * self.noise / self._window**0.5)
        return self.end - self.chance > slack + _SURE * self.chance_error

    @property
    def two_signed(self) -> bool:
        """It takes either sign, as the losses of policies do: it has no floor to be high above."""
        return bool(len(self.finite)) and float(self.finite.min()) < 0 < float(self.finite.max())

    @property
    def blown_up(self) -> bool:
        """The loss left the finite numbers, or rose above ten times where it began."""
        if self.first_nonfinite is not None:
            return True
        return (
            not self.adversarial
            and not self.two_signed
            and (self.peak > BLOWN_UP.value or self.risen or self.leapt)
        )

    @property
    def flat_at_end(self) -> bool:
        """The last third moved by no more than its noise or a hundredth of the first loss."""
        if self.short or self.adversarial or len(self.finite) < _FEWEST_FOR_END:
            return False
        last = self.finite[-(len(self.finite) // 3) :]
        half = len(last) // 2
        moved = abs(float(np.median(last[:half])) - float(np.median(last[half:])))
        return moved <= max(STUCK.value / 2 * abs(self.start), self.noise / half**0.5)


CALM = 65
"""Losses that a moving average of 0.97 holds (ZClip 2025): a rate past its limit shows in fewer."""


def thrown_at(course: Course) -> int | None:
    """Where one loss rose tenfold above the first and above every one of a calm before it.

    Past a stability limit a loss grows by a factor a step, and is seen to grow. One that a single
    step takes there, after so many below where the run began, was thrown.
    """
    values, limit = course.values, BLOWN_UP.value
    high = values > limit * max(abs(course.start), abs(course.first))
    for index in (k for k, above in enumerate(high.tolist()) if above):
        before = values[max(index - CALM, 0) : index]
        if len(before) < CALM:
            continue
        usual = float(before.max())
        if float(values[index]) > limit * abs(usual) and usual < course.began:
            return int(index)
    return None


def course_of(segment: Segment) -> Course:
    """The course of the segment's longest series of losses."""
    series = segment.main_loss
    if series is None:
        return Course(np.empty(0), None)
    looks = [look for look in segment.looks if look.stream == series.stream and not look.brief]
    contested = is_adversarial(segment) or _targets_move(looks) or _is_weighed(looks, series.values)
    chance, added = chance_of(looks), None
    if chance is None and (known := beside(looks)) is not None:
        added = at_each_step(series.values, known)
        if added is not None:
            chance = chance_of([look._replace(loss=look.loss - beside) for look, beside in known])
    error = chance_error(looks)
    return Course(series.values, chance, error, contested, growth=_growth(looks), added=added)


def _growth(looks: list[Look]) -> float:
    """The size of what the first loss function is fed in the second half of the looks, in units of
    what it was at first.
    """
    fed = [k.losses[0].fed for k in looks if k.losses]
    sizes = [one.rms for one in fed if one is not None and math.isfinite(one.rms)]
    if not sizes:
        return 1.0
    return float(np.median(sizes[len(sizes) // 2 :])) / max(sizes[0], 1e-30)


def _targets_move(looks: list[Look]) -> bool:
    """Whether the targets' spread changed over the run, as bootstrapped ones do."""
    spreads: dict[tuple[int, str], list[float]] = {}
    for look in looks:
        for k, loss in enumerate(look.losses):
            if loss.target is not None and loss.target.count >= _ENOUGH_TARGETS:
                spreads.setdefault((k, loss.function), []).append(loss.target.std)
    return any(
        max(seen[0] / seen[-1], seen[-1] / seen[0]) > _MOVING.value
        for seen in spreads.values()
        if seen[0] and seen[-1]
    )


def _is_weighed(looks: list[Look], values: NDArray[np.float64]) -> bool:
    """Whether the loss has neither floor nor level: its terms are weighed by numbers of both signs,
    or of ever another size, that no gradient passes, as those of a policy are by its advantages.

    A loss of such weights that is never below zero has a floor: they follow the signs of the terms.
    """
    weights = [w for look in looks if (w := look.weighed) is not None and w.rms]
    signs = [(-w.minimum, w.maximum) for w in weights]
    if any(min(both) > _BOTH_SIGNS.value * max(both) for both in signs):
        return bool((values < 0).any())
    sizes = [w.rms for w in weights]
    return bool(sizes) and max(sizes) > _MOVING.value * min(sizes)


def is_adversarial(segment: Segment) -> bool:
    """Several losses with optimizers of their own pull at one model: they need not fall."""
    optimizers = {
        optimizer.number
        for look in segment.looks
        for optimizer in look.optimizers
        if optimizer.steps
    }
    rebuilt = any(optimizer.rebuilt for look in segment.looks for optimizer in look.optimizers)
    return len(segment.losses) > 1 and len(optimizers) > 1 and not rebuilt
