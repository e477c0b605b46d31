"""The initialisations beside each other: which of them is born alive."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from torchvitals.lab.experiment import Bench, Claim, Part, Remark, Table
from torchvitals.lab.experiments.born_dead.knobs import Knobs
from torchvitals.lab.experiments.born_dead.shares import ERRORS, Share, error_of, share_of
from torchvitals.lab.stillbirth import LAWS, Law
from torchvitals.words import Words, say

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
_MANY = np.linspace(-math.sqrt(3.0), math.sqrt(3.0), 41, dtype=np.float32)[:, None]


def cures(knobs: Knobs, bench: Bench) -> Iterator[Part]:
    """By law and width, and what follows."""
    widths = (2, 3, 5)
    shares: dict[Law, dict[int, Share]] = {
        law: {
            width: share_of(width, knobs.depth, knobs.networks // 2, bench.seed, _MANY, law)
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
    half = usual.value / 2 + ERRORS * usual.error
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
        mine = error_of(published, shares[width].networks)
        return _ROUNDING + ERRORS * math.hypot(mine, error_of(published, _BY_LAW_NETWORKS))

    counted = _BY_LAW[law].items()
    return Claim(
        say("{law}: widths 2, 3 and 5 agree with an independent count", law=_NAMES[law]),
        ", ".join(f"{value:.3f} ± {allowed(width, value):.3f}" for width, value in counted),
        ", ".join(f"{share.value:.3f}" for share in shares.values()),
        all(abs(shares[w].value - value) <= allowed(w, value) for w, value in counted),
    )
