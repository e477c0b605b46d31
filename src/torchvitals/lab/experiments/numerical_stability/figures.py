"""The figures of the experiment numerical-stability, each drawn from its data alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from torchvitals.lab.figures import COLOURS, MARKERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

    _Draw: TypeAlias = Callable[[Canvas], None]

Data: TypeAlias = Mapping[str, Any]
_INK = "#444444"
_TEN = math.log(10)


def sigmoid(data: Data) -> _Draw:
    """The sigmoid, and its derivative with the two limits that the text names."""

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        axes.plot(data["x"], data["sigmoid"], label="sigmoid σ(x)")
        axes.plot(data["x"], data["derivative"], "--", label="its derivative σ'(x)")
        axes.axhline(0.25, color=_INK, linewidth=0.8, linestyle=":")
        axes.annotate("1/4: the most", (-10, 0.265), fontsize=8.5)
        for edge in (-5, 5):
            axes.axvline(edge, ymax=0.2, color=_INK, linewidth=0.8, linestyle=":")
        axes.annotate("σ'(5) = 0.0066", (5.15, 0.05), fontsize=8.5)
        axes.set_xticks(range(-10, 11, 5))
        axes.set(xlabel="x", ylabel="value", ylim=(-0.03, 1.05))
        axes.legend(loc="upper left")

    return draw


def products(data: Data) -> _Draw:
    """Growth of the largest entry in each precision, and the exact exponent."""

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        slope, spread = data["decades"], data["decades_deviation"]
        last = max([len(line) for line in data["largest"].values()] + [10])
        steps = [10 ** (k / 20) for k in range(int(20 * math.log10(last)) + 3)]
        middle = [slope * n for n in steps]
        wide = [2 * spread * math.sqrt(n) for n in steps]
        low = [max(m - w, 0.01) for m, w in zip(middle, wide, strict=True)]
        high = [m + w for m, w in zip(middle, wide, strict=True)]
        axes.fill_between(steps, low, high, color="#000000", alpha=0.10, linewidth=0)
        label = f"exact: {slope:.4f} n, ± 2 deviations"
        axes.plot(steps, middle, "--", color="#000000", linewidth=1, label=label)
        for k, (name, line) in enumerate(data["largest"].items()):
            _one_product(axes, k, name, line, data["limit"][name])
        axes.set(xscale="log", yscale="log", xlim=(1, 3 * last), ylim=(0.3, 1000))
        axes.set(xlabel="factors n", ylabel="log10 of the largest entry")
        axes.legend(loc="lower right", fontsize=8.5)

    return draw


def _one_product(axes: Axes, k: int, name: str, line: Sequence[float], limit: float) -> None:
    steps = range(1, len(line) + 1)
    axes.plot(steps, line, color=COLOURS[k], label=name, linewidth=1.4)
    axes.plot(steps[-1:], line[-1:], MARKERS[k], color=COLOURS[k], markersize=7)
    if name != "bfloat16":
        axes.axhline(limit, color=COLOURS[k], linewidth=0.8, linestyle=":")
        label = "float32, bfloat16 end" if name == "float32" else f"{name} ends"
        axes.annotate(
            f"{label}: {10 ** (limit % 1):.1f}e{math.floor(limit)}",
            (0.015, limit * 1.06),
            xycoords=("axes fraction", "data"),
            fontsize=8.5,
            color=COLOURS[k],
        )


def variances(data: Data) -> _Draw:
    """Rows: forward and backward; columns: activations; lines: initialisations."""

    def draw(canvas: Canvas) -> None:
        names = list(data["measured"])
        grid = canvas.subplots(2, len(names), sharex=True, squeeze=False)
        for column, name in enumerate(names):
            for row, way in enumerate(("forward", "backward")):
                axes = grid[row][column]
                courses = {k: v[way] for k, v in data["measured"][name].items()}
                _one_way(axes, courses, {k: v[way] for k, v in data["theory"][name].items()})
                if row == 0:
                    axes.set_title(name)
                else:
                    axes.set_xlabel("layer")
        grid[0][0].set_ylabel("log10 variance of\nthe activation's input")
        grid[1][0].set_ylabel("log10 variance of\nits gradient")
        lines, labels = grid[0][0].get_legend_handles_labels()
        canvas.legend(lines, labels, loc="outside lower center", ncols=6, fontsize=8.5)

    return draw


def _one_way(
    axes: Axes, courses: Mapping[str, Sequence[float]], theory: Mapping[str, Sequence[float]]
) -> None:
    for k, (name, course) in enumerate(courses.items()):
        layers = range(1, len(course) + 1)
        every = max(len(course) // 6, 1)
        axes.plot(
            layers,
            [value / _TEN for value in course],
            color=COLOURS[k],
            marker=MARKERS[k],
            markevery=(k % every, every),
            markersize=4.5,
            linewidth=1.2,
            label=name,
        )
        line = [value / _TEN for value in theory[name]]
        label = "mean-field theory" if k == len(courses) - 1 else None
        axes.plot(layers, line, color="#000000", linewidth=0.8, linestyle=(0, (2, 3)), label=label)


def ends(data: Data) -> _Draw:
    """The first gradient of a chain by depth, until it is 0 or inf."""

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for k, (name, (vanished, exploded)) in enumerate(data["ends"].items()):
            for depth, sign in ((vanished, -1), (exploded, 1)):
                last, label = depth - 1, name if sign > 0 else None
                # Lines lie over each other: each is thinner than the one below it.
                width = 6.5 - 1.6 * k
                axes.plot([1, last], [sign, sign * last], color=COLOURS[k], linewidth=width)
                at = [last], [sign * last]
                axes.plot(*at, MARKERS[k], color=COLOURS[k], markersize=9, label=label)
                _mark(axes, name, depth, sign)
        axes.set(xscale="log", xlim=(1, 8000), ylim=(-4000, 4000))
        axes.set_yscale("symlog", linthresh=1)
        axes.set_yticks([s * 10**k for s in (-1, 1) for k in (1, 2, 3)] + [0])
        axes.set(xlabel="depth of the chain", ylabel="log2 of the first gradient")
        axes.annotate("x = w = 2", (1.3, 12), fontsize=9.5)
        axes.annotate("x = w = 1/2", (1.3, -12), fontsize=9.5, va="top")
        axes.legend(loc="center left", bbox_to_anchor=(0.6, 0.5), fontsize=8.5)

    return draw


def _mark(axes: Axes, name: str, depth: int, sign: int) -> None:
    near = name == "bfloat16"
    axes.annotate(
        f"{'inf' if sign > 0 else '0'} from {depth}",
        (depth, sign * depth),
        xytext=(-8 if near else 9, 7 * sign if near else -4 * sign),
        textcoords="offset points",
        ha="right" if near else "left",
        va="center",
        fontsize=8.5,
    )
