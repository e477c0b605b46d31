"""How fast is the ensemble engine? Against a loop over single networks, and against JAX.

The same work each time: XOR, 2-2-1, 200 steps of SGD, from first weights to outcomes. All in one
run on one machine, in turns, so that what is told are ratios. Run by `make bench-lab`.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from benchmarks import lab_peaks
from torchvitals.lab.ensemble import Plan, train
from torchvitals.lab.xor_census import TEXT, census

LOOP_NETWORKS = 20
"""The loop's time is measured on as many, and scaled: 10,000 would take minutes."""
LOOP_TARGET, JAX_TARGET, CENSUS_TARGET_SECONDS = 300.0, 1.0, 60.0
COLD_ROUNDS = 2
NO_JAX = (
    "JAX is not installed, so there is no comparison with it. "
    "To have it: .venv/bin/python -m pip install -c constraints.txt -e '.[bench]'"
)


@dataclass(frozen=True)
class Ratio:
    """How many times as long the other took, in the median round, and its range."""

    name: str
    median: float
    low: float
    high: float
    target: float | None

    @property
    def passed(self) -> bool:
        return self.target is None or self.median >= self.target

    def __str__(self) -> str:
        verdict = "" if self.target is None else f"  target {self.target:g}: "
        verdict += "" if self.target is None else ("met" if self.passed else "MISSED")
        span = f"({self.low:,.2f} to {self.high:,.2f})"
        return f"  {self.name:<52}{self.median:>10,.2f} times  {span}{verdict}"


def loop(networks: int, steps: int) -> None:
    """Single networks one after another, as the text trains them."""
    x, y = torch.from_numpy(TEXT.data.inputs), torch.from_numpy(TEXT.data.targets)
    criterion = nn.BCELoss()
    for k in range(networks):
        torch.manual_seed(k)
        model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1), nn.ReLU())
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        try:
            for _ in range(steps):
                optimizer.zero_grad()
                criterion(model(x), y).backward()
                optimizer.step()
        except RuntimeError:  # an output above 1: the text's training ends here too
            continue


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def compare(name: str, other: list[float], own: list[float], target: float | None) -> Ratio:
    ratios = [a / b for a, b in zip(other, own, strict=True)]
    return Ratio(name, statistics.median(ratios), min(ratios), max(ratios), target)


def measure(networks: int, rounds: int, *, with_jax: bool) -> dict[str, list[float]]:
    """Seconds of each contestant in each round, in turns."""
    contestants: dict[str, Callable[[], object]] = {
        "engine": lambda: train(TEXT, networks),
        "engine, nothing left out": lambda: train(TEXT, networks, 0, Plan(drop_settled=False)),
    }
    if with_jax:
        from benchmarks import lab_jax  # noqa: PLC0415 -- it may be absent

        contestants["jax"] = lambda: lab_jax.timed(networks, TEXT.steps, 0)
    times: dict[str, list[float]] = {"loop": [], **{name: [] for name in contestants}}
    loop(2, TEXT.steps)
    for work in contestants.values():
        work()
    for _ in range(rounds):
        times["loop"].append(
            seconds(lambda: loop(LOOP_NETWORKS, TEXT.steps)) * networks / LOOP_NETWORKS
        )
        for name, work in contestants.items():
            times[name].append(seconds(work))
    return times


def measure_cold(networks: int) -> tuple[list[float], list[float]]:
    """Of JAX, with the time it takes to compile, and of the engine: in turns."""
    from benchmarks import lab_jax  # noqa: PLC0415 -- it may be absent

    jax_times: list[float] = []
    own: list[float] = []
    for _ in range(COLD_ROUNDS):
        lab_jax.forget_compiled()
        jax_times.append(seconds(lambda: lab_jax.timed(networks, TEXT.steps, 0)))
        own.append(seconds(lambda: train(TEXT, networks)))
    return jax_times, own


def report(networks: int, rounds: int) -> list[Ratio]:
    with_jax = importlib.util.find_spec("jax") is not None
    times = measure(networks, rounds, with_jax=with_jax)
    engine, whole = times["engine"], times["engine, nothing left out"]
    ratios = [
        compare(f"loop, scaled from {LOOP_NETWORKS} networks", times["loop"], engine, LOOP_TARGET),
        compare("the same, no network left out once settled", times["loop"], whole, LOOP_TARGET),
    ]
    if with_jax:
        cold, own = measure_cold(networks)
        ratios += [
            compare("JAX, compile time not counted", times["jax"], engine, JAX_TARGET),
            compare("the same, no network left out once settled", times["jax"], whole, JAX_TARGET),
            compare("JAX, compile time counted", cold, own, JAX_TARGET),
        ]
    print(f"\nXOR, 2-2-1, {networks:,} networks, {TEXT.steps} steps; {rounds} rounds in turns")
    print("The engine's time is one; the median round, and the range:")
    for ratio in ratios:
        print(ratio)
    if not with_jax:
        print(f"  {NO_JAX}")
    for name, taken in times.items():
        print(f"  {name:<52}{networks / statistics.median(taken):>14,.0f} networks a second")
    return ratios


def report_shares(networks: int, rounds: int) -> None:
    """What the engine moves, as shares of what the machine can."""
    threads = os.cpu_count() or 1
    moved = lab_peaks.bytes_per_step(TEXT)
    plan = Plan(drop_settled=False)
    taken = min(seconds(lambda: train(TEXT, networks, 0, plan)) for _ in range(rounds))
    rate = moved * networks * TEXT.steps / taken
    memory, cache = lab_peaks.memory_bandwidth(threads), lab_peaks.cache_bandwidth(threads)
    print(
        f"\nEach step reads and writes {moved:,.0f} bytes a network: {rate / 1e9:.1f} GB/s, which"
    )
    print(
        f"  is {rate / memory:.0%} of the memory's bandwidth ({memory / 1e9:.1f} GB/s, measured) "
    )
    print(f"  and {rate / cache:.0%} of the cores' caches' ({cache / 1e9:.1f} GB/s, measured).")
    print(f"  Matrix products peak at {lab_peaks.arithmetic_peak(threads) / 1e9:.0f} GFLOP/s here.")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(1)  # a loop over tiny networks is fastest so
    ratios = report(options.networks, options.rounds)
    report_shares(options.networks, options.rounds)
    taken = seconds(census)
    print(f"\nThe XOR census over 100,000 initialisations: {taken:.1f} s")
    passed = all(ratio.passed for ratio in ratios) and taken < CENSUS_TARGET_SECONDS
    return 0 if passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
