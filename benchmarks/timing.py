"""Time the steps of one training with a watch and without, block by block, A B A B."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from benchmarks.workloads import Step, Workload
from torchvitals import watch

Clock = Callable[[], float]

SETTINGS: dict[str, int | None] = {"default": None, "every=1": 1}
"""Each setting's `every`."""
PAIRS = 12
"""Alternations of watched and unwatched blocks; quartiles of fewer would say little."""
FIRST_STEPS = 10
"""Steps before the measurement: the looks that read source lines are over, the watch knows (at the
look of step 8) that there is one model, and memory is warm."""
STEPS_BEFORE = 1_000_000
"""Steps that the watch is told went by before the measurement."""


@dataclass(frozen=True)
class Timing:
    """One workload under one setting.

    Of the pairs of blocks, watched over unwatched: the median ratio of their whole times, its
    quartiles, and the median difference of their median steps. `step_ratio` is that of the median
    steps.
    """

    workload: str
    setting: str
    step_us: float
    added_us: float
    ratio: float
    low: float
    high: float
    step_ratio: float
    looks: int
    steps: int
    target: float

    @property
    def passed(self) -> bool:
        return self.ratio <= self.target


class Toggle:
    """A watch that can be switched off and on again: its clock stands still while it is off."""

    def __init__(self, directory: str, every: int | None) -> None:
        self._vitals = watch(directory=directory, every=every)
        self._vitals.start()
        self._clock = self._vitals._clock
        self._monitor = self._vitals._monitor
        self._attachment = self._vitals._attachment
        self._off_since = 0.0

    @property
    def looks(self) -> int:
        return self._clock.looks

    def off(self) -> None:
        self._attachment.detach()
        self._off_since = time.perf_counter()

    def on(self) -> None:
        self._attachment.attach()
        self._monitor.release()  # a watch begins by reading source lines: this one has
        if self._clock.started is not None:
            self._clock.started += time.perf_counter() - self._off_since

    def age(self) -> None:
        """As if many steps had gone by, and had paid for the looks so far."""
        for segment in self._monitor._streams.segments:
            for stream in segment.streams:
                stream.count += STEPS_BEFORE
        earned = self._clock.spent_seconds / self._clock.overhead
        self._clock.started = time.perf_counter() - earned

    def stop(self) -> None:
        """End the watch.

        Raises:
            RuntimeError: it stepped back on the way, so that what was measured is no watch.
        """
        self._vitals.stop()
        if self._vitals._told:
            message = "Expected the watch to last to the end, but it stepped back."
            raise RuntimeError(message)


def time_block(step: Step, count: int, clock: Clock) -> list[float]:
    """Seconds of each of `count` steps."""
    times: list[float] = []
    for _ in range(count):
        began = clock()
        step()
        times.append(clock() - began)
    return times


def measure(workload: Workload, setting: str, seconds: float, clock: Clock) -> Timing:
    torch.manual_seed(0)
    step = workload.build()
    with tempfile.TemporaryDirectory() as directory:
        toggle = Toggle(directory, SETTINGS[setting])
        for _ in range(FIRST_STEPS):
            step()
        toggle.age()
        toggle.off()
        usual = statistics.median(time_block(step, 3, time.perf_counter))
        count = max(2, int(seconds / (2 * PAIRS) / usual))
        before = toggle.looks
        off: list[list[float]] = []
        on: list[list[float]] = []
        gc.collect()
        for _ in range(PAIRS):
            off.append(time_block(step, count, clock))
            toggle.on()
            on.append(time_block(step, count, clock))
            toggle.off()
        looks = toggle.looks - before
        toggle.stop()
    return summarise(workload, setting, off, on, looks)


def summarise(
    workload: Workload,
    setting: str,
    off: list[list[float]],
    on: list[list[float]],
    looks: int,
) -> Timing:
    medians = [(statistics.median(a), statistics.median(b)) for a, b in zip(off, on, strict=True)]
    wholes = [sum(b) / sum(a) for a, b in zip(off, on, strict=True)]
    low, ratio, high = statistics.quantiles(wholes, n=4)
    default = setting == "default"
    return Timing(
        workload=workload.name,
        setting=setting,
        step_us=1e6 * statistics.median([a for a, _ in medians]),
        added_us=1e6 * statistics.median([b - a for a, b in medians]),
        ratio=ratio,
        low=low,
        high=high,
        step_ratio=statistics.median([b / a for a, b in medians]),
        looks=looks,
        steps=sum(map(len, on)),
        target=workload.default_target if default else workload.every_target,
    )
