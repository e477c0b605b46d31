"""The variance of a signal through many layers, and of the gradient on its way back."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch

from torchvitals.lab.experiment import Bench, Claim, Drawing, Part, Table
from torchvitals.lab.experiments.numerical_stability import figures
from torchvitals.lab.experiments.numerical_stability.knobs import ALL, LIMIT, Knobs
from torchvitals.lab.variance import ACTIVATIONS, Course, Theory, measured, predicted, starts
from torchvitals.words import say

_TEN = math.log(10)
_KEPT = 1000.0
"""A variance within this factor, either way, is kept: float16 holds far more."""


def glorot(generator: torch.Generator) -> Iterator[Part]:
    """A layer that is wider on one side."""
    wide, narrow, batch = 400, 100, 1000
    weight = torch.empty(narrow, wide, dtype=torch.float64)
    torch.nn.init.xavier_normal_(weight, generator=generator)
    x = torch.randn(batch, wide, generator=generator, dtype=torch.float64)
    down = torch.randn(batch, narrow, generator=generator, dtype=torch.float64)
    ways = {
        say("forward, n_in var(w)"): (2 * wide / (wide + narrow), x @ weight.T, narrow),
        say("backward, n_out var(w)"): (2 * narrow / (wide + narrow), down @ weight, wide),
    }
    for way, (expected, output, units) in ways.items():
        # relative deviation of a mean over the batch and over the weights
        share = LIMIT * math.sqrt(2 / (wide * narrow) + 2 / (batch * min(units, narrow)))
        seen = float(output.square().mean())
        yield Claim(
            say(
                "Xavier's var(w) = 2 / (n_in + n_out) can't serve both ways where {n_in} units "
                "meet {n_out}: {way}",
                n_in=wide,
                n_out=narrow,
                way=way,
            ),
            f"{expected:.3f} ± {share * expected:.3f}",
            f"{seen:.3f}",
            abs(seen / expected - 1) < share,
        )


_Found = dict[str, dict[str, tuple[Course, Theory]]]
"""By activation and initialisation: a net, and what theory says of it."""


def through_depth(knobs: Knobs, generator: torch.Generator, bench: Bench) -> Iterator[Part]:
    """Deep nets by activation and initialisation, beside theory."""
    names = list(ACTIVATIONS) if knobs.activation == ALL else [knobs.activation]
    begun = starts(knobs.std)
    width, depth = knobs.width, knobs.depth
    cases = [(activation, start) for activation in names for start in begun]
    found: _Found = {name: {} for name in names}
    for activation, start in bench.track(cases, say("deep nets")):
        theory = predicted(begun[start].gain(width), activation, width, depth)
        net = measured(begun[start], activation, width, depth, generator)
        found[activation][start] = (net, theory)
    yield from _variance_tables(found, depth)
    distances = [theory.distances(net) for nets in found.values() for net, theory in nets.values()]
    for way, where in enumerate((say("forward"), say("backward"))):
        worst = max(distance[way] for distance in distances)
        yield Claim(
            say(
                "In all {count} nets the variance follows theory {where}",
                count=len(cases),
                where=where,
            ),
            say("within {limit} deviations of a net this wide", limit=f"{LIMIT:g}"),
            say("the farthest: {worst}", worst=f"{worst:.2f}"),
            worst < LIMIT,
        )
    if "relu" in found:
        yield from _kept(found["relu"])
    pairs = {name: list(nets.items()) for name, nets in found.items()}
    data = {
        "measured": {name: {k: p[0]._asdict() for k, p in nets} for name, nets in pairs.items()},
        "theory": {
            name: {k: p[1].course._asdict() for k, p in nets} for name, nets in pairs.items()
        },
    }
    caption = say("Variance on its way forward, and of the gradient on its way back")
    draw = figures.variances(data)
    yield Drawing("variance", caption, data, draw, size=(2.2 + 2.4 * len(names), 5.2))


def _variance_tables(found: _Found, depth: int) -> Iterator[Part]:
    titles = (
        say("log10 of the variance after {depth} layers: measured (theory)", depth=depth),
        say("log10 of the gradient's variance at the first layer: measured (theory)"),
    )
    for way, title in enumerate(titles):
        rows: list[list[str]] = []
        for start in next(iter(found.values())):
            row = [start]
            for nets in found.values():
                net, theory = nets[start]
                seen, expected = net.ends[way] / _TEN, theory.course.ends[way] / _TEN
                row.append(f"{seen:+.1f} ({expected:+.1f})")
            rows.append(row)
        yield Table(title, [say("initialisation"), *found], rows)


def _kept(nets: dict[str, tuple[Course, Theory]]) -> Iterator[Part]:
    limit = math.log(_KEPT)
    # A net whose prediction lies too near the limit says nothing.
    if any(theory.is_near(limit) for _, theory in nets.values()):
        return

    def keeping(courses: dict[str, Course]) -> str:
        kept = [name for name, course in courses.items() if max(map(abs, course.ends)) < limit]
        return ", ".join(kept) or "-"

    expected = keeping({name: theory.course for name, (_, theory) in nets.items()})
    observed = keeping({name: net for name, (net, _) in nets.items()})
    factor = f"{_KEPT:g}"
    yield Claim(
        say("With ReLU, these keep the variance both ways within a factor of {f}", f=factor),
        expected,
        observed,
        expected == observed,
    )
