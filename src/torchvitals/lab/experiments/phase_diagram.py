"""Which deep plain networks can be trained: weight scale against bias scale, and against depth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from torchvitals.lab.experiment import (
    Bench,
    Claim,
    Drawing,
    Parameters,
    Part,
    Plan,
    Table,
    knob,
)
from torchvitals.lab.trainability import ACTIVATIONS, accuracies, gradient_factors
from torchvitals.theory.depth import TRAINABLE_SCALES
from torchvitals.theory.meanfield import (
    critical_weight_variance,
    depth_scale,
    fixed_variance,
    gradient_growth,
)
from torchvitals.words import Words, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_LEARNED = 0.9
"""A network that knows nine of ten examples is trained; knowing nothing is knowing half."""
_FACTOR = 3.0
"""Six scales are a rule of thumb: it is held to within this factor of depth."""
_REPEATS = 2
_TANH_SW2 = tuple(round(0.5 + 0.3 * k, 2) for k in range(12))
_RELU_SW2 = tuple(round(0.8 + 0.2 * k, 2) for k in range(12))
_SB2 = (0.001, 0.005, 0.03, 0.17, 1.0)
_NETWORKS = 8
"""For each measured growth; width 400, depth 20."""
_GROWTH_ERROR = math.sqrt(5 / (400 * 20 * _NETWORKS))
"""Relative standard error of it, at most ReLU's: Hanin and Nica 2018."""


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    depth: int = knob(40, "Hidden layers of the deepest networks.", quick=16, least=8)
    width: int = knob(48, "Units of each.", quick=32, least=8)
    steps: int = knob(100, "Steps of each training.", quick=80, least=1)
    sb2: float = knob(0.05, "Bias variance of the tanh networks over depth.", least=1e-6)
    activation: str = knob("tanh", "In a sweep: tanh or relu.")
    sw2: float = knob(1.76, "In a sweep: weight variance times fan in.", least=1e-6)


Map = list[list[float]]
"""Accuracies: a row for each depth or bias variance, an entry for each weight variance."""


