"""ReLU networks that are dead before the first step: how many, by width and depth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

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
from torchvitals.lab.figures import MARKERS
from torchvitals.lab.stillbirth import LAWS, Law, dead_by_depth, deaths
from torchvitals.theory.born_dead import lower_bound, safe_width, single_input
from torchvitals.words import Words, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_ERRORS = 4.0
"""Standard errors that chance explains: beyond it lies one normal number in 16,000."""
_WIDTHS = (2, 3, 4, 5, 8, 10)
_PUBLISHED = {2: 0.88011, 3: 0.57851, 4: 0.29502, 5: 0.12796, 10: 0.00115}
"""By width, at depth 10, inputs 1 and -1: 200,000 networks each (theory.md, section 3)."""
_PUBLISHED_NETWORKS = 200_000
_BY_LAW: dict[Law, dict[int, float]] = {
    "biased": {2: 0.785, 3: 0.408, 5: 0.059},
    "rai": {2: 0.238, 3: 0.065, 5: 0.005},
}
"""By law and width, at depth 10, 41 inputs: theory.md, section 3, to three digits."""
_ROUNDING = 5e-4
_BY_LAW_NETWORKS = 20_000
_NAMES: dict[Law, Words] = {
    "normal": say("Kaiming normal, zero biases"),
    "uniform": say("Kaiming uniform, zero biases"),
    "biased": say("Kaiming normal, PyTorch's biases"),
    "torch": say("PyTorch's default"),
    "rai": say("randomized asymmetric"),
}
_ONE = np.ones((1, 1), dtype=np.float32)
_TWO = np.array([[1.0], [-1.0]], dtype=np.float32)
_MANY = np.linspace(-math.sqrt(3.0), math.sqrt(3.0), 41, dtype=np.float32)[:, None]


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    depth: int = knob(10, "Layers with weights: all but the last have a ReLU.", least=3)
    width: int = knob(5, "Units of each hidden layer, besides the widths shown.", least=1)
    networks: int = knob(50_000, "Networks drawn for each width.", quick=8_000, least=100)


class Share(NamedTuple):
    """A share of networks, and how sure it is."""

    value: float
    networks: int

    @property
    def error(self) -> float:
        """One standard error."""
        return _error(self.value, self.networks)

    def __str__(self) -> str:
        return f"{self.value:.4f} ± {self.error:.4f}"


def _error(chance: float, networks: int) -> float:
    """Of a share; of a chance near 0 or 1, that of one network in all."""
    chance = min(max(chance, 1.0 / networks), 1.0 - 1.0 / networks)
    return math.sqrt(chance * (1.0 - chance) / networks)


class BornDead:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("Born dead: ReLU networks that no training can wake"),
            question=say(
                "If every unit of one layer is off for every input, the output is constant and all "
                "gradients before it are 0. How often does chance build such a network?"
            ),
            prediction=say(
                "For one input each unit is off with chance 1/2, so a network of width N and depth "
                "L is dead with chance 1 - (1 - 2^-N)^(L-1), whatever the symmetric law of its "
                "weights. Several inputs are rarer to lose: that is an upper bound, and there is a "
                "lower one (Lu et al. 2020). Depth kills narrow networks; width saves them."
            ),
            decision=say(
                "A share agrees with a chance if they differ by at most 4 standard errors, and "
                "obeys a bound if it is no further than that beyond it."
            ),
            budget=say("50,000 networks for each of six widths: half a minute on one core."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        widths = sorted({*_WIDTHS, parameters.width})
        one = _by_width(widths, parameters, bench, _ONE, say("one input"))
        two = _by_width(widths, parameters, bench, _TWO, say("two inputs"))
        yield _table(one, two, parameters.depth)
        yield from _claims(one, two, parameters.depth)
        yield _symmetry(parameters, bench)
        yield from _cures(parameters, bench)
        yield _safe(parameters, bench)
        yield _depth_drawing(one, two, sorted({2, 3, 5, 10, parameters.width}))
        yield _width_drawing(one, two, parameters.depth)

    def measure(self, parameters: Knobs, seed: int) -> Mapping[str, float]:
        """Shares at one width and depth, with their errors, and what theory says."""
        found: dict[str, float] = {}
        for name, inputs in (("one input", _ONE), ("two inputs", _TWO)):
            share = _share(parameters.width, parameters.depth, parameters.networks, seed, inputs)
            found |= {name: share.value, f"{name}, error": share.error}
        found["one input, exact"] = single_input(parameters.width, parameters.depth)
        found["two inputs, lower bound"] = lower_bound(parameters.width, parameters.depth)
        return found


_Curve = Mapping[int, Share]
"""By depth, up to that asked for."""


def _by_width(
    widths: list[int], knobs: Knobs, bench: Bench, inputs: NDArray[np.float32], what: Words
) -> dict[int, _Curve]:
    found: dict[int, _Curve] = {}
    for width in bench.track(widths, what):
        batches = deaths(width, knobs.depth - 1, knobs.networks, bench.seed, inputs)
        shares = dead_by_depth(sum(batches))  # type: ignore[arg-type]
        found[width] = {depth: Share(value, knobs.networks) for depth, value in shares.items()}
    return found


def _share(  # noqa: PLR0913, PLR0917
    width: int,
    depth: int,
    networks: int,
    seed: int,
    inputs: NDArray[np.float32],
    law: Law = "normal",
) -> Share:
    counts = sum(deaths(width, depth - 1, networks, seed, inputs, law))
    return Share(dead_by_depth(counts)[depth], networks)  # type: ignore[arg-type]


def _table(one: Mapping[int, _Curve], two: Mapping[int, _Curve], depth: int) -> Table:
    return Table(
        say("Share of networks of depth {depth} that are born dead", depth=depth),
        [
            say("width"),
            say("one input"),
            say("exact"),
            say("inputs 1 and -1"),
            say("lower bound"),
            say("upper bound"),
        ],
        [
            [
                str(width),
                str(one[width][depth]),
                f"{single_input(width, depth):.4f}",
                str(two[width][depth]),
                f"{lower_bound(width, depth):.4f}",
                f"{single_input(width, depth):.4f}",
            ]
            for width in one
        ],
    )


def _claims(one: Mapping[int, _Curve], two: Mapping[int, _Curve], depth: int) -> Iterator[Part]:
    networks = next(iter(one.values()))[depth].networks
    furthest = max(
        abs(share.value - single_input(width, depth)) / _error(single_input(width, depth), networks)
        for width, curve in one.items()
        for share in [curve[depth]]
    )
    yield Claim(
        say("For one input the share is exactly 1 - (1 - 2^-N)^(L-1), at every width"),
        say("within {errors} standard errors", errors=f"{_ERRORS:.0f}"),
        say("at most {errors}", errors=f"{furthest:.1f}"),
        furthest <= _ERRORS,
    )
    beyond = max(_beyond(width, curve[depth], depth) for width, curve in two.items())
    yield Claim(
        say("For inputs of both signs it lies between the bounds of Lu et al., at every width"),
        say("at most {errors} standard errors beyond one", errors=f"{_ERRORS:.0f}"),
        f"{max(beyond, 0.0):.1f}",
        beyond <= _ERRORS,
    )
    if depth != 10:
        return
    for width, published in _PUBLISHED.items():
        share = two[width][depth]
        error = math.hypot(_error(published, networks), _error(published, _PUBLISHED_NETWORKS))
        yield Claim(
            say("Width {width}, depth 10: the share agrees with an independent count", width=width),
            f"{published:.4f} ± {_ERRORS * error:.4f}",
            str(share),
            abs(share.value - published) <= _ERRORS * error,
        )


def _beyond(width: int, share: Share, depth: int) -> float:
    """Standard errors that it lies outside its bounds: below 0 if inside."""
    upper, lower = single_input(width, depth), lower_bound(width, depth)
    above = (share.value - upper) / _error(upper, share.networks)
    below = (lower - share.value) / _error(lower, share.networks)
    return max(above, below)


def _symmetry(knobs: Knobs, bench: Bench) -> Claim:
    exact = single_input(knobs.width, knobs.depth)
    share = _share(knobs.width, knobs.depth, knobs.networks, bench.seed, _ONE, "uniform")
    return Claim(
        say(
            "The law of the weights does not matter if it is symmetric: uniform, one input, width "
            "{width}",
            width=knobs.width,
        ),
        f"{exact:.4f} ± {_ERRORS * _error(exact, knobs.networks):.4f}",
        str(share),
        abs(share.value - exact) <= _ERRORS * _error(exact, knobs.networks),
    )


def _cures(knobs: Knobs, bench: Bench) -> Iterator[Part]:
    widths = (2, 3, 5)
    shares: dict[Law, dict[int, Share]] = {
        law: {
            width: _share(width, knobs.depth, knobs.networks // 2, bench.seed, _MANY, law)
            for width in widths
        }
        for law in bench.track(LAWS, say("initialisations"))
    }
    yield Table(
        say("Born dead on 41 inputs over [-√3, √3], depth {depth}", depth=knobs.depth),
        [say("initialisation"), *(say("width {width}", width=width) for width in widths)],
        [[_NAMES[law], *map(str, by_width.values())] for law, by_width in shares.items()],
    )
    if knobs.depth == 10:
        yield from (_as_counted(law, shares[law]) for law in _BY_LAW)
    best, usual = shares["rai"][3], shares["normal"][3]
    half = usual.value / 2 + _ERRORS * usual.error
    yield Claim(
        say(
            "The asymmetric initialisation loses at most half as many as Kaiming's, but for chance "
            "(width 3)"
        ),
        say("at most {share}", share=f"{half:.4f}"),
        str(best),
        best.value <= half,
    )
    yield Remark(
        say(
            "Biases keep a unit alive where no signal reaches it. But under PyTorch's default the "
            "weights are small beside them, so that all inputs look alike to the deep layers: the "
            "chance nears that of one input. What cures is width, a residual path, or a unit that "
            "is never off (Leaky ReLU)."
        )
    )


def _as_counted(law: Law, shares: Mapping[int, Share]) -> Claim:
    def allowed(width: int, published: float) -> float:
        mine = _error(published, shares[width].networks)
        return _ROUNDING + _ERRORS * math.hypot(mine, _error(published, _BY_LAW_NETWORKS))

    counted = _BY_LAW[law].items()
    return Claim(
        say("{law}: widths 2, 3 and 5 agree with an independent count", law=_NAMES[law]),
        ", ".join(f"{value:.3f} ± {allowed(width, value):.3f}" for width, value in counted),
        ", ".join(f"{share.value:.3f}" for share in shares.values()),
        all(abs(shares[w].value - value) <= allowed(w, value) for w, value in counted),
    )


def _safe(knobs: Knobs, bench: Bench) -> Claim:
    chance = 0.01
    width = safe_width(knobs.depth, chance)
    share = _share(width, knobs.depth, knobs.networks, bench.seed, _TWO)
    allowed = chance + _ERRORS * _error(chance, knobs.networks)
    return Claim(
        say(
            "Width {width}, the first above log2((L-1) / 0.01), loses fewer than one in a hundred",
            width=width,
        ),
        say("below {share}", share=f"{allowed:.4f}"),
        str(share),
        share.value <= allowed,
    )


def _depth_drawing(
    one: Mapping[int, _Curve], two: Mapping[int, _Curve], widths: list[int]
) -> Drawing:
    data: dict[str, Any] = {
        f"width {width}": {
            "depth": list(one[width]),
            "one input": [share.value for share in one[width].values()],
            "one input, error": [share.error for share in one[width].values()],
            "exact": [single_input(width, depth) for depth in one[width]],
            "two inputs": [share.value for share in two[width].values()],
            "two inputs, error": [share.error for share in two[width].values()],
        }
        for width in widths
    }

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for place, (name, of) in enumerate(data.items()):
            colour, marker = f"C{place}", MARKERS[place % len(MARKERS)]
            axes.plot(of["depth"], of["exact"], color=colour, linewidth=1.2)
            axes.errorbar(
                of["depth"],
                of["one input"],
                _twice(of["one input, error"]),
                fmt=marker,
                color=colour,
                markersize=5,
                label=f"{name}, one input",
            )
            axes.errorbar(
                of["depth"],
                of["two inputs"],
                _twice(of["two inputs, error"]),
                fmt=marker + ":",
                color=colour,
                markersize=5,
                markerfacecolor="white",
                label=f"{name}, inputs ±1",
                linewidth=1,
            )
        axes.plot([], [], color="#000000", linewidth=1.2, label=r"$1-(1-2^{-N})^{L-1}$")
        axes.set(xlabel="depth L (layers with weights)", ylabel="share of networks born dead")
        axes.set_ylim(-0.02, 1.02)
        axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))

    caption = say(
        "Born dead by depth and width: points are counts (bars: 2 standard errors), lines exact"
    )
    return Drawing("depth", caption, data, draw, (7.4, 4.2))


def _width_drawing(one: Mapping[int, _Curve], two: Mapping[int, _Curve], depth: int) -> Drawing:
    widths = list(one)
    shares = [two[width][depth] for width in widths]
    fine = [1 + 0.1 * k for k in range(10 * (max(widths) + 1))]
    data: dict[str, Any] = {
        "width": widths,
        "two inputs": [share.value for share in shares],
        "two inputs, error": [share.error for share in shares],
        "one input": [one[width][depth].value for width in widths],
        "curve": {
            "width": fine,
            "exact": [-math.expm1((depth - 1) * math.log1p(-(2.0**-n))) for n in fine],
        },
        "bounds": {
            "width": list(range(1, max(widths) + 1)),
            "lower": [lower_bound(n, depth) for n in range(1, max(widths) + 1)],
            "upper": [single_input(n, depth) for n in range(1, max(widths) + 1)],
        },
        "depth": depth,
    }

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        bounds = data["bounds"]
        axes.fill_between(
            bounds["width"],
            bounds["lower"],
            bounds["upper"],
            color="C5",
            alpha=0.25,
            label="between the bounds",
            linewidth=0,
        )
        axes.plot(data["curve"]["width"], data["curve"]["exact"], label="one input, exact")
        axes.plot(widths, data["one input"], "o", color="C0", label="one input, counted")
        axes.errorbar(
            widths,
            data["two inputs"],
            _twice(data["two inputs, error"]),
            fmt="s",
            color="C1",
            label="inputs ±1, counted",
        )
        lowest = max(min(value for value in data["two inputs"] if value > 0) / 3, 1e-6)
        axes.set(yscale="log", ylim=(lowest, 1.5), xlim=(0.8, max(widths) + 0.4))
        axes.set(xlabel="width N of every hidden layer")
        axes.set(ylabel=f"share of networks of depth {depth} born dead")
        axes.legend(fontsize=8, loc="lower left")

    caption = say("Born dead by width: each unit more halves the chance, or better")
    return Drawing("width", caption, data, draw)


def _twice(errors: list[float]) -> list[float]:
    return [2 * error for error in errors]


EXPERIMENT = BornDead()
