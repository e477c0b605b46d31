"""What a watch costs: the time of a training step with torchvitals, over the time without.

    python -m benchmarks.bench [--seconds S] [--threads N] [--clock wall|cpu] [--json FILE]

For each workload and each setting one watch lives through the whole measurement. It is attached and
detached in turn around blocks of steps of the same training, A B A B, so that what else the machine
does falls on both alike. Not measured: the first looks, which name the parameters and read the
source lines, and the time in which the clock pays for them. The watch is told that a million steps
have gone by and have paid. (The next step after that which is always looked at is 2^20.) While the
watch is detached its clock stands still, so that a look is only earned by steps that are watched.

    ratio      watched time over unwatched: of each pair of blocks the ratio of their whole times,
               and of those the median, with the quartiles. The headline: what is put off and done
               for many steps at once is counted too.
    step       the same of the median steps of each pair of blocks.
    unlooked   what a step costs that isn't looked at: under the default setting, the median step of
               the smallest net, watched less unwatched.
    import     what importing torchvitals adds to importing torch: processor time, the median of
               fresh processes; and what watching needs, which is imported when it begins.

One thread by default: on shared cores a pool waits for whichever thread was put off, and what it
waits is noise. `--clock cpu` counts processor time, which leaves out other programs' turns.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import torch

from benchmarks.timing import SETTINGS, Clock, Timing, measure
from benchmarks.workloads import WORKLOADS

CLOCKS: dict[str, Clock] = {"wall": time.perf_counter, "cpu": time.process_time}
UNLOOKED_TARGET_US = 15.0
IMPORT_TARGET_MS = 50.0
IMPORT_ROUNDS = 7
IMPORTS = {
    "torchvitals": "import torchvitals",
    "torchvitals.watch": "import torchvitals; torchvitals.watch",
}


def import_ms() -> dict[str, float]:
    """Milliseconds that imports take once torch is imported."""
    times: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(IMPORT_ROUNDS):
        for name, imports in IMPORTS.items():
            code = f"import torch, time; a = time.process_time(); {imports}"
            code += "; print(time.process_time() - a)"
            command = [sys.executable, "-c", code]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            times[name].append(1e3 * float(done.stdout))
    return {name: statistics.median(values) for name, values in times.items()}


def unlooked_us(timings: list[Timing]) -> float | None:
    """Microseconds that a step costs which isn't looked at, where the smallest net was measured."""
    smallest = WORKLOADS[-1].name
    found = [t for t in timings if t.workload == smallest and t.setting == "default"]
    return found[0].added_us if found else None


def verdict(*, passed: bool) -> str:
    return "pass" if passed else "MISS"


def report(timing: Timing) -> None:
    spread = f"({timing.low:.3f} to {timing.high:.3f})"
    print(
        f"{timing.workload:<42}{timing.setting:<8}{timing.step_us:>9.0f} us"
        f"{timing.ratio:>8.3f} {spread:<18} step {timing.step_ratio:.3f}"
        f"  looks {timing.looks}/{timing.steps}"
        f"  target {timing.target:g}  {verdict(passed=timing.passed)}",
        flush=True,
    )


def report_fixed(what: str, value: float, unit: str, target: float) -> None:
    print(f"{what:<50}{value:>9.1f} {unit}  target {target:g}  {verdict(passed=value <= target)}")


def measure_all(options: argparse.Namespace) -> dict[str, object]:
    """Measure and print what was asked for; the results as plain data."""
    timings: list[Timing] = []
    for setting in SETTINGS:
        for workload in WORKLOADS:
            wanted = options.only.lower() in workload.name.lower()
            if wanted and options.setting in (None, setting):
                timings.append(measure(workload, setting, options.seconds, CLOCKS[options.clock]))
                report(timings[-1])
    results: dict[str, object] = {"timings": [asdict(t) | {"passed": t.passed} for t in timings]}
    unlooked = unlooked_us(timings)
    if unlooked is not None:
        report_fixed("a step that isn't looked at", unlooked, "us", UNLOOKED_TARGET_US)
        results["unlooked_us"] = unlooked
    if not options.only:
        results["import_ms"] = imports = import_ms()
        added = imports["torchvitals"]
        report_fixed("import torchvitals, over torch's", added, "ms", IMPORT_TARGET_MS)
        print(f"{'and of what watching needs':<50}{imports['torchvitals.watch']:>9.1f} ms")
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description="What a watch costs.")
    parser.add_argument("--seconds", type=float, default=24.0, help="for each workload and setting")
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
