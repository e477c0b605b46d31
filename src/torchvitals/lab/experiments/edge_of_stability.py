"""Full-batch gradient descent at the edge of stability, after Cohen et al. 2021, and what lies
beyond it, after Lewkowycz et al. 2020.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

import torch

from torchvitals.lab.experiment import (
    Bench,
    Claim,
    Drawing,
    Parameters,
    Part,
    Plan,
    Remark,
    Table,
    knob,
)
from torchvitals.lab.figures import COLOURS, MARKERS
from torchvitals.lab.sharpness import Descent, Net, catapult
from torchvitals.theory.stability import limit_factor
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_LIMIT = limit_factor()
_HALF = 0.5
_SHARES = (1.0, 0.7, _HALF, 0.25)
"""Rates, as shares of the largest."""
_ENOUGH = 200.0
"""Rate times steps: nets of five seeds had met their limit, up to 40, by 150."""
_EVERY = 20
_ROUNDING = 1e-14
"""Of float64, beside losses of the first one's size."""
_NEAR = 0.97
"""Of the limit: from here on two looks may lie on either side of it."""
_TOLERANCE = 0.1
_TIMES = (1.5, 3.0, 3.8, 4.3)
_MODEL_WIDTH, _MODEL_STEPS = 1024, 400


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    lr: float = knob(0.1, "The largest of four rates.", least=1e-4)
    steps: int = knob(6000, "Of each training.", quick=3000, least=100)
    width: int = knob(20, "Units of each of the two hidden layers.", least=1)


