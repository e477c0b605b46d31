"""The rule weight-scale."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import (
    NORMS,
    WEIGHTED,
    Link,
    feeding,
    longest_chain,
    operation_at,
)
from torchvitals.rules.evidence.code import initialise
from torchvitals.rules.evidence.course import Course, course_of
from torchvitals.rules.evidence.places import first_sourced, named
from torchvitals.rules.evidence.recurrence import (
    FLOODED,
    Flood,
    Recurrence,
    flood,
    recurrences,
)
from torchvitals.rules.evidence.scale import (
    DEFAULT_GAIN,
    EXCESS,
    Growth,
    faint_layers,
    is_squeezed,
    largest_growth,
    shrinks,
    swells,
)
from torchvitals.rules.evidence.tables import Product, product_of_tables
from torchvitals.words import say

_BLAMED = 1.5
"""Layers that make the signal this much too large are named; chance stays well below it."""
_SHOWN = 4
"""Layers that the remedy writes a line for; the reader sees how the rest go."""


_SANE_SPREAD = Threshold(
    0.1, "of the targets' standard deviation", "convention", "its square costs 1 % of chance"
)
_FAR_FROM_CHANCE = Threshold(
    3.0,
    "times the loss of a constant prediction",
    "theorem",
    "scores of standard deviation s cost about ln C + s^2 / 2; a sane start lies near ln C",
)

_LEARNED = Threshold(
    0.25,
    "of the loss of a constant prediction",
    "convention",
    "a net that explains three quarters of what a constant leaves has taken the noise away",
)

_NARROW = Threshold(
    0.131,
    "mean squared slope, relative to the largest",
    "theorem",
    "E[tanh'(s z)^2] at a standard deviation s = 4 of the input, or a sigmoid's at 8: 63 % "
    "of values beyond 0.96",
)
_TOO_WIDE = Threshold(
    math.e,
    "times what the activation makes up for, in one layer",
    "published",
    "Schoenholz et al. 2017: two decay lengths of the squared norm are one of the norm",
)
_LITTLE = Threshold(
    0.75,
    "of the loss of a constant prediction",
    "convention",
    "a net that explains less than a quarter of what a constant leaves has learned little",
)
_LARGEST_SLOPE = {"sigmoid": 0.25, "tanh": 1.0}


@final
@dataclass(frozen=True)
class WeightScale(Rule):
    """The initial weights are so large or small that the signal leaves its range, layer by layer.

    What it detects:
        Layers whose gain (RMS weight times the square root of the fan-in) exceeds, multiplied over
        the net, what their activations make up for, in a run that blows up or does not learn; or
        over the steps of a recurrent layer, in a run that does not get half of the way. Or gains so
        far below PyTorch's default that nothing of the input arrives. Or embeddings whose products
        start far outside what they should predict, or a last layer whose scores do (an embedding
        that is shared with it), in a run that ends no better than a constant prediction. Or
        embeddings that shut the gates of a recurrent layer. Or one layer whose weights alone drive
        a hidden sigmoid or tanh to the ends of its range, in a run that ends little better than a
        constant prediction.

    Why it is bad:
        Outputs, loss and gradients start orders of magnitude too large; sigmoids and tanhs
        saturate, the first steps throw the weights about, and sums overflow. Where a normalisation
        at the end hides the size, the steps are that much too short for the weights.

    Evidence:
        The weights at the first look and the fan-in of each layer on the longest path; the course
        of the loss. Weights whose mean exceeds their standard deviation add up what their inputs
        have in common: the gain on that is their mean times the fan-in.

    Threshold:
        The product over the layers, or over the calls of a recurrent one, of gain over critical
        gain exceeds exp(3); or that of gain over PyTorch's default, 1/sqrt(3), lies below exp(-3),
        with the loss at chance to the end. Products of embeddings: a variance above three times
        that of the targets, or of scores of 1. Scores of one layer that reads a normalised signal:
        half of their variance above twice what a constant costs. What enters a gate: a standard
        deviation above 20. One layer before a sigmoid or tanh: a gain above e times the critical
        one, and a mean squared slope below 0.131 of the largest at every look. Growth that does not
        show in the first loss must be seen in the signal, and is forgiven where the loss fell to a
        quarter.

    Remedy:
        Xavier or Kaiming initialisation, or PyTorch's default.

    When it is not a fault:
        A signal that is seen to shrink on its way, whatever the weights say, as where a mean over
        neighbours stands between the layers; layers followed by normalisation, to which the scale
        of the weights before it means nothing; large weights in a net that learns; small ones under
        three sigmoids or more, which lose the signal by themselves.

    References:
        He et al. 2015, section 2.2; Glorot and Bengio 2010, section 4.2.
    """

    name: ClassVar[str] = "weight-scale"
    family: ClassVar[str] = "initialisation"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "dead-relu",
            "exploding-gradient",
            "learning-rate-too-high",
            "learning-rate-too-low",
            "no-update",
            "nonfinite-values",
            "not-learning",
            "rank-collapse",
            "saturated-activation",
            "vanishing-gradient",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        look = next((look for look in segment.looks if look.step == 0 and look.crash is None), None)
        if look is None:
            return
        if course.stuck and course.chance is not None:
            faint = faint_layers(look)
            small = math.prod(shares for _, shares in faint) < 1 / EXCESS.value
            if small and not is_squeezed(look, faint):
                yield _too_small(segment, faint)
                return
        severity = _severity(course, look)
        if severity is None:
            found = (
                [*_recurrent(segment, look, Severity.WARNING)] if course.far_from_learned else []
            )
            found = found or [*_hidden(segment, course, look)]
            yield from found or _shut(segment, course, look)
            return
        product = product_of_tables(look)
        if product is not None and severity is Severity.ERROR and course.chance is not None:
            usual = 1.0 if _classifies(look) else math.sqrt(course.chance)
            if product.std**2 > _FAR_FROM_CHANCE.value * usual**2:
                yield _tables_too_large(segment, product, usual)
                return
        growths = largest_growth(look, longest_chain(look, repeated=True))
        if math.prod(g.excess for g in growths) > EXCESS.value and not shrinks(look):
            yield _finding(segment, growths, severity)
            return
        scores = _scores(look, course) if severity is Severity.ERROR else None
        if scores is not None:
            yield _scores_too_large(segment, course, scores)
            return
        found = [*_recurrent(segment, look, severity)]
        yield from found or _shut(segment, course, look)


def _shut(segment: Segment, course: Course, look: Look) -> Iterator[Finding]:
    """A layer whose weights alone drive its units to the ends of their range, where they stay, in a
    run that ends little better than a constant; one that was trained before begins better.
    """
    if course.short or course.adversarial or course.chance is None:
        return
    if course.end < _LITTLE.value * course.chance:
        return
    severity = Severity.WARNING if course.learning else Severity.ERROR
    for growth in largest_growth(look, longest_chain(look, repeated=True)):
        if growth.excess <= _TOO_WIDE.value or growth.shared:
            continue
        unit = _bounded(look, growth.link)
        slopes = [] if unit is None else _relative_slopes(segment, unit)
        if slopes and max(slopes) < _NARROW.value:
            yield _shut_finding(segment, growth, slopes[0], severity)
            return


def _bounded(look: Look, link: Link) -> Operation | None:
    """The sigmoid or tanh between a layer and another layer; a bias may be added by hand."""
    sums = {o.index for o in look.operations if o.inputs == (link.operation.index,)}
    read = {k for o in look.operations if o.kind in WEIGHTED for k in o.inputs}
    return next(
        (
            o
            for o in look.operations
            if o.kind in _LARGEST_SLOPE
            and o.index in read
            and o.inputs[:1]
            and (o.inputs[0] == link.operation.index or o.inputs[0] in sums)
        ),
        None,
    )


def _relative_slopes(segment: Segment, unit: Operation) -> list[float]:
    return [
        o.slope / _LARGEST_SLOPE[o.kind] ** 2
        for _, o in segment.operations()
        if o.name == unit.name and o.slope is not None
    ]


def _shut_finding(segment: Segment, growth: Growth, slope: float, severity: Severity) -> Finding:
    link = growth.link
    name, std = link.weight.name, link.weight.weight.rms
    return Finding(
        rule="weight-scale",
        severity=severity,
        headline=say("the initial weights {name} are too large for their activation", name=name),
        because=say(
            "{name} has an RMS of {std:.3g} over {fan_in} inputs, a gain of {gain:.3g}: "
            "{excess:.3g} times what the activation makes up for. From the first step to the last "
            "most units are at the ends of their range, where they are flat.",
            name=name,
            std=std,
            fan_in=link.fan_in,
            gain=growth.gain,
            excess=growth.excess,
        ),
        confidence=0.9,
        first_step=0,
        last_step=segment.looks[-1].step,
        where=named(link.operation.layer),
        source=first_sourced(segment, link.operation.layer),
        observed={"weight_rms": std, "gain": growth.gain, "relative_squared_slope": slope},
        expected={
            "weight_rms": std / growth.gain,
            "gain_at_most": growth.gain / growth.excess,
            "relative_squared_slope_at_least": _NARROW.value,
        },
        remedies=(
            Remedy(
                "xavier-initialisation",
                "judgement",
                say("Let the fan-in set the scale."),
                f"nn.init.xavier_normal_(model.{name})",
            ),
        ),
        segment=segment.record.number,
    )


def _hidden(segment: Segment, course: Course, look: Look) -> Iterator[Finding]:
    """Growth that a normalisation at the end, or a loss of unknown floor, keeps from the loss: the
    steps are then that much too short for the weights.
    """
    sane = course.chance is None or course.first <= _FAR_FROM_CHANCE.value * course.chance
    if course.short or course.adversarial or course.two_signed or not sane:
        return
    growths = largest_growth(look, longest_chain(look, repeated=True))
    grown = math.prod(g.excess for g in growths) > EXCESS.value and swells(look)
    if grown and not course.solved(_LEARNED.value):
        yield _finding(segment, growths, Severity.WARNING)


def _scores(look: Look, course: Course) -> Link | None:
    """The last layer, where it alone makes scores of a normalised signal that cost far more than
    those of a constant would.
    """
    if course.chance is None or not _classifies(look) or len(look.losses) != 1:
        return None
    head = operation_at(look, look.losses[0].head)
    if head is None or head.kind != "linear":
        return None
    weight = next((p for p in look.parameters if p.name in head.parameters[:1]), None)
    normalised = any(o.kind in NORMS for o in feeding(look, head))
    if weight is None or not normalised:
        return None
    link = Link(head, weight)
    costly = link.gain**2 / 2 > (_FAR_FROM_CHANCE.value - 1) * course.chance
    return link if costly else None


def _too_small(segment: Segment, faint: list[tuple[Link, float]]) -> Finding:
    total = math.prod(share for _, share in faint)
    link, share = min(faint, key=lambda pair: pair[1])
    std = link.weight.weight.rms
    small = [k.operation.layer for k, s in faint if s < 1 / _BLAMED]
    return Finding(
        rule="weight-scale",
        severity=Severity.ERROR,
        headline=say(
            "the initial weights are too small: {layers} layers pass on {total:.1e} of the "
            "signal that PyTorch's default would",
            layers=len(faint),
            total=total,
        ),
        because=say(
            "{name} has weights of RMS {std:.3g} over {fan_in} inputs, a gain of {gain:.3g}, "
            "where the default is {usual:.3g}. Signal and gradient shrink by that at every layer: "
            "the output hardly depends on the input.",
            name=link.operation.name,
            std=std,
            fan_in=link.fan_in,
            gain=link.gain,
            usual=DEFAULT_GAIN.value,
        ),
        confidence=0.95,
        first_step=0,
        last_step=segment.looks[-1].step,
        where=named(*small),
        source=first_sourced(segment, link.operation.layer),
        observed={"weight_rms": std, "gain": link.gain, "signal_kept": total},
        expected={"weight_rms": std / share, "signal_kept_at_least": 1 / EXCESS.value},
        remedies=(_remedy(small[:_SHOWN]),),
        segment=segment.record.number,
    )


def _tables_too_large(segment: Segment, product: Product, usual: float) -> Finding:
    sane = math.sqrt(_SANE_SPREAD.value * usual / math.sqrt(product.entries))
    return Finding(
        rule="weight-scale",
        severity=Severity.ERROR,
        headline=say(
            "the initial embeddings are too large: their products spread by {std:.2g}, not "
            "{usual:.2g}",
            std=product.std,
            usual=usual,
        ),
        because=say(
            "The product of two vectors of {entries} entries, of RMS {first:.3g} and {second:.3g}, "
            "has a standard deviation of {std:.3g}; what it stands for has one near {usual:.3g}. "
            "The run is spent on taking that noise away, and ends no better than a constant "
            "prediction.",
            entries=product.entries,
            first=product.tables[0].weight.rms,
            second=product.tables[1].weight.rms,
            std=product.std,
            usual=usual,
        ),
        confidence=0.95,
        first_step=0,
        last_step=segment.looks[-1].step,
        where=named(*product.layers),
        source=first_sourced(segment, product.layers[0]),
        observed={"product_std": product.std},
        expected={"product_std": usual},
        remedies=(
            Remedy(
                "small-embeddings",
                "judgement",
                say("Draw the tables so small that the first predictions hardly differ."),
                initialise(product.layers, "normal_", f"std={sane:.2g}"),
            ),
        ),
        segment=segment.record.number,
    )


def _severity(course: Course, look: Look) -> Severity | None:
    """None where no harm shows: a net that has learned in spite of it has only begun worse."""
    if course.blown_up or course.stuck:
        return Severity.ERROR
    if course.chance is None or course.first <= _FAR_FROM_CHANCE.value * course.chance:
        return None
    if course.end > course.chance and not course.short:  # worse than a constant, to the end
        return Severity.ERROR
    learned = course.end < _LEARNED.value * course.chance
    return Severity.WARNING if _classifies(look) and not learned else None


def _scores_too_large(segment: Segment, course: Course, link: Link) -> Finding:
    sane = math.sqrt(_SANE_SPREAD.value / link.fan_in)
    std, layer = link.weight.weight.rms, link.operation.layer
    return Finding(
        rule="weight-scale",
        severity=Severity.ERROR,
        headline=say(
            "the initial weights of {layer} are too large: the scores spread by {std:.2g}",
            layer=layer,
            std=link.gain,
        ),
        because=say(
            "It reads a normalised signal with weights of RMS {std:.3g} over {fan_in} inputs. "
            "Scores that spread by s cost about s^2/2 more than a constant would: the loss starts "
            "at {first:.3g} instead of {chance:.3g}, and the run is spent on taking that back.",
            std=std,
            fan_in=link.fan_in,
            first=course.first,
            chance=course.chance,
        ),
        confidence=0.95,
        first_step=0,
        last_step=segment.looks[-1].step,
        where=named(layer),
        source=first_sourced(segment, layer),
        observed={"weight_rms": std, "score_std": link.gain, "first_loss": course.first},
        expected={"weight_rms": sane, "score_std_at_most": 1.0, "first_loss": course.chance},
        remedies=(
            Remedy(
                "small-scores",
                "judgement",
                say("Draw the weights so small that the first scores hardly differ."),
                initialise([layer], "normal_", f"std={sane:.2g}"),
            ),
        ),
        segment=segment.record.number,
    )


def _classifies(look: Look) -> bool:
    return any("cross_entropy" in loss.function for loss in look.losses)


def _finding(segment: Segment, growths: list[Growth], severity: Severity) -> Finding:
    total = math.prod(g.excess for g in growths)
    worst = max(growths, key=lambda g: g.excess)
    link, layer = worst.link, worst.link.operation.layer
    large = [g.link.operation.layer for g in growths if g.excess > _BLAMED]
    weight = link.weight.weight
    weights, sane = {"weight_rms": weight.rms}, {"weight_rms": weight.rms / worst.excess}
    if worst.shared:
        weights, sane = {"weight_mean": weight.mean}, {"weight_mean": 0.0}
    return Finding(
        rule="weight-scale",
        severity=severity,
        headline=say(
            "the initial weights are too large: over {chain_count} layers the signal grows "
            "about {total:.1e} times",
            chain_count=len(growths),
            total=total,
        ),
        because=_because(worst),
        confidence=0.95,
        first_step=0,
        last_step=segment.looks[-1].step,
        where=named(*large),
        source=first_sourced(segment, layer),
        observed={**weights, "gain": worst.gain, "growth_over_the_net": total},
        expected={**sane, "growth_over_the_net_at_most": EXCESS.value},
        remedies=(_remedy(large[:_SHOWN]),),
        segment=segment.record.number,
    )


def _because(worst: Growth) -> str:
    link, weight = worst.link, worst.link.weight.weight
    if worst.shared:
        return say(
            "{name} has weights of mean {mean:.3g}, not 0, over {fan_in} inputs: what these have "
            "in common adds up instead of averaging out, a gain of {gain:.3g}, and is all that the "
            "next layers see.",
            name=link.operation.name,
            mean=weight.mean,
            fan_in=link.fan_in,
            gain=worst.gain,
        )
    return say(
        "{name} has weights of RMS {std:.3g} over {fan_in} inputs, a gain of "
        "{gain:.3g}; the signal leaves it {excess:.3g} times too large, and the next "
        "layers multiply that.",
        name=link.operation.name,
        std=weight.rms,
        fan_in=link.fan_in,
        gain=worst.gain,
        excess=worst.excess,
    )


def _recurrent(segment: Segment, look: Look, severity: Severity) -> Iterator[Finding]:
    """The first recurrent layer whose steps, or whose input, drive it out of its range."""
    for found in recurrences(look):
        if found.log_excess > math.log(EXCESS.value):
            yield _recurrent_finding(segment, found, severity)
            return
    flooded = flood(look)
    if flooded is not None:
        yield _flooded_finding(segment, flooded, severity)


def _recurrent_finding(segment: Segment, found: Recurrence, severity: Severity) -> Finding:
    growth, link = found.growth, found.growth.link
    std, layer, excess = link.weight.weight.rms, link.operation.layer, growth.excess
    text = say(
        "{name} has weights of RMS {std:.3g} over {fan_in} inputs, {excess:.3g} times what "
        "its activation makes up for. Step after step the state is driven to the ends of its "
        "range, and small differences of the input are lost in those of the state.",
        name=link.weight.name,
        std=std,
        fan_in=link.fan_in,
        excess=excess,
    )
    return Finding(
        rule="weight-scale",
        severity=severity,
        headline=say(
            "the initial recurrent weights are too large: each of {calls} steps multiplies by "
            "{gain:.3g}",
            calls=found.steps,
            gain=growth.gain,
        ),
        because=_because(growth) if growth.shared else text,
        confidence=0.9,
        first_step=0,
        last_step=segment.looks[-1].step,
        where=named(layer),
        source=first_sourced(segment, layer),
        observed={"weight_rms": std, "gain": growth.gain, "steps_in_a_row": found.steps},
        expected={"weight_rms": std / excess, "gain_at_most": growth.gain / excess},
        remedies=(
            Remedy(
                "orthogonal-initialisation",
                "judgement",
                say("Draw the recurrent weights so that the state keeps its size."),
                f"nn.init.orthogonal_(model.{link.weight.name})",
            ),
        ),
        segment=segment.record.number,
    )


def _flooded_finding(segment: Segment, found: Flood, severity: Severity) -> Finding:
    name, std = found.table.name, found.table.weight.rms
    layer = name.removesuffix(".weight")
    return Finding(
        rule="weight-scale",
        severity=severity,
        headline=say("the initial embeddings are too large for the gates that they enter"),
        because=say(
            "{name} has an RMS of {std:.3g}, and what enters the gates of {layer} a standard "
            "deviation of {entering:.3g}: nearly all of them are wide open or shut from the start, "
            "where they have no slope to learn by.",
            name=name,
            std=std,
            layer=found.operation.layer,
            entering=found.std,
        ),
        confidence=0.9,
        first_step=0,
        last_step=segment.looks[-1].step,
        where=named(layer, found.operation.layer),
        source=first_sourced(segment, layer),
        observed={"weight_rms": std, "gate_input_std": found.std},
        expected={"weight_rms": 1.0, "gate_input_std_below": FLOODED.value},
        remedies=(
            Remedy(
                "small-embeddings",
                "judgement",
                say("Draw the table from N(0, 1), as PyTorch does, or smaller."),
                initialise([layer], "normal_"),
            ),
        ),
        segment=segment.record.number,
    )


def _remedy(layers: list[str]) -> Remedy:
    return Remedy(
        "kaiming-initialisation",
        "judgement",
        say("Let the fan-in set the scale."),
        initialise(layers, "kaiming_normal_"),
    )
