"""What a watch costs: the time of a training step with torchvitals, over the time of the same step without.

    python -m benchmarks.bench [--seconds S] [--threads N] [--clock wall|cpu] [--json FILE]

For each workload and each setting one watch lives through the whole measurement. It is attached and
detached in turn around blocks of steps of the same training, A B A B, so that what else the machine
does falls on both alike. Not measured: the first looks, which name the parameters and read the
source lines, and the time in which the clock pays for them: the watch is told that a million steps
have gone by and have paid. (The next step after that which is always looked at is 2^20.) While the
watch is detached its clock stands still, so that a look is only earned by steps that are watched.

    ratio      the median time of a step, watched over unwatched: of each pair of blocks the ratio
               of their medians, and of those the median, with the quartiles. The headline.
    mean       the whole watched time over the whole unwatched time, which counts the steps that
               are looked at under the default setting. It is as noisy as the machine.
    unlooked   what a step costs that isn't looked at: the default setting's median step of the
               smallest net, watched less unwatched.
    import     what importing torchvitals adds to importing torch, in fresh processes A B A B, the
               least of each: `watch` imports all that watching needs.

One thread by default: on shared cores a pool waits for whichever thread was put off, and what it
waits is noise. `--clock cpu` counts processor time, which leaves out other programs' turns.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from benchmarks.workloads import WORKLOADS, Step, Workload
from torchvitals import watch

CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": time.process_time}
SETTINGS: dict[str, int | None] = {"default": None, "every=1": 1}
PAIRS = 12
"""Alternations of watched and unwatched blocks; quartiles of fewer would say little."""
FIRST_STEPS = 6
"""Steps before the measurement: the looks that read source lines are over, and memory is warm."""
STEPS_BEFORE = 1_000_000
"""Steps that the watch is told went by before the measurement."""
UNLOOKED_TARGET = 15.0  # microseconds
IMPORT_TARGET = 50.0  # milliseconds
IMPORT_PAIRS = 6


@dataclass(frozen=True)
class Timing:
    """One workload under one setting. Ratios are watched over unwatched; `step_us` is unwatched."""

    workload: str
    setting: str
    step_us: float
    watched_us: float
    ratio: float
    low: float
    high: float
    mean_ratio: float
    looks: int
    steps: int
    target: float

    @property
    def passed(self) -> bool:
        return self.ratio <= self.target


class Toggle:
    """A watch that can be switched off and on again: its clock stands still while it is off."""

    def __init__(self, directory: str, every: int | None) -> None:
        self.vitals = watch(directory=directory, every=every)
        self.vitals.start()
        self._clock = self.vitals._clock
        self._attachment = self.vitals._attachment
        self._off_since = 0.0

    @property
    def looks(self) -> int:
        return self._clock.looks

    def off(self) -> None:
        self._attachment.detach()
        self._off_since = time.perf_counter()

    def on(self) -> None:
        self._attachment.attach()
        self.vitals._monitor.release()  # a watch begins by reading source lines: this one has
        if self._clock.started is not None:
            self._clock.started += time.perf_counter() - self._off_since

    def age(self) -> None:
        """As if many steps had gone by, and had paid for the looks so far."""
        for segment in self.vitals._monitor._streams.segments:
            for stream in segment.streams:
                stream.count += STEPS_BEFORE
        earned = self._clock.spent_seconds / self._clock.overhead
        self._clock.started = time.perf_counter() - earned


def time_block(step: Step, count: int, clock: Callable[[], float]) -> list[float]:
    """Seconds of each of `count` steps."""
    times: list[float] = []
    for _ in range(count):
        began = clock()
        step()
        times.append(clock() - began)
    return times


def measure(
    workload: Workload, setting: str, seconds: float, clock: Callable[[], float]
) -> Timing:
    torch.manual_seed(0)
    step = workload.build()
    with tempfile.TemporaryDirectory() as directory:
        toggle = Toggle(directory, SETTINGS[setting])
        for _ in range(FIRST_STEPS):
            step()
        toggle.age()
        toggle.off()
        probe = statistics.median(time_block(step, 3, time.perf_counter))
        count = max(2, int(seconds / (2 * PAIRS) / probe))
        before = toggle.looks
        off, on = [], []
        gc.collect()
        for _ in range(PAIRS):
            off.append(time_block(step, count, clock))
            toggle.on()
            on.append(time_block(step, count, clock))
            toggle.off()
        looks = toggle.looks - before
        toggle.vitals.stop()
    target = workload.default_target if setting == "default" else workload.every_target
    return summarise(workload.name, setting, off, on, looks, target)


def summarise(
    name: str,
    setting: str,
    off: Sequence[Sequence[float]],
    on: Sequence[Sequence[float]],
    looks: int,
    target: float,
) -> Timing:
    ratios = [
        statistics.median(b) / statistics.median(a) for a, b in zip(off, on, strict=True)
    ]
    low, ratio, high = statistics.quantiles(ratios, n=4)
    all_off, all_on = sum(off, start=[]), sum(on, start=[])
    return Timing(
        workload=name,
        setting=setting,
        step_us=1e6 * statistics.median(all_off),
        watched_us=1e6 * statistics.median(all_on),
        ratio=ratio,
        low=low,
        high=high,
        mean_ratio=sum(all_on) / sum(all_off),
        looks=looks,
        steps=len(all_on),
        target=target,
    )


def import_ms() -> dict[str, float]:
    """Milliseconds that imports add to `import torch`: of the package, and of all that watches."""
    programs = {
        "torch": "import torch",
        "torchvitals": "import torch, torchvitals",
        "torchvitals.watch": "import torch, torchvitals; torchvitals.watch",
    }
    least = dict.fromkeys(programs, float("inf"))
    for _ in range(IMPORT_PAIRS):
        for name, program in programs.items():
            code = f"import time; a = time.process_time(); {program}; print(time.process_time() - a)"
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
            least[name] = min(least[name], 1e3 * float(done.stdout))
    return {name: value - least["torch"] for name, value in least.items() if name != "torch"}


def verdict(passed: bool) -> str:
    return "pass" if passed else "MISS"


def report(timing: Timing) -> str:
    return (
        f"{timing.workload:<42} {timing.setting:<8} {timing.step_us:>9.0f} us"
        f"  {timing.ratio:>6.3f} ({timing.low:.3f} to {timing.high:.3f})  mean {timing.mean_ratio:>6.3f}"
        f"  looks {timing.looks:>5} / {timing.steps:<6}  target {timing.target:<5g} {verdict(timing.passed)}"
    )


def unlooked_us(timings: Sequence[Timing]) -> float | None:
    """Microseconds that a step costs which isn't looked at, where the smallest net was measured."""
    smallest = WORKLOADS[-1].name
    found = [t for t in timings if t.workload == smallest and t.setting == "default"]
    return found[0].watched_us - found[0].step_us if found else None


