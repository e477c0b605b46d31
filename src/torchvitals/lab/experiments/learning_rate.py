"""Where the learning rate stops being stable on readings of two thermometers, and why there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
from torchvitals.lab.thermometers import (
    CELSIUS,
    MANY,
    OPTIMIZERS,
    START,
    UNKNOWN,
    Problem,
    by_adam,
    measured_limit,
    standardised,
)
from torchvitals.words import Words, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    lr: float = knob(1e-2, "The rate that is tried on the raw readings.", least=0.0)
    steps: int = knob(20_000, "Steps of the long runs.", quick=5_000, least=100)


class LearningRate:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("The learning rate and its limit: two thermometers"),
            question=say(
                "Gradient descent on a line through eleven readings explodes at rate 0.01 and "
                "creeps at 0.0001. What sets the limit, and what moves it?"
            ),
            prediction=say(
                "The loss is a parabola, so descent is stable if and only if the rate is below "
                "2 / λ, λ the largest eigenvalue of the Hessian. Raw readings near 50 make λ about "
                "6000; standardised ones make it 2."
            ),
            decision=say(
                "Exact quantities agree to 4 digits; measured limits lie within 1 % of 2 / λ (or "
                "what momentum makes of it)."
            ),
            budget=say("Seconds on one core, in float64 where nothing else is said."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        raw = Problem(UNKNOWN, torch.float64)
        scaled = Problem(tuple(0.1 * x for x in UNKNOWN), torch.float64)
        standard = Problem(standardised(UNKNOWN), torch.float64)
        least, greatest = raw.curvatures()
        limit = 2 / greatest
        yield from _steepness(raw, least, greatest)
        yield from _explosion(parameters.lr, limit)
        yield _around(raw, limit)
        yield from _creep(raw, least, parameters.steps)
        yield from _cures(raw, scaled, standard, parameters.steps)
        yield from _limits(raw, greatest, bench)
        yield _curves_drawing(raw, scaled, standard, limit)
        yield _limit_drawing(raw, limit)
        yield _fit_drawing(scaled)


def _close(value: float, expected: float, tolerance: float = 1e-4) -> bool:
    return math.isclose(value, expected, rel_tol=tolerance)


def _steepness(raw: Problem, least: float, greatest: float) -> Iterator[Part]:
    by_w, by_b = raw.gradient(torch.tensor(START, dtype=torch.float64)).tolist()
    yield Claim(
        say("The gradient of w is about 50 times that of b, at w = 1, b = 0"),
        "4517.30 / 82.60 = 54.69",
        f"{by_w:.2f} / {by_b:.2f} = {by_w / by_b:.2f}",
        _close(by_w / by_b, 54.689),
    )
    yield Claim(
        say("The largest eigenvalue of the Hessian sets the limit 2 / λ"),
        "λ = 5883.42, 2 / λ = 3.39938e-4",
        f"λ = {greatest:.2f}, 2 / λ = {2 / greatest:.5e}",
        _close(greatest, 5883.4213),
    )
    yield Claim(
        say("Its condition number says how slow the slowest direction is at that limit"),
        "33599",
        f"{greatest / least:.0f}",
        _close(greatest / least, 33598.86),
    )


def _explosion(rate: float, limit: float) -> Iterator[Part]:
    narrow = Problem(UNKNOWN, torch.float32)
    losses = narrow.descend(rate, 40)
    infinite = next((k for k, loss in enumerate(losses, 1) if loss == math.inf), None)
    undefined = next((k for k, loss in enumerate(losses, 1) if math.isnan(loss)), None)
    above = rate > limit
    yield Claim(
        say("In float32 the loss at rate {rate} is infinite, then not a number", rate=f"{rate:g}")
        if above
        else say("In float32 the loss at rate {rate} stays finite", rate=f"{rate:g}"),
        "inf at epoch 11" if rate == 1e-2 else "inf, then NaN" if above else "finite",
        f"inf at epoch {infinite}, NaN at epoch {undefined}" if infinite else f"{losses[-1]:.4g}",
        (infinite == 11 if rate == 1e-2 else infinite is not None) if above else infinite is None,
    )


def _around(raw: Problem, limit: float) -> Claim:
    below, above = raw.descend(0.99 * limit, 2000), raw.descend(1.01 * limit, 2000)
    return Claim(
        say("0.99 of the limit converges, 1.01 of it diverges"),
        "below the first loss; far above it",
        f"{below[-1]:.4g}; {above[-1]:.4g}",
        below[-1] < below[0] < above[-1] / MANY,
    )


def _creep(raw: Problem, least: float, steps: int) -> Iterator[Part]:
    losses = raw.descend(1e-4, steps)
    lowest = 2.9276456
    # The fast direction has died out after 100 steps; what is left shrinks by (1 - rate λ_min)^2.
    predicted = lowest + (losses[100] - lowest) * (1 - 1e-4 * least) ** (2 * (steps - 100))
    yield Claim(
        say("Rate 0.0001 creeps: the slow direction alone says where it stands"),
        say("loss {loss} after {steps} steps", loss=f"{predicted:.4f}", steps=steps),
        f"{losses[-1]:.4f}",
        _close(losses[-1], predicted, 1e-3),
    )
    rest = (losses[-1] - lowest) * (1 - 1e-4 * least) ** (2 * (100_000 - steps))
    yield Remark(
        say(
            "After 100,000 epochs it will still be at {loss}: the text says above 3. Its time "
            "constant is 1 / (rate λ_min) = {steps} epochs.",
            loss=f"{lowest + rest:.3f}",
            steps=f"{1 / (1e-4 * least):.0f}",
        )
    )


def _cures(raw: Problem, scaled: Problem, standard: Problem, steps: int) -> Iterator[Part]:
    shrunk = scaled.descend(1e-2, 5000)
    yield Claim(
        say("Readings times 0.1: rate 0.01 is stable and converges in thousands of steps"),
        "2.92765, w = 5.3671, b = -17.3012",
        f"{shrunk[-1]:.5f}, w = {scaled.end[0]:.4f}, b = {scaled.end[1]:.4f}",
        _close(shrunk[-1], 2.927647, 1e-5),
    )
    one = standard.descend(0.5, 1)
    yield Claim(
        say("Standardised readings: every direction is alike, one step at rate 1 / λ is enough"),
        "λ = 2, 2; loss 2.92765 after 1 step",
        "λ = {:.4g}, {:.4g}; loss {:.5f}".format(*standard.curvatures(), one[-1]),
        _close(one[-1], 2.9276456, 1e-6),
    )
    clipped = raw.descend(1e-2, steps, limit=1.0)
    adam = by_adam(raw, steps)
    least = 2.9276456
    rows = [
        (say("gradient descent, 1e-2"), "inf"),
        (say("gradient descent, 1e-4"), f"{raw.descend(1e-4, steps)[-1]:.4f}"),
        (say("clipped to norm 1, 1e-2"), f"{clipped[-1]:.4f}"),
        (say("Adam, 1e-2"), f"{adam:.4f}"),
        (say("readings times 0.1, 1e-2"), f"{scaled.descend(1e-2, steps)[-1]:.4f}"),
        (say("standardised, 1e-2"), f"{standard.descend(1e-2, steps)[-1]:.4f}"),
    ]
    yield Table(
        say("Loss after {steps} steps (the least possible is 2.9276)", steps=steps),
        [say("treatment"), say("loss")],
        rows,
    )
    yield Claim(
        say(
            "Clipping stops the explosion, but does not converge: each step is as long as the last"
        ),
        say("finite, above {least}", least=f"{least:.4f}"),
        f"{clipped[-1]:.4f}",
        least * 1.01 < clipped[-1] < math.inf,
    )


def _limits(raw: Problem, greatest: float, bench: Bench) -> Iterator[Part]:
    names = list(OPTIMIZERS)
    rows: list[tuple[str, str, str]] = []
    worst = 0.0
    for name in bench.track(names, say("limits by bisection")):
        build, factor = OPTIMIZERS[name]
        found = measured_limit(raw, build, factor / greatest) * greatest
        rows.append((name, f"{factor:.4f}", f"{found:.4f}"))
        worst = max(worst, abs(found / factor - 1))
    yield Table(
        say("Largest stable rate times λ, by bisection with PyTorch's optimizers"),
        [say("optimizer"), say("theory"), say("measured")],
        rows,
    )
    yield Claim(
        say("Momentum moves the limit as theory says: 2, 2 + 2β, (2 + 2β) / (1 + 2β)"),
        say("within 1 %"),
        f"{100 * worst:.2f} %",
        worst < 0.01,
    )


def _curves_drawing(raw: Problem, scaled: Problem, standard: Problem, limit: float) -> Drawing:
    runs = {
        "raw, 1e-2": raw.descend(1e-2, 12),
        "raw, 1.01 of the limit": raw.descend(1.01 * limit, 1000),
        "raw, 0.99 of the limit": raw.descend(0.99 * limit, 1000),
        "raw, 1e-4": raw.descend(1e-4, 1000),
        "readings x 0.1, 1e-2": scaled.descend(1e-2, 1000),
        "standardised, 1e-2": standard.descend(1e-2, 1000),
    }

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for name, losses in runs.items():
            axes.plot(range(1, len(losses) + 1), losses, label=name)
        axes.set(xscale="log", yscale="log", ylim=(1, 1e12))
        axes.set(xlabel="epoch", ylabel="mean squared error (°C²)")
        axes.legend(fontsize=8)

    return Drawing("loss", say("Loss by epoch: the same line, six treatments"), runs, draw)


def _limit_drawing(raw: Problem, limit: float) -> Drawing:
    factors = [0.05 * k for k in range(1, 20)] + [0.97, 0.99, 1.0, 1.01, 1.03, 1.05, 1.1, 1.15]
    rates = sorted(factor * limit for factor in factors)
    losses = [min(raw.descend(rate, 200)[-1], 1e30) for rate in rates]

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        axes.plot(rates, losses, "o-", markersize=4)
        axes.axvline(limit, linestyle="--", color="#000000", linewidth=1)
        axes.annotate(f"2 / λ = {limit:.3e}", (limit, 1e20), ha="right", rotation=90, va="center")
        axes.set(yscale="log", xlabel="learning rate", ylabel="loss after 200 steps (°C²)")

    data = {"rate": rates, "loss": losses, "limit": limit}
    caption = say("Loss against rate: flat up to the limit, and a wall behind it")
    return Drawing("limit", caption, data, draw)


def _fit_drawing(scaled: Problem) -> Drawing:
    scaled.descend(1e-2, 5000)
    slope, offset = 0.1 * scaled.end[0], scaled.end[1]

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        ends = [20.0, 84.0]
        axes.plot(UNKNOWN, CELSIUS, "o", label="readings")
        fitted = [slope * x + offset for x in ends]
        label = f"fit: {slope:.3f} x {offset:+.2f}"
        axes.plot(ends, fitted, label=label)
        truth: list[float] = [(x - 32) * 5 / 9 for x in ends]
        axes.plot(ends, truth, "--", label="Fahrenheit: 0.556 x - 17.78")
        axes.set(xlabel="the unknown thermometer (it is °F)", ylabel="°C")
        axes.legend()

    data = {"unknown": UNKNOWN, "celsius": CELSIUS, "slope": slope, "offset": offset}
    caption: Words = say("The unknown unit is Fahrenheit: the fit is within the readings' noise")
    return Drawing("fit", caption, data, draw)


EXPERIMENT = LearningRate()
