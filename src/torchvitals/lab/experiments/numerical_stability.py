"""Numbers that get too large or too small: the sigmoid's slope, long products, variance through
depth, and the chain rule in the open.

Its parts are those of Zhang et al., Dive into Deep Learning, section 5.4, made quantitative.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from torchvitals.lab import numerical_figures as figures
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
from torchvitals.lab.matrix_products import DTYPES, growth, multiply, overflow_step, typical
from torchvitals.lab.neuron_chain import chain, ends, measured_ends, trained
from torchvitals.lab.variance import ACTIVATIONS, Course, Theory, measured, predicted, starts
from torchvitals.theory.rounding import largest
from torchvitals.words import say

_LIMIT = 4.0
"""Standard errors that a claim allows: chance exceeds them once in 16,000."""
_TEN = math.log(10)
_ALL = "all"
_KEPT = 1000.0
"""A variance within this factor, either way, is kept: float16 holds far more."""


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    size: int = knob(4, "Rows of each random matrix in the products.", least=2)
    runs: int = knob(1000, "Products in each precision.", quick=200, least=2)
    products: int = knob(10_000, "Factors of the longest product.", least=100)
    width: int = knob(256, "Units of a layer of the deep nets.", quick=128, least=2)
    depth: int = knob(40, "Layers of the deep nets.", quick=24, least=2)
    activation: str = knob(_ALL, "Of the deep nets: linear, relu, tanh, sigmoid, or all.")
    std: float = knob(0.01, "Standard deviation of the small initialisation.", least=1e-6)


class NumericalStability:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("Numerical stability: what overflows, what underflows, and what is kept"),
            question=say(
                "A deep net multiplies many matrices and slopes. How fast do its numbers grow or "
                "shrink, when does each precision end, and which initialisation keeps them?"
            ),
            prediction=say(
                "A product of random matrices grows by its Lyapunov exponent, which is known "
                "exactly; a net's variance follows the mean-field recursion; what vanishes becomes "
                "0, what explodes becomes inf and then NaN."
            ),
            decision=say(
                "Exact quantities agree to rounding; random ones within 4 standard errors or "
                "deviations of theory, the step of overflow within 2 % (or 1.5 steps) beside that."
            ),
            budget=say("Under a minute on one core; float64 where nothing else is said."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        if parameters.activation not in (*ACTIVATIONS, _ALL):
            known = ", ".join(ACTIVATIONS)
            raise ValueError(f"Expected activation {known} or all but got {parameters.activation}.")
        generator = torch.Generator().manual_seed(bench.seed)
        yield from _sigmoid()
        yield from _exponent(parameters, generator)
        yield from _overflow(parameters, generator, bench)
        yield from _glorot(generator)
        yield from _through_depth(parameters, generator, bench)
        yield from _chains()
        yield from _ends()
        yield from _after()


def _sigmoid() -> Iterator[Part]:
    x = (torch.arange(-100, 100, dtype=torch.float64) / 10).requires_grad_()
    with torch.enable_grad():
        y = torch.sigmoid(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    outside = slope[x.detach().abs() >= 5].max()
    yield Claim(
        say("The derivative of the sigmoid is at most 1/4, at 0"),
        say("{value} at x = {x}", value="0.250000", x="0.0"),
        say(
            "{value} at x = {x}", value=f"{slope.max():.6f}", x=f"{x.detach()[slope.argmax()]:.1f}"
        ),
        abs(float(slope.max()) - 0.25) < 1e-12,
    )
    yield Claim(
        say("Outside (-5, 5) it is below 0.0067"),
        "σ(5) σ(-5) = 0.006648",
        f"{outside:.6f}",
        abs(float(outside) - 0.00664806) < 1e-8,
    )
    lines: dict[str, Tensor] = {"x": x.detach(), "sigmoid": y.detach(), "derivative": slope}
    data = {name: line.tolist() for name, line in lines.items()}
    caption = say(
        "The sigmoid is flat outside [-5, 5]: hardly anything passes back through it there"
    )
    yield Drawing("sigmoid", caption, data, figures.sigmoid(data))


def _exponent(knobs: Knobs, generator: torch.Generator) -> Iterator[Part]:
    factors = 101
    column, entry = typical(generator, knobs.size, knobs.runs, factors - 1)
    exact = growth(knobs.size)
    error = math.sqrt(exact.variance / factors / knobs.runs)
    rate = float(column.mean()) / factors
    yield Claim(
        say(
            "The norm of a product of {size} x {size} normal matrices grows by the Lyapunov "
            "exponent (ln 2 + ψ({size}/2)) / 2 a factor",
            size=knobs.size,
        ),
        say("{value} ± {error} nats", value=f"{exact.mean:.5f}", error=f"{_LIMIT * error:.5f}"),
        say("{value} nats", value=f"{rate:.5f}"),
        abs(rate - exact.mean) < _LIMIT * error,
    )
    spread = math.sqrt(exact.variance * factors) / _TEN
    observed = float(entry.mean()) / _TEN
    if knobs.size == 4:
        yield Claim(
            say("A matrix times 100 more has entries near 1e25, as the text says"),
            say("10^(25 ± {spread}): one deviation of a product", spread=f"{spread:.2f}"),
            say(
                "10^({mean} ± {spread}), the largest entry",
                mean=f"{observed:.2f}",
                spread=f"{float(entry.std()) / _TEN:.2f}",
            ),
            abs(observed - 25) < spread,
        )
    yield Remark(
        say(
            "Scaled by 1/√{size}, such matrices keep the mean square of a vector, but the typical "
            "norm changes by {rate} nats a factor (exactly {exact}): rare giants make the mean.",
            size=knobs.size,
            rate=f"{rate - math.log(knobs.size) / 2:.5f}",
            exact=f"{exact.mean - math.log(knobs.size) / 2:.5f}",
        )
    )


def _overflow(knobs: Knobs, generator: torch.Generator, bench: Bench) -> Iterator[Part]:
    rows: list[Sequence[str]] = []
    lines: dict[str, list[float]] = {}
    agreed = True
    for dtype in DTYPES:
        steps = bench.track(range(1, knobs.products + 1), say("products in {dtype}", dtype=dtype))
        course = multiply(generator, knobs.size, knobs.runs, dtype, steps)
        lines[dtype] = course.largest
        found = torch.tensor([step for step in course.overflowed if step is not None])
        step, deviation = overflow_step(knobs.size, dtype)
        if len(found) < knobs.runs:
            rows.append((dtype, f"{step:.1f} ± {deviation:.1f}", say("finite in some product")))
            agreed = agreed and step + 2 * deviation > knobs.products
            continue
        mean, spread = float(found.double().mean()), float(found.double().std())
        rows.append((dtype, f"{step:.1f} ± {deviation:.1f}", f"{mean:.1f} ± {spread:.1f}"))
        allowed = max(0.02 * step, 1.5) + _LIMIT * deviation / math.sqrt(knobs.runs)
        agreed = agreed and abs(mean - step) < allowed
    yield Table(
        say(
            "Factors until an entry overflows: mean ± deviation of {runs} products", runs=knobs.runs
        ),
        [say("precision"), say("theory"), say("measured")],
        rows,
    )
    yield Claim(
        say("Each precision ends where ln(its largest number) / exponent says"),
        say("within 2 % or 1.5 factors, and 4 standard errors"),
        "; ".join(f"{name} {seen}" for name, _, seen in rows),
        agreed,
    )
    yield from _longest(knobs, generator)
    exact = growth(knobs.size)
    data = {
        "largest": lines,
        "limit": {name: math.log10(largest(name) or math.inf) for name in DTYPES},
        "decades": exact.mean / _TEN,
        "decades_deviation": math.sqrt(exact.variance) / _TEN,
    }
    caption = say("One product in each precision: the same straight road, four ends")
    yield Drawing("products", caption, data, figures.products(data))


def _longest(knobs: Knobs, generator: torch.Generator) -> Iterator[Part]:
    step, deviation = overflow_step(knobs.size, "float64")
    if knobs.products < step + 10 * deviation:
        return
    product = torch.eye(knobs.size, dtype=torch.float64)
    for _ in range(knobs.products):
        factor = torch.randn(knobs.size, knobs.size, generator=generator, dtype=torch.float64)
        product = factor @ product
    finite = int(torch.isfinite(product).sum())
    yield Claim(
        say("Of {count} factors no entry is left, even in float64", count=knobs.products),
        say("{count} finite entries", count=0),
        say("{count} finite entries", count=finite)
        + f" (NaN: {int(torch.isnan(product).sum())} / {product.numel()})",
        finite == 0,
    )


def _glorot(generator: torch.Generator) -> Iterator[Part]:
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
        share = _LIMIT * math.sqrt(2 / (wide * narrow) + 2 / (batch * min(units, narrow)))
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


def _through_depth(knobs: Knobs, generator: torch.Generator, bench: Bench) -> Iterator[Part]:
    names = list(ACTIVATIONS) if knobs.activation == _ALL else [knobs.activation]
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
            say("within {limit} deviations of a net this wide", limit=f"{_LIMIT:g}"),
            say("the farthest: {worst}", worst=f"{worst:.2f}"),
            worst < _LIMIT,
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


def _chains() -> Iterator[Part]:
    small, large = chain(4, 0.5, 0.5, torch.sigmoid), chain(4, 2.0, 2.0, torch.sigmoid)
    yield Claim(
        say("Four neurons in a row, sigmoid, x = w = 1/2: the first gradient is below out / 2^7"),
        f"< {small.out / 2**7:.3e}",
        f"{small.gradients[0]:.3e}",
        small.gradients[0] < small.out / 2**7,
    )
    bare = chain(4, 2.0, 2.0)
    yield Claim(
        say("x = w = 2 and no activation: the weights alone make it 2^3 times x"),
        "2 · 2^3 = 16",
        f"{bare.gradients[0]:g}",
        bare.gradients[0] == 16,
    )
    yield Claim(
        say("But with the sigmoid large weights saturate it, and it vanishes all the same"),
        say("below the bound 16 / 4^4 = 0.0625"),
        f"{large.gradients[0]:.3e}",
        large.gradients[0] < 16 / 4**4,
    )


def _ends() -> Iterator[Part]:
    yield Remark(
        say(
            "The text says that vanishing gradients show as NaN. They do not: what is too small is "
            "rounded to 0, quietly. What is too large becomes inf, and NaN is what inf - inf or "
            "0 · inf makes of it. In a chain without activation the first gradient is 2^-depth or "
            "2^depth, so that the depth at which it ends is known exactly."
        )
    )
    expected = {name: ends(name) for name in DTYPES}
    found = {name: measured_ends(dtype) for name, dtype in DTYPES.items()}
    yield Claim(
        say("Depth from which the first gradient is 0 (w = 1/2), and inf (w = 2)"),
        "; ".join(f"{name} {zero}, {infinite}" for name, (zero, infinite) in expected.items()),
        "; ".join(f"{name} {zero}, {infinite}" for name, (zero, infinite) in found.items()),
        found == expected,
    )
    data = {"ends": {name: list(pair) for name, pair in found.items()}}
    caption = say("Where the first gradient of a chain ends: 0 below, inf above, in each precision")
    yield Drawing("ends", caption, data, figures.ends(data))


def _after() -> Iterator[Part]:
    depth = 200
    vanished, exploded = trained(depth, 0.5, 4), trained(depth, 2.0, 4)
    rows = [
        (
            str(k),
            f"{abs(low.gradient):g}",
            f"{low.weight:g}",
            f"{high.gradient:g}",
            f"{high.weight:g}",
        )
        for k, (low, high) in enumerate(zip(vanished, exploded, strict=True), 1)
    ]
    yield Table(
        say("Training a chain of {depth} neurons in float32: the first layer", depth=depth),
        [
            say("step"),
            say("gradient, w = 1/2"),
            say("weight, w = 1/2"),
            say("gradient, w = 2"),
            say("weight, w = 2"),
        ],
        rows,
    )
    yield Claim(
        say("What vanished stays 0 and never becomes NaN: the weight does not move"),
        say("gradient {gradient}, weight {weight} after each step", gradient=0, weight=0.5),
        say(
            "gradient {gradient}, weight {weight} after each step",
            gradient=f"{abs(max((s.gradient for s in vanished), key=abs)):g}",
            weight=f"{vanished[-1].weight:g}",
        ),
        all(s.gradient == 0 and s.weight == 0.5 and math.isfinite(s.loss) for s in vanished),
    )
    steps = [math.isinf(s.gradient) for s in exploded], [math.isnan(s.weight) for s in exploded]
    first = [row.index(True) + 1 if True in row else None for row in steps]
    yield Claim(
        say("What exploded is inf at once, and NaN one step later"),
        say("inf at step {inf}, NaN at step {nan}", inf=1, nan=2),
        say("inf at step {inf}, NaN at step {nan}", inf=first[0], nan=first[1]),
        first == [1, 2],
    )


EXPERIMENT = NumericalStability()