def report_fixed(what: str, value: float, unit: str, target: float) -> None:
    print(f"{what:<52} {value:>9.1f} {unit}  target {target:g} {verdict(value <= target)}", flush=True)


def measure_all(options: argparse.Namespace) -> dict[str, object]:
    """Measure and print what was asked for; the results as plain data."""
    timings: list[Timing] = []
    for setting in SETTINGS:
        for workload in WORKLOADS:
            if options.only.lower() in workload.name.lower() and options.setting in (None, setting):
                timings.append(measure(workload, setting, options.seconds, CLOCKS[options.clock]))
                print(report(timings[-1]), flush=True)
    results: dict[str, object] = {"timings": [asdict(t) | {"passed": t.passed} for t in timings]}
    unlooked = unlooked_us(timings)
    if unlooked is not None:
        report_fixed("a step that isn't looked at", unlooked, "us", UNLOOKED_TARGET)
        results["unlooked_us"] = unlooked
    if not options.only:
        results["import_ms"] = imports = import_ms()
        for name, value in imports.items():
            report_fixed(f"import {name}, over torch's", value, "ms", IMPORT_TARGET)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description="What a watch costs.")
    parser.add_argument("--seconds", type=float, default=18.0, help="for each workload and setting")
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch")
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    parser.add_argument("--only", default="", help="workloads whose names contain this")
    parser.add_argument("--setting", choices=SETTINGS, help="only this setting")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    results = {
        "threads": options.threads,
        "clock": options.clock,
        "torch": str(torch.__version__),
        "load_average": os.getloadavg()[0],
        **measure_all(options),
    }
    if options.json is not None:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
