"""The cases by their signs: how likely each is, what moves, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from torchvitals.lab.experiment import Claim, Drawing, Part, Table
from torchvitals.lab.experiments.xor.agreement import agrees, shown
from torchvitals.lab.xor_census import ENDINGS, TENSORS, Case, Census
from torchvitals.words import Words, listed, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_DEAD, _CRASHED = (0.42841, 0.00049), (0.02667, 0.00016)
"""Of a million networks, with standard errors."""
_NAMES: dict[str, Words] = {
    "solved": say("solved"),
    "crashed": say("crashed"),
    "output dead": say("output dead"),
    "output clamped": say("output clamped"),
    "hidden dead": say("hidden dead"),
    "ln 2": say("stuck at ln 2"),
    "elsewhere": say("elsewhere"),
}
_SIGNS: dict[str, Words] = {
    "all +": say("all +"),
    "mixed": say("mixed"),
    "all -": say("all -"),
}


def _moves(case: Case) -> Words | str:
    """The tensors that the first step moves, with the part of the networks where not in all."""
    if case.moved_first is None:
        return say("crashes first")
    names = [
        name if share.count == share.total else f"{name} ({share.value:.2f})"
        for name, share in zip(TENSORS, case.moved_first, strict=True)
        if share.count
    ]
    if len(names) == len(TENSORS) and all(s.count == s.total for s in case.moved_first):
        return say("all")
    return ", ".join(names) if names else say("nothing")


def _ends(case: Case) -> Words | str:
    parts = [
        _NAMES[name] + f" {share.value:.2f}"
        for name, share in zip(ENDINGS, case.endings, strict=True)
        if share.value >= 0.005
    ]
    return listed(parts, ", ")


def case_table(found: Census) -> Table:
    """The eight of the text."""
    return Table(
        say(
            "The eight cases, by the signs of all inputs of the ReLUs: {networks} networks",
            networks=f"{found.networks:,}",
        ),
        [
            say("hidden"),
            say("output"),
            say("probability"),
            say("the first step moves"),
            say("after {steps} steps", steps=found.steps),
        ],
        [
            [
                _SIGNS[case.hidden],
                _SIGNS[case.output],
                shown(case.share),
                _moves(case),
                _ends(case),
            ]
            for case in found.cases
        ],
    )


def finer_table(found: Census) -> Table:
    """The same networks by what each unit does."""
    return Table(
        say(
            "There are other cases: {count}, by how many questions each unit is on for; the ten "
            "most frequent",
            count=len(found.finer),
        ),
        [say("each hidden unit"), say("output"), say("probability"), say("the first step moves")],
        [
            [
                " + ".join(str(on) for on in case.units or ()),
                str(case.outputs_on),
                shown(case.share),
                _moves(case),
            ]
            for case in found.finer[:10]
        ],
    )


def start_claims(found: Census) -> Iterator[Part]:
    """What can be said before any step."""
    yield agrees(say("Share dead at the start: no output is on"), _DEAD, found.dead_at_start)
    yield agrees(
        say("Share that crashes at the first loss: an output above 1"),
        _CRASHED,
        found.crashed_at_start,
    )
    total = sum(case.share.count for case in found.cases)
    yield Claim(
        say("The eight cases by sign are all there are: every network is in one"),
        f"{found.networks:,}",
        f"{total:,}",
        total == found.networks,
    )


def dead_claims(found: Census) -> Iterator[Part]:
    """What becomes of a dead output."""
    dead = [case for case in found.cases if case.output == "all -"]
    moved = sum(share.count for case in dead for share in case.moved or ())
    losses = sorted({case.loss_median for case in dead if case.loss_median is not None})
    ended = sum(case.endings[ENDINGS.index("output dead")].count for case in dead)
    count = sum(case.share.count for case in dead)
    yield Claim(
        say("Where the output is dead nothing ever moves, and the loss is exactly 50.0"),
        say("0 moved; all {count} still dead; loss 50.0", count=count),
        say(
            "{moved} moved; {ended} still dead; loss {losses}",
            moved=moved,
            ended=ended,
            losses=", ".join(f"{loss}" for loss in losses),
        ),
        moved == 0 and ended == count and losses == [50.0],
    )


def case_drawing(found: Census) -> Drawing:
    """How likely each case is, and how its networks end."""
    names = [f"{case.hidden}  |  {case.output}" for case in found.cases]
    shares = np.array(
        [[case.share.value * ending.value for ending in case.endings] for case in found.cases]
    )
    data: dict[str, Any] = {
        "cases (hidden | output)": names,
        "probability": [case.share.value for case in found.cases],
        "error": [case.share.error for case in found.cases],
        "endings": list(ENDINGS),
        "shares": shares.tolist(),
    }

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        left = np.zeros(len(names))
        hatches = ("", "//", "", "xx", "..", "\\\\", "")
        colours = ("C2", "C1", "C6", "C3", "C4", "C5", "#BBBBBB")
        for k, ending in enumerate(ENDINGS):
            if shares[:, k].sum() < 5e-4:
                continue
            axes.barh(
                names,
                shares[:, k],
                left=left,
                label=ending,
                color=colours[k],
                hatch=hatches[k],
                edgecolor="white",
                linewidth=0.5,
            )
            left += shares[:, k]
        twice = [2 * error for error in data["error"]]
        axes.errorbar(left, range(len(names)), xerr=twice, fmt="none", ecolor="#444444")
        axes.invert_yaxis()
        axes.set_axisbelow(True)
        axes.set(xlabel=f"share after {found.steps} steps (bars: 2 standard errors)")
        axes.set(ylabel="signs of ReLU inputs: hidden | output")
        canvas.legend(loc="outside upper center", ncols=6, fontsize=8)

    caption = say("Every case of the XOR net: how likely, and how it ends")
    return Drawing("cases", caption, data, draw, (7.2, 4.2))