class PhaseDiagram:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("The phase diagram: where deep networks can be trained"),
            question=say(
                "How large may random weights and biases be so that a deep plain network learns 24 "
                "random labels by heart?"
            ),
            prediction=say(
                "Below a critical line signals forget their inputs and gradients vanish; above it "
                "they are chaotic and gradients explode: by a factor χ1 per layer, 1 on the line. "
                "A network learns up to a depth of about 6 ξ, ξ the scale over which the "
                "difference of two inputs changes by e (Schoenholz et al. 2017). ReLU's line is "
                "the point sw2 = 2, He's."
            ),
            decision=say(
                "Measured growth agrees with χ1 within 4 standard errors and 1 %. Networks three "
                "times deeper than 6 ξ do not learn (accuracy below 0.9), those three times less "
                "deep do, in nine of ten cells."
            ),
            budget=say("About 450 trainings of 100 steps, stacked: a minute on one core."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        yield from _growth(bench)
        depths = _depths(parameters.depth)
        tanh = _over_depth("tanh", _TANH_SW2, parameters.sb2, depths, parameters, bench)
        yield from _depth_claims("tanh", tanh, depths, _tanh_scales(parameters.sb2))
        yield _depth_drawing("tanh", tanh, depths, _TANH_SW2, parameters.sb2)
        relu = _over_depth("relu", _RELU_SW2, 0.0, depths, parameters, bench)
        yield from _depth_claims("relu", relu, depths, _relu_scales())
        yield _he_claim(relu, depths)
        yield _depth_drawing("relu", relu, depths, _RELU_SW2, 0.0)
        bias = _over_bias(parameters, bench)
        yield _line_claim(bias, parameters.depth)
        yield _bias_drawing(bias, parameters.depth)

    def measure(self, parameters: Knobs, seed: int) -> Mapping[str, float]:
        """The accuracy at one place of the diagram, and what theory says of it."""
        if parameters.activation not in ACTIVATIONS:
            known = " or ".join(ACTIVATIONS)
            message = f"Expected {known} as the activation but got {parameters.activation!r}."
            raise ValueError(message)
        place = (parameters.sw2, parameters.sb2)
        (accuracy,) = accuracies(
            parameters.activation,
            [place],
            parameters.depth,
            parameters.width,
            seed,
            range(parameters.steps),
        )
        return {"accuracy": accuracy, "χ1": gradient_growth(parameters.activation, *place)}


def _growth(bench: Bench) -> Iterator[Part]:
    places = [("tanh", (sw2, 0.05)) for sw2 in (1.0, 1.5, 1.76, 2.5)]
    places += [("relu", (sw2, 0.0)) for sw2 in (1.0, 2.0)]
    rows: list[tuple[str, ...]] = []
    worst = 0.0
    for activation, place in bench.track(places, say("gradients at the start")):
        variance = fixed_variance(activation, *place) if activation == "tanh" else 1.0
        factors = gradient_factors(activation, place, variance, _NETWORKS, bench.seed)
        found, theory = sum(factors) / _NETWORKS, gradient_growth(activation, *place)
        rows.append((f"{activation}, {place[0]:g}, {place[1]:g}", f"{theory:.4f}", f"{found:.4f}"))
        worst = max(worst, abs(found / theory - 1))
    yield Table(
        say("Factor of the squared gradient per layer (width 400, depth 20, 8 networks)"),
        ["sw2, sb2", "χ1", say("measured")],
        rows,
    )
    allowed = 0.01 + 4 * _GROWTH_ERROR
    yield Claim(
        say("At the start squared gradients change by χ1 from layer to layer"),
        say("within {percent} %", percent=f"{100 * allowed:.1f}"),
        f"{100 * worst:.1f} %",
        worst <= allowed,
    )


def _depths(deepest: int) -> list[int]:
    found = {max(2, round(deepest * share)) for share in (0.08, 0.16, 0.28, 0.4, 0.55, 0.75, 1.0)}
    return sorted(found)


def _over_depth(  # noqa: PLR0913, PLR0917
    activation: str,
    sw2s: tuple[float, ...],
    sb2: float,
    depths: list[int],
    knobs: Knobs,
    bench: Bench,
) -> Map:
    places = [(sw2, sb2) for sw2 in sw2s]
    what = say("{activation} networks by depth", activation=activation)
    return [
        _row(activation, places, depth, knobs, bench.seed) for depth in bench.track(depths, what)
    ]


def _over_bias(knobs: Knobs, bench: Bench) -> Map:
    rows = bench.track(_SB2, say("tanh networks by bias variance"))
    return [
        _row("tanh", [(sw2, sb2) for sw2 in _TANH_SW2], knobs.depth, knobs, bench.seed)
        for sb2 in rows
    ]


def _row(
    activation: str, places: list[tuple[float, float]], depth: int, knobs: Knobs, seed: int
) -> list[float]:
    """Mean accuracies over the repeats."""
    found = accuracies(activation, places * _REPEATS, depth, knobs.width, seed, range(knobs.steps))
    return np.array(found).reshape(_REPEATS, -1).mean(0).tolist()


def _tanh_scales(sb2: float) -> list[float]:
    return [depth_scale("tanh", sw2, sb2) for sw2 in _TANH_SW2]


def _relu_scales() -> list[float]:
    """What limits ReLU networks off their point is their size: a factor e in 1 / |ln χ1| layers."""
    growths = [gradient_growth("relu", sw2, 0.0) for sw2 in _RELU_SW2]
    return [math.inf if growth == 1.0 else 1.0 / abs(math.log(growth)) for growth in growths]


def _depth_claims(
    activation: str, found: Map, depths: list[int], scales: list[float]
) -> Iterator[Part]:
    limits = [TRAINABLE_SCALES * scale for scale in scales]
    cells = [
        (depth / limit, accuracy >= _LEARNED)
        for depth, row in zip(depths, found, strict=True)
        for limit, accuracy in zip(limits, row, strict=True)
    ]
    deep = [learned for ratio, learned in cells if ratio > _FACTOR]
    shallow = [learned for ratio, learned in cells if ratio < 1 / _FACTOR]
    if deep:
        yield Claim(
            say(
                "{activation}: what is three times deeper than 6 ξ does not learn",
                activation=activation,
            ),
            say("at most {most} of {all} cells learn", most=len(deep) // 10, all=len(deep)),
            str(sum(deep)),
            sum(deep) <= len(deep) // 10,
        )
    if shallow:
        least = len(shallow) - len(shallow) // 10
        yield Claim(
            say("{activation}: what is three times less deep learns", activation=activation),
            say("at least {least} of {all} cells learn", least=least, all=len(shallow)),
            str(sum(shallow)),
            sum(shallow) >= least,
        )


def _he_claim(found: Map, depths: list[int]) -> Claim:
    means = np.array(found).mean(0)
    off = [
        float(mean)
        for sw2, mean in zip(_RELU_SW2, means, strict=True)
        if not 2 / 1.6 < sw2 < 2 * 1.4
    ]
    at_he = float(means[_RELU_SW2.index(2.0)])
    return Claim(
        say(
            "ReLU at He's point, sw2 = 2, learns more over depths up to {depth} than far from it "
            "on either side",
            depth=depths[-1],
        ),
        say("mean accuracy above {accuracy}", accuracy=f"{sum(off) / len(off):.3f}"),
        f"{at_he:.3f}",
        at_he > sum(off) / len(off),
    )


def _line_claim(found: Map, depth: int) -> Claim:
    near: list[float] = []
    far: list[float] = []
    for sb2, row in zip(_SB2, found, strict=True):
        line = critical_weight_variance("tanh", sb2)
        for sw2, accuracy in zip(_TANH_SW2, row, strict=True):
            if line / 1.2 < sw2 < line * 1.2:
                near.append(accuracy)
            elif sw2 < line / 1.6:
                far.append(accuracy)
    mean_near, mean_far = (sum(cells) / len(cells) for cells in (near, far))
    return Claim(
        say(
            "At depth {depth} networks within 20 % of the critical line learn more than those "
            "further than 60 % below it",
            depth=depth,
        ),
        say("mean accuracy above {accuracy}", accuracy=f"{mean_far:.3f}"),
        f"{mean_near:.3f}",
        mean_near > mean_far,
    )


def _depth_drawing(
    activation: str, found: Map, depths: list[int], sw2s: tuple[float, ...], sb2: float
) -> Drawing:
    low, high = sw2s[0], sw2s[-1]
    fine = [low + (high - low) * k / 300 for k in range(301)]
    if activation == "tanh":
        curve = [TRAINABLE_SCALES * depth_scale("tanh", sw2, sb2) for sw2 in fine[::6]]
        fine = fine[::6]
    else:
        curve = [TRAINABLE_SCALES / max(abs(math.log(sw2 / 2)), 1e-9) for sw2 in fine]
    line = critical_weight_variance(activation, sb2)
    data = {
        "sw2": list(sw2s),
        "depth": depths,
        "accuracy": found,
        "sb2": sb2,
        "critical sw2": line,
        "6 ξ": {"sw2": fine, "depth": [min(value, 1e6) for value in curve]},
    }

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        mesh = axes.pcolormesh(
            _edges(sw2s), _edges(depths), found, cmap="cividis", vmin=0.5, vmax=1
        )
        axes.plot(fine, curve, color="white", linewidth=2.2)
        axes.plot(fine, curve, "--", color="#D55E00", label="depth 6 ξ")
        axes.axvline(line, color="#D55E00", linewidth=1.4, label="critical: χ1 = 1")
        axes.set(
            ylim=(_edges(depths)[0], _edges(depths)[-1]), xlim=(_edges(sw2s)[0], _edges(sw2s)[-1])
        )
        axes.set(xlabel="weight variance × fan-in, sw2", ylabel="depth (hidden layers)")
        axes.set_title(f"{activation}, bias variance {sb2:g}")
        axes.grid(visible=False)
        canvas.colorbar(mesh, label="accuracy on 24 random labels (chance: 0.5)")
        canvas.legend(loc="outside upper right", ncols=2, fontsize=8)

    caption: Words = say(
        "Trainability of {activation} networks by weight scale and depth", activation=activation
    )
    return Drawing(f"depth_{activation}", caption, data, draw, (6.8, 4.4))


def _bias_drawing(found: Map, depth: int) -> Drawing:
    fine = [10 ** (-3.4 + 3.8 * k / 60) for k in range(61)]
    line = [critical_weight_variance("tanh", sb2) for sb2 in fine]
    data = {
        "sw2": list(_TANH_SW2),
        "sb2": list(_SB2),
        "accuracy": found,
        "depth": depth,
        "critical": {"sb2": fine, "sw2": line},
    }

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        rows = np.exp(_edges([math.log(sb2) for sb2 in _SB2]))
        mesh = axes.pcolormesh(_edges(_TANH_SW2), rows, found, cmap="cividis", vmin=0.5, vmax=1)
        axes.plot(line, fine, color="white", linewidth=3)
        axes.plot(line, fine, color="#D55E00", label="critical line: χ1 = 1")
        axes.set(yscale="log", ylim=(rows[0], rows[-1]))
        axes.set(xlim=(_edges(_TANH_SW2)[0], _edges(_TANH_SW2)[-1]))
        axes.set(xlabel="weight variance × fan-in, sw2", ylabel="bias variance, sb2")
        axes.set_title(f"tanh, {depth} hidden layers")
        axes.grid(visible=False)
        canvas.colorbar(mesh, label="accuracy on 24 random labels (chance: 0.5)")
        canvas.legend(loc="outside upper right", fontsize=8)

    caption = say("Trainability of deep tanh networks by weight scale and bias scale")
    return Drawing("bias_tanh", caption, data, draw, (6.8, 4.4))


def _edges(centres: Any) -> list[float]:
    """Of the cells around these centres."""
    c = [float(value) for value in centres]
    inner = [(a + b) / 2 for a, b in pairwise(c)]
    return [2 * c[0] - inner[0], *inner, 2 * c[-1] - inner[-1]]


EXPERIMENT = PhaseDiagram()
