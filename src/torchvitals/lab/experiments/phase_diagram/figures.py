"""The maps with theory's lines."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from torchvitals.lab.experiment import Drawing
from torchvitals.lab.experiments.phase_diagram.maps import SB2, TANH_SW2, Map
from torchvitals.theory.depth import TRAINABLE_SCALES
from torchvitals.theory.meanfield import critical_weight_variance, depth_scale
from torchvitals.words import Words, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def depth_drawing(
    activation: str, found: Map, depths: list[int], sw2s: tuple[float, ...], sb2: float
) -> Drawing:
    """A map over depth, with 6 ξ."""
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


def bias_drawing(found: Map, depth: int) -> Drawing:
    """The map over bias variances, with the critical line."""
    fine = [10 ** (-3.4 + 3.8 * k / 60) for k in range(61)]
    line = [critical_weight_variance("tanh", sb2) for sb2 in fine]
    data = {
        "sw2": list(TANH_SW2),
        "sb2": list(SB2),
        "accuracy": found,
        "depth": depth,
        "critical": {"sb2": fine, "sw2": line},
    }

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        rows = np.exp(_edges([math.log(sb2) for sb2 in SB2]))
        mesh = axes.pcolormesh(_edges(TANH_SW2), rows, found, cmap="cividis", vmin=0.5, vmax=1)
        axes.plot(line, fine, color="white", linewidth=3)
        axes.plot(line, fine, color="#D55E00", label="critical line: χ1 = 1")
        axes.set(yscale="log", ylim=(rows[0], rows[-1]))
        axes.set(xlim=(_edges(TANH_SW2)[0], _edges(TANH_SW2)[-1]))
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
