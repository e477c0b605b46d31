"""Shares beside the exact chance, the bounds of theory, and counts made elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from torchvitals.lab.experiment import Bench, Claim, Part, Table
from torchvitals.lab.experiments.born_dead.knobs import Knobs
from torchvitals.lab.experiments.born_dead.shares import (
    ERRORS,
    ONE_INPUT,
    TWO_INPUTS,
    Curve,
    Share,
    error_of,
    share_of,
)
from torchvitals.theory.born_dead import lower_bound, safe_width, single_input
from torchvitals.words import say

_PUBLISHED = {2: 0.88011, 3: 0.57851, 4: 0.29502, 5: 0.12796, 10: 0.00115}
"""By width, at depth 10, inputs 1 and -1: 200,000 networks each (theory.md, section 3)."""
_PUBLISHED_NETWORKS = 200_000


def share_table(one: Mapping[int, Curve], two: Mapping[int, Curve], depth: int) -> Table:
    """Counted and expected at one depth."""
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


def bound_claims(one: Mapping[int, Curve], two: Mapping[int, Curve], depth: int) -> Iterator[Part]:
    """The exact chance of one input, and the bounds of two."""
    networks = next(iter(one.values()))[depth].networks
    furthest = max(
        abs(share.value - single_input(width, depth))
        / error_of(single_input(width, depth), networks)
        for width, curve in one.items()
        for share in [curve[depth]]
    )
    yield Claim(
        say("For one input the share is exactly 1 - (1 - 2^-N)^(L-1), at every width"),
        say("within {errors} standard errors", errors=f"{ERRORS:.0f}"),
        say("at most {errors}", errors=f"{furthest:.1f}"),
        furthest <= ERRORS,
    )
    beyond = max(_beyond(width, curve[depth], depth) for width, curve in two.items())
    yield Claim(
        say("For inputs of both signs it lies between the bounds of Lu et al., at every width"),
        say("at most {errors} standard errors beyond one", errors=f"{ERRORS:.0f}"),
        f"{max(beyond, 0.0):.1f}",
        beyond <= ERRORS,
    )
    if depth != 10:
        return
    for width, published in _PUBLISHED.items():
        share = two[width][depth]
        error = math.hypot(error_of(published, networks), error_of(published, _PUBLISHED_NETWORKS))
        yield Claim(
            say("Width {width}, depth 10: the share agrees with an independent count", width=width),
            f"{published:.4f} ± {ERRORS * error:.4f}",
            str(share),
            abs(share.value - published) <= ERRORS * error,
        )


def _beyond(width: int, share: Share, depth: int) -> float:
    """Standard errors that it lies outside its bounds: below 0 if inside."""
    upper, lower = single_input(width, depth), lower_bound(width, depth)
    above = (share.value - upper) / error_of(upper, share.networks)
    below = (lower - share.value) / error_of(lower, share.networks)
    return max(above, below)


def symmetry_claim(knobs: Knobs, bench: Bench) -> Claim:
    """Uniform weights instead of normal ones."""
    exact = single_input(knobs.width, knobs.depth)
    share = share_of(knobs.width, knobs.depth, knobs.networks, bench.seed, ONE_INPUT, "uniform")
    return Claim(
        say(
            "The law of the weights does not matter if it is symmetric: uniform, one input, width "
            "{width}",
            width=knobs.width,
        ),
        f"{exact:.4f} ± {ERRORS * error_of(exact, knobs.networks):.4f}",
        str(share),
        abs(share.value - exact) <= ERRORS * error_of(exact, knobs.networks),
    )


def safe_width_claim(knobs: Knobs, bench: Bench) -> Claim:
    """The width that theory calls safe."""
    chance = 0.01
    width = safe_width(knobs.depth, chance)
    share = share_of(width, knobs.depth, knobs.networks, bench.seed, TWO_INPUTS)
    allowed = chance + ERRORS * error_of(chance, knobs.networks)
    return Claim(
        say(
            "Width {width}, the first above log2((L-1) / 0.01), loses fewer than one in a hundred",
            width=width,
        ),
        say("below {share}", share=f"{allowed:.4f}"),
        str(share),
        share.value <= allowed,
    )
