"""Products of random matrices: how fast they grow, and where each precision ends."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch

from torchvitals.lab.experiment import Bench, Claim, Drawing, Part, Remark, Table
from torchvitals.lab.experiments.numerical_stability import figures
from torchvitals.lab.experiments.numerical_stability.knobs import LIMIT, Knobs
from torchvitals.lab.matrix_products import DTYPES, growth, multiply, overflow_step, typical
from torchvitals.theory.rounding import largest
from torchvitals.words import say

_TEN = math.log(10)


def exponent(knobs: Knobs, generator: torch.Generator) -> Iterator[Part]:
    """Growth by a factor, beside its exact value."""
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
        say("{value} ± {error} nats", value=f"{exact.mean:.5f}", error=f"{LIMIT * error:.5f}"),
        say("{value} nats", value=f"{rate:.5f}"),
        abs(rate - exact.mean) < LIMIT * error,
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


def overflow(knobs: Knobs, generator: torch.Generator, bench: Bench) -> Iterator[Part]:
    """The factor at which each precision overflows."""
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
        allowed = max(0.02 * step, 1.5) + LIMIT * deviation / math.sqrt(knobs.runs)
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
