"""The rule symmetric-weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, final

from torchvitals.record.look import Look, ParameterLook
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import longest_chain
from torchvitals.rules.evidence.code import initialise
from torchvitals.rules.evidence.course import course_of
from torchvitals.rules.evidence.places import first_sourced, named
from torchvitals.rules.evidence.tables import Product, product_of_tables
from torchvitals.words import say

_LAYERS = frozenset({"linear", "conv", "rnn"})
_DEEP = 2
"""A single layer of zeros learns as a straight line does; a layer behind it makes them a fault."""
_SHOWN = 4
"""Layers that the remedy writes a line for; the reader sees how the rest go."""


_SOLVED = Threshold(
    0.5, "of the loss at the start", "convention", "such a net has told its units apart in time"
)


@final
@dataclass(frozen=True)
class SymmetricWeights(Rule):
    """The units of a layer start equal, get equal gradients, and so stay equal.

    What it detects:
        A weight matrix whose rows (one per unit) are all the same, with a gradient whose rows are
        the same too, at every look: zero or constant initialisation of the whole net. Two tables of
        embeddings that are multiplied, both of zeros. Layers that start so and that only their
        biases tell apart, in a run that does not get half of the way; all layers of a net, where it
        learns nothing or its loss is no measure of that.

    Why it is bad:
        Equal units compute the same number and receive the same gradient, at this step and, by
        induction, at every later one. A layer of n units does the work of one.

    Evidence:
        The rows of each weight and of its gradient, compared to rounding.

    Threshold:
        Rows differ by less than 1e-4 of the largest entry: thousands of roundings of float32.

    Remedy:
        Initialise at random: leave PyTorch's default, or use Xavier or Kaiming.

    When it is not a fault:
        A layer of zeros whose gradient differs from row to row, as a zero last layer, LoRA's B and
        zero-initialised residual branches have: it moves apart at the first step. Dropout, too,
        breaks the tie.

    References:
        Goodfellow et al. 2016, Deep Learning, section 8.4: parameters must break the symmetry
        between units.
    """

    name: ClassVar[str] = "symmetric-weights"
    family: ClassVar[str] = "initialisation"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "dead-relu",
            "no-update",
            "not-learning",
            "rank-collapse",
            "restrictive-head",
            "saturated-activation",
            "vanishing-gradient",
            "exploding-gradient",
            "weight-scale",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        looks = [look for look in segment.looks if look.crash is None]
        if not looks:
            return
        layers = _layers(looks[0])
        equal = {name: layer for name, layer in layers.items() if _always_equal(looks, name)}
        if equal:
            yield _finding(segment, looks, equal)
            return
        product = product_of_tables(looks[0])
        if product is not None and _stays_zero(looks, product):
            yield _zero_product(segment, looks, product)
            return
        course = course_of(segment)
        born = {name: layer for name, layer in layers.items() if _born_equal(looks[0], name)}
        if course.short:
            return
        if born and not course.solved(_SOLVED.value) and not course.two_signed:
            finding = _born_equal_finding(segment, looks, born)
            yield replace(finding, severity=Severity.WARNING) if course.learning else finding
            return
        whole = _all_born_equal(looks[0], layers)
        if whole and (course.two_signed or not course.learning):
            finding = _born_equal_finding(segment, looks, whole)
            sure = course.stuck and not course.two_signed
            yield finding if sure else replace(finding, severity=Severity.WARNING)


def _born_equal(look: Look, name: str) -> bool:
    """Equal rows that only a bias tells apart; weights that are all zero have other uses."""
    parameter = next((p for p in look.parameters if p.name == name), None)
    return (
        parameter is not None
        and parameter.equal_rows is True
        and parameter.width > 1
        and parameter.gradient is not None
        and parameter.weight.rms > 0
    )


def _all_born_equal(look: Look, layers: dict[str, str]) -> dict[str, str]:
    """The weights of a net of two layers or more, one behind the other, where all are equal rows,
    zeros too: what tells units apart then is what biases happen to be. Else empty.
    """
    matrices = [p for p in look.parameters if p.name in layers and len(p.shape) > 1 and p.width > 1]
    seen = [
        p
        for p in matrices
        if p.equal_rows is True and p.gradient is not None and not p.gradient.nonfinite
    ]
    deep = len(longest_chain(look, repeated=True)) >= _DEEP
    return {p.name: layers[p.name] for p in seen} if deep and seen == matrices else {}


def _born_equal_finding(segment: Segment, looks: list[Look], equal: dict[str, str]) -> Finding:
    finding = _finding(segment, looks, equal)
    return replace(
        finding,
        because=say(
            "Each unit reads the same sum of its inputs, and only its bias tells it from the "
            "others: the layer begins as a function of one number."
        ),
        confidence=0.96,
    )


def _stays_zero(looks: list[Look], product: Product) -> bool:
    """Whether both factors are zero, and the gradient of each with them, at every look."""
    names = {table.name for table in product.tables}
    seen = [p for look in looks for p in look.parameters if p.name in names]
    return all(
        p.weight.rms == 0 and (p.gradient is None or p.gradient.rms == 0) for p in seen
    ) and any(p.gradient is not None for p in seen)


def _zero_product(segment: Segment, looks: list[Look], product: Product) -> Finding:
    one, other = product.layers
    return Finding(
        rule="symmetric-weights",
        severity=Severity.ERROR,
        headline=say("{one} and {other} start at zero and stay there", one=one, other=other),
        because=say(
            "The gradient of each is the error times the other, which is zero: neither can make "
            "the first move, and their product says nothing to the end."
        ),
        confidence=1.0,
        first_step=looks[0].step,
        last_step=looks[-1].step,
        where=named(one, other),
        source=first_sourced(segment, one),
        observed={"distinct_rows": 1, "rows": product.tables[0].shape[0], "weight_rms": 0.0},
        expected={"distinct_rows": product.tables[0].shape[0]},
        remedies=(
            Remedy(
                "random-initialisation",
                "judgement",
                say("Draw at least one of the two at random."),
                initialise(product.layers, "normal_", "std=0.1"),
            ),
        ),
        segment=segment.record.number,
    )


def _finding(segment: Segment, looks: list[Look], equal: dict[str, str]) -> Finding:
    """`equal` maps the name of each weight whose rows are the same to its layer."""
    name, layer = next(iter(equal.items()))
    first = next(p for look in looks for p in look.parameters if p.name == name)
    return Finding(
        rule="symmetric-weights",
        severity=Severity.ERROR,
        headline=say(
            "all {width} units of {layer} are the same unit", width=first.width, layer=layer
        ),
        because=say(
            "Rows that are equal get equal gradients, so no step of training can tell the "
            "units apart: the layer works as a single unit."
        ),
        confidence=1.0,
        first_step=looks[0].step,
        last_step=looks[-1].step,
        where=named(*equal.values()),
        source=first_sourced(segment, layer),
        observed={"distinct_rows": 1, "rows": first.width, "weight_rms": first.weight.rms},
        expected={"distinct_rows": first.width},
        remedies=(
            Remedy(
                "random-initialisation",
                "judgement",
                say("Draw the weights at random; biases may stay zero."),
                initialise(list(equal.values())[:_SHOWN], "xavier_uniform_"),
            ),
        ),
        segment=segment.record.number,
    )


def _layers(look: Look) -> dict[str, str]:
    """Weight name -> layer, for the layers of units."""
    found: dict[str, str] = {}
    for operation in look.operations:
        if operation.kind in _LAYERS:
            found.update((name, operation.layer) for name in operation.parameters)
    return found


def _always_equal(looks: list[Look], name: str) -> bool:
    all_looks = (p for look in looks for p in look.parameters if p.name == name)
    history = [p for p in all_looks if p.equal_rows is not None]
    return any(p.gradient is not None for p in history) and all(_equal(p) for p in history)


def _equal(parameter: ParameterLook) -> bool:
    return (
        parameter.equal_rows is True
        and parameter.width > 1
        and parameter.gradient is not None
        and parameter.gradient.nonfinite == 0
        and parameter.equal_gradient_rows is not False
    )
