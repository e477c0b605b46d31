"""The changes of the net: which of them solve XOR."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from torchvitals.lab.experiment import Claim, Drawing, Part, Table
from torchvitals.lab.experiments.xor.agreement import ERRORS, agrees, shown
from torchvitals.lab.xor_cures import Cure
from torchvitals.words import Words, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_SOLVED = {2: (0.236, 0.0042), 3: (0.4755, 0.008), 4: (0.6757, 0.008), 8: (0.9627, 0.008)}
"""By hidden units: sigmoid output, Adam 0.01, 3000 steps, with (bounds of) standard errors."""
_STUCK = {"crashed": 0.3088, "dead": 0.4489}
_STUCK_NETWORKS = 10_000
"""Of the ReLU output under the same training."""
_CURES: dict[str, Words] = {
    "none": say("as in the text"),
    "sigmoid output": say("sigmoid output"),
    "logits": say("logits"),
    "hidden LeakyReLU": say("hidden LeakyReLU"),
    "hidden ELU": say("hidden ELU"),
    "all ELU": say("ELU on both layers"),
    "16 hidden units": say("16 hidden units"),
    "logits, hidden LeakyReLU": say("logits, hidden LeakyReLU"),
    "logits, hidden ELU": say("logits, hidden ELU"),
    **{
        f"logits, {width} hidden units": say("logits, {width} hidden units", width=width)
        for width in (3, 4, 8, 16)
    },
}


def cure_table(tried: Sequence[Cure]) -> Table:
    """What each change does."""
    return Table(
        say(
            "Cures, by census: Adam 0.01, 3000 steps, {count} networks", count=tried[0].solved.total
        ),
        [say("change"), say("solved"), say("crashed"), say("output dead")],
        [
            [_CURES[cure.name], shown(cure.solved), shown(cure.crashed), shown(cure.dead)]
            for cure in tried
        ],
    )


def cure_claims(tried: Sequence[Cure]) -> Iterator[Part]:
    """What is known of the cures, and where the fault is."""
    by_name = {cure.name: cure for cure in tried}
    text = by_name["none"]
    most = 3e-4 + ERRORS * math.sqrt(3e-4 / text.solved.total)
    yield Claim(
        say("With a ReLU output no network stays solved: the way to 1 leads beyond 1"),
        say("at most {share}", share=f"{most:.4f}"),
        shown(text.solved),
        text.solved.value <= most,
    )
    for kind, share in (("crashed", text.crashed), ("dead", text.dead)):
        error = math.sqrt(_STUCK[kind] * (1 - _STUCK[kind]) / _STUCK_NETWORKS)
        claim = (
            say("ReLU output: share that crashes on the way")
            if kind == "crashed"
            else say("ReLU output: share whose output is dead at the end")
        )
        yield agrees(claim, (_STUCK[kind], error), share)
    yield agrees(
        say("Sigmoid output, 2 hidden units: share solved"),
        _SOLVED[2],
        by_name["sigmoid output"].solved,
    )
    for width in (3, 4, 8):
        yield agrees(
            say("Logits, {width} hidden units: share solved", width=width),
            _SOLVED[width],
            by_name[f"logits, {width} hidden units"].solved,
        )
    yield from _fault_claims(by_name)


def _fault_claims(by_name: Mapping[str, Cure]) -> Iterator[Part]:
    hidden = [by_name[name] for name in ("hidden LeakyReLU", "hidden ELU", "16 hidden units")]
    yield Claim(
        say(
            "The fault is the output under BCE: LeakyReLU, ELU or 16 units in the hidden layer "
            "still crash, in at least a fifth of all networks"
        ),
        say("each above 0.2"),
        ", ".join(f"{cure.crashed.value:.3f}" for cure in hidden),
        all(cure.crashed.value > 0.2 for cure in hidden),
    )
    logits = [cure for name, cure in by_name.items() if name.startswith(("logits", "sigmoid"))]
    harmed = sum(cure.crashed.count + cure.dead.count for cure in logits)
    yield Claim(
        say("With a sigmoid or logits none crashes and no output is dead"),
        "0",
        str(harmed),
        harmed == 0,
    )
    alone, joined = by_name["logits"].solved, by_name["logits, hidden LeakyReLU"].solved
    margin = 2 * math.hypot(alone.error, joined.error)
    yield Claim(
        say("With logits, a hidden LeakyReLU then solves more than ReLU (2 standard errors)"),
        say("above {share}", share=f"{alone.value + margin:.4f}"),
        shown(joined),
        joined.value > alone.value + margin,
    )


def cure_drawing(tried: Sequence[Cure]) -> Drawing:
    """Solved, crashed and dead by change."""
    data = {
        "change": [cure.name for cure in tried],
        "solved": [cure.solved.value for cure in tried],
        "solved, error": [cure.solved.error for cure in tried],
        "crashed": [cure.crashed.value for cure in tried],
        "output dead": [cure.dead.value for cure in tried],
    }

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        names = ["as in the text" if cure.name == "none" else cure.name for cure in tried]
        solved, crashed, dead = (
            np.array([share.value for share in column])
            for column in zip(*((c.solved, c.crashed, c.dead) for c in tried), strict=True)
        )
        axes.barh(names, solved, color="C2", label="solved")
        axes.barh(
            names, crashed, left=solved, color="C1", hatch="//", edgecolor="white", label="crashed"
        )
        axes.barh(names, dead, left=solved + crashed, color="C6", label="output dead")
        axes.barh(
            names,
            1 - solved - crashed - dead,
            left=solved + crashed + dead,
            color="#DDDDDD",
            label="stuck elsewhere",
        )
        twice = [2 * cure.solved.error for cure in tried]
        axes.errorbar(solved, range(len(names)), xerr=twice, fmt="none", ecolor="#888888")
        axes.invert_yaxis()
        axes.set_axisbelow(True)
        axes.set(xlim=(0, 1), xlabel="share of networks after 3000 steps (bars: 2 standard errors)")
        canvas.legend(loc="outside upper center", ncols=4, fontsize=8)

    caption = say("What cures XOR: an output that can't leave [0, 1] or die, then more units")
    return Drawing("cures", caption, data, draw, (7.2, 4.4))
