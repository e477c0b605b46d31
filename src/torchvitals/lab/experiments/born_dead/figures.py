"""The share of the dead by depth, and by width."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from torchvitals.lab.experiment import Drawing
from torchvitals.lab.experiments.born_dead.shares import Curve
from torchvitals.lab.figures import MARKERS
from torchvitals.theory.born_dead import lower_bound, single_input
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def depth_drawing(one: Mapping[int, Curve], two: Mapping[int, Curve], widths: list[int]) -> Drawing:
    """Points are counts, lines exact."""
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


def width_drawing(one: Mapping[int, Curve], two: Mapping[int, Curve], depth: int) -> Drawing:
    """At one depth, between the bounds."""
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
