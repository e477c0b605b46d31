"""Experiments to sweep: cheap, and able to fail, to wait and to die."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from torchvitals.lab.experiment import Bench, Claim, Drawing, Parameters, Part, Plan, Remark, knob
from torchvitals.words import say


def plan() -> Plan:
    return Plan(*(say("x") for _ in range(5)))


@dataclass(frozen=True)
class Knobs(Parameters):
    width: int = knob(2, "Whole.", quick=1, least=1)
    rate: float = knob(0.5, "Not whole.")
    mode: str = knob("good", "good, bad (fails at an odd seed), slow, deadly or fatal.")
    log: str = knob("", "A folder: each measurement leaves a file there.")


class Leaner:
    """Offers `measure`."""

    parameters = Knobs
    plan = plan()

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        raise AssertionError("measure was to be used")

    def measure(self, parameters: Knobs, seed: int) -> Mapping[str, float]:
        note(parameters, seed)
        if parameters.mode == "bad" and seed % 2:
            raise ValueError(f"no odd seeds, and {seed} is odd")
        if parameters.mode == "slow":
            time.sleep(0.15)
        if parameters.mode == "fatal" and seed == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        if parameters.mode == "deadly":
            wait_for_the_axe(Path(parameters.log), seed)
        return {"third": seed / 3 + parameters.width, "rate": parameters.rate, "none": float("nan")}


def note(parameters: Knobs, seed: int) -> None:
    if parameters.log:
        name = f"{parameters.width}-{parameters.rate}-{seed}-{time.time_ns()}.done"
        (Path(parameters.log) / name).touch()


def wait_for_the_axe(folder: Path, seed: int) -> None:
    """The first at seed 1 tells its process, and waits to be killed."""
    if seed != 1:
        return
    try:
        (folder / "claimed").touch(exist_ok=False)
    except FileExistsError:
        return
    (folder / "pid.part").write_text(str(os.getpid()))
    (folder / "pid.part").replace(folder / "pid")
    time.sleep(120)


class Whole:
    """Runs, as experiments do."""

    parameters = Knobs
    plan = plan()

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        total = sum(bench.track([1, 2, 3], say("x")))
        yield Claim(say("{n} is six", n=total), "6", str(total), total == 6)
        yield Remark(say("x"))
        yield Drawing(
            "curve", say("x"), {"slope": 2.5, "steep": True, "line": [1.0], "unit": "m"}, print
        )


LEANER, WHOLE = Leaner(), Whole()