class EdgeOfStability:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("The edge of stability: where gradient descent takes itself"),
            question=say(
                "On a parabola descent is stable below the rate 2 / λ. A net is no parabola, and "
                "its λ, the sharpness, moves as it trains. Where to?"
            ),
            prediction=say(
                "The sharpness rises until it meets 2 / rate, and stays there: the loss then rises "
                "at some steps and falls over many. A smaller rate only meets a higher limit. In a "
                "model that can be solved a start above 2 / λ is thrown to where it is flatter; "
                "above 4 / λ it is lost."
            ),
            decision=say(
                "Below the edge no step raises the loss; sharpness times rate over 2, the median "
                "of the last third, lies within 10 % of 1."
            ),
            budget=say("Four trainings of a net of some 500 parameters, in float64: seconds."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        found: dict[float, Descent] = {}
        for share in _SHARES:
            rate = share * parameters.lr
            net = Net(parameters.width, torch.Generator().manual_seed(bench.seed))
            steps = bench.track(
                range(parameters.steps), say("descent at rate {rate}", rate=f"{rate:g}")
            )
            found[rate] = net.descend(rate, steps, _EVERY)
        yield _table(found)
        yield from _edges(found, parameters.steps)
        yield from _unbraked(found, parameters)
        yield _drawing(found)
        yield from _catapults(bench.seed)


def _edge(descent: Descent, rate: float) -> int | None:
    """The look at which the sharpness first is at its limit."""
    near = _NEAR * _LIMIT / rate
    return next((k for k, seen in enumerate(descent.sharpness) if seen > near), None)


def _rises(losses: list[float]) -> list[bool]:
    """Of each step, whether it raised the loss by more than rounding does."""
    rounding = _ROUNDING * losses[0]
    return [later > earlier + rounding for earlier, later in pairwise(losses)]


def _late(descent: Descent, rate: float) -> float:
    """Sharpness times rate over 2: the median of the last third."""
    last = descent.sharpness[-max(len(descent.sharpness) // 3, 1) :]
    return median(last) * rate / _LIMIT


def _table(found: Mapping[float, Descent]) -> Table:
    rows: list[tuple[str, ...]] = []
    for rate, descent in found.items():
        edge = _edge(descent, rate)
        rows.append(
            (
                f"{rate:g}",
                f"{_LIMIT / rate:.1f}",
                f"{descent.sharpness[0]:.1f}",
                f"{_late(descent, rate) * _LIMIT / rate:.1f}",
                say("not met") if edge is None else str(edge * _EVERY),
                f"{median(descent.losses[-100:]):.5f}",
            )
        )
    heads = [
        *(say("rate"), say("limit 2 / rate"), say("sharpness at first"), say("late")),
        *(say("met at step"), say("loss at last")),
    ]
    return Table(say("Sharpness by rate: the same net, the same start"), heads, rows)


def _edges(found: Mapping[float, Descent], steps: int) -> Iterator[Part]:
    for rate, descent in found.items():
        if rate * steps < _ENOUGH or descent.sharpness[0] * rate > _LIMIT:
            continue
        late = _late(descent, rate)
        yield Claim(
            say("At rate {rate} the sharpness settles at 2 / rate", rate=f"{rate:g}"),
            f"1 ± {_TOLERANCE:g}",
            f"{late:.3f}",
            abs(late - 1) < _TOLERANCE,
        )
    rises, begun = 0, 0
    after: list[tuple[float, int, bool]] = []
    for rate, descent in found.items():
        edge = _edge(descent, rate)
        losses = descent.losses
        up = _rises(losses)
        # The sharpness may have met its limit at any step since the look before.
        below = len(up) if edge is None else max(edge - 1, 0) * _EVERY
        rises, begun = rises + sum(up[:below]), begun + below
        if edge is not None and edge > 0 and rate * steps >= _ENOUGH:
            falls = median(losses[-100:]) < losses[min(edge * _EVERY, len(losses) - 1)]
            after.append((rate, sum(up[below:]), falls))
    if begun:
        yield Claim(
            say("Below the edge no step raises the loss"),
            say("{count} of {steps} steps", count=0, steps=begun),
            say("{count} of {steps} steps", count=rises, steps=begun),
            rises == 0,
        )
    for rate, count, falls in after:
        yield Claim(
            say("At the edge some do, and yet it falls: rate {rate}", rate=f"{rate:g}"),
            say("some steps rise; the loss ends lower than it arrived"),
            say("{count} steps rise; it ends lower", count=count)
            if falls
            else say("{count} steps rise; it ends higher", count=count),
            count > 0 and falls,
        )


def _unbraked(found: Mapping[float, Descent], knobs: Knobs) -> Iterator[Part]:
    half, most = found[_HALF * knobs.lr], _LIMIT / knobs.lr
    if knobs.lr * knobs.steps < _ENOUGH or half.sharpness[0] > most:
        return
    yield Claim(
        say("It is the rate that holds the sharpness: half of it lets it rise above"),
        f"> {most:.1f}",
        f"{max(half.sharpness):.1f}",
        max(half.sharpness) > most,
    )
    yield Remark(
        say(
            "So a sharpness of 2 / rate late in training is normal, and no alarm: it is what plain "
            "descent does. An alarm is due where the loss itself keeps rising."
        )
    )


def _drawing(found: Mapping[float, Descent]) -> Drawing:
    data: dict[str, Any] = {
        "step": list(range(0, _EVERY * max(len(d.sharpness) for d in found.values()), _EVERY)),
        "sharpness": {f"{rate:g}": descent.sharpness for rate, descent in found.items()},
        "loss": {f"{rate:g}": descent.losses[::_EVERY] for rate, descent in found.items()},
        "limit": {f"{rate:g}": _LIMIT / rate for rate in found},
    }

    def draw(canvas: Canvas) -> None:
        upper, lower = canvas.subplots(2, 1, sharex=True)
        for k, (rate, descent) in enumerate(found.items()):
            for axes, line in ((upper, descent.sharpness), (lower, descent.losses[::_EVERY])):
                axes.plot(
                    data["step"][: len(line)],
                    line,
                    color=COLOURS[k],
                    linewidth=1.1,
                    marker=MARKERS[k],
                    markersize=5,
                    markevery=(k * len(line) // 40, max(len(line) // 10, 1)),
                    label=f"rate {rate:g}",
                )
            upper.axhline(_LIMIT / rate, color=COLOURS[k], linestyle="--", linewidth=0.9)
        upper.set(ylabel="sharpness", ylim=(0, None))
        upper.annotate("dashed: 2 / rate", (0.02, 0.8), xycoords="axes fraction")
        lower.set(yscale="log", xlabel="step", ylabel="mean squared error")
        lower.legend(loc="upper right", ncols=2, fontsize=8.5)

    caption = say("The sharpness rises to 2 / rate and stays; the loss bounces, and falls")
    return Drawing("edge", caption, data, draw, size=(6.8, 5.6))


def _catapults(seed: int) -> Iterator[Part]:
    runs: dict[float, Descent] = {}
    for times in _TIMES:
        generator = torch.Generator().manual_seed(seed)
        runs[times] = catapult(times, _MODEL_WIDTH, _MODEL_STEPS, generator)
    lazy, lost = runs[_TIMES[0]], runs[_TIMES[-1]]
    ups = _rises(lazy.losses)
    name = f"{_TIMES[0]:g}"
    yield Claim(
        say(
            "Two linear layers at {times} / λ: below the limit of 2 the loss only falls", times=name
        ),
        say("{count} of {steps} steps", count=0, steps=len(ups)) + "; → 0",
        say("{count} of {steps} steps", count=sum(ups), steps=len(ups))
        + f"; {lazy.losses[-1]:.1e}",
        not any(ups) and lazy.losses[-1] < lazy.losses[0] / 1e6,
    )
    for times in _TIMES[1:-1]:
        run = runs[times]
        yield Claim(
            say(
                "At {times} / λ it is thrown up, and lands where the net is flat",
                times=f"{times:g}",
            ),
            say("loss above the first, then 0; rate times sharpness below 2"),
            say(
                "{first} → {most} → {last}; {edge}",
                first=f"{run.losses[0]:.2g}",
                most=f"{max(run.losses):.3g}",
                last=f"{run.losses[-1]:.1e}",
                edge=f"{run.sharpness[-1]:.2f}",
            ),
            max(run.losses) > run.losses[0] > run.losses[-1] * 1e6 and run.sharpness[-1] < _LIMIT,
        )
    yield Claim(
        say("At {times} / λ, beyond 4, it is lost", times=f"{_TIMES[-1]:g}"),
        say("diverges"),
        say(
            "{loss} after {steps} steps", loss=f"{lost.losses[-1]:.1e}", steps=len(lost.losses) - 1
        ),
        not lost.losses[-1] < 1e6,
    )
    data = {
        f"{times:g}": {"loss": run.losses[:30], "sharpness": run.sharpness[:30]}
        for times, run in runs.items()
    }

    def draw(canvas: Canvas) -> None:
        left, right = canvas.subplots(1, 2)
        for k, (times, line) in enumerate(data.items()):
            for axes, values in ((left, line["loss"]), (right, line["sharpness"])):
                drawn = [min(max(value, 1e-30), 1e6) for value in values]
                label = f"rate {times} / λ"
                axes.plot(drawn, MARKERS[k] + "-", color=COLOURS[k], markersize=4, label=label)
        right.axhline(_LIMIT, color="#000000", linestyle="--", linewidth=0.9)
        right.annotate("2", (29, 2.1), ha="right", fontsize=9)
        left.set(yscale="log", ylim=(1e-8, 1e6), xlabel="step", ylabel="loss")
        right.set(ylim=(0, 6), xlabel="step", ylabel="rate times sharpness")
        right.legend(loc="upper right", fontsize=8.5)

    caption = say("Above 2 / λ a catapult, up to 4 / λ; beyond, no return")
    yield Drawing("catapult", caption, data, draw, size=(8.0, 3.6))


EXPERIMENT = EdgeOfStability()
