"""What differs between the trainings of one model in two runs: settings, and what layers did."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from torchvitals.record.look import Look, OptimizerLook, ParameterLook, Statistics
from torchvitals.record.recording import Segment
from torchvitals.rules.evidence.optimizers import main_group
from torchvitals.words import listed, say

FEWEST = 3
"""Looks at the same steps from which a spread can be told."""
LEAST = math.log(2.0)
"""Layers of two healthy runs differ by less than a factor of two for no reason at all."""
DEVIATIONS = 4.0
"""Standard errors beyond which chance explains a difference in one case of 16,000."""
_MEDIAN_ERROR = 1.4826 * 1.2533
"""Median absolute deviation to standard deviation, and the mean's standard error to the median's;
both of a normal variable."""
_TINY = 1e-30
"""Stands for zero where a logarithm is taken."""
_SHIFT = 0.5
"""Standard deviations by which the mean of the data differs between batches of different data."""


Value = float | int | str | None


@dataclass(frozen=True)
class Difference:
    """One fact that is not the same in both runs."""

    name: str
    before: Value
    after: Value


@dataclass(frozen=True)
class LayerChange:
    """A quantity of one layer that differs by more than its noise: the medians over the steps at
    which both runs were looked at, and the median of their ratio.
    """

    quantity: str
    layer: str
    before: float
    after: float
    ratio: float


def settings_that_differ(before: Segment, after: Segment) -> Iterator[Difference]:
    """What was set otherwise: loss, batch, optimizer, data, structure, first weights."""
    one, two = _facts(before), _facts(after)
    for name in dict.fromkeys([*one, *two]):
        if one.get(name) != two.get(name):
            yield Difference(name, one.get(name), two.get(name))
    yield from _data(before, after)
    yield from _structure(before, after)
    yield from _weights(before, after)


def _facts(segment: Segment) -> dict[str, Value]:
    """What was set, by name; what is not known has no name here."""
    if not segment.looks:
        return {}
    first = segment.looks[0]
    found: dict[str, Value] = {
        "loss": ", ".join(dict.fromkeys(x.function for x in first.losses)) or None,
        "batch": _batch(first),
        "type of the loss": first.dtype,
        **_optimizer(segment),
    }
    return {name: value for name, value in found.items() if value is not None}


def _batch(look: Look) -> int | None:
    """Rows of what enters the first layer; of what the loss is fed where no data was seen."""
    shapes = {operation.index: operation.shape for operation in look.operations}
    entering = [shapes.get(entry.operation, ()) for entry in look.data]
    fed = [loss.fed_shape for loss in look.losses]
    return next((shape[0] for shape in (*entering, *fed) if shape), None)


def _optimizer(segment: Segment) -> dict[str, Value]:
    found = [pair for look in segment.looks if (pair := main_group(look)) is not None]
    if not found:
        return {"optimizer": say("hand-written") if segment.record.handwritten else None}
    optimizer, group = found[0]
    settings: dict[str, Value] = {
        "optimizer": optimizer.kind,
        "optimizers": _count(segment),
        "optimizer built anew": _rebuilt(segment),
        "learning rate": group.lr,
        "learning rate at the end": found[-1][1].lr,
        "momentum": group.momentum or None,
        "beta2": group.beta2,
        "epsilon": group.eps,
        "weight decay": group.weight_decay or None,
        "nesterov": say("yes") if group.nesterov else None,
        "parameters held": optimizer.held,
    }
    if settings["learning rate"] == settings["learning rate at the end"]:
        del settings["learning rate at the end"]
    return settings


def _count(segment: Segment) -> int:
    """Optimizers seen alive together, at most."""
    stepping: Iterable[Sequence[OptimizerLook]] = (look.optimizers for look in segment.looks)
    return max((len(optimizers) for optimizers in stepping), default=0)


def _rebuilt(segment: Segment) -> str:
    times = max((o.rebuilt for look in segment.looks for o in look.optimizers), default=0)
    if times > 1:
        return say("{times:,} times", times=times)
    return say("once") if times else say("never")


def _data(before: Segment, after: Segment) -> Iterator[Difference]:
    """The scale of the inputs and of the targets, where another batch would not explain it."""
    for name, of in ((say("input"), _input), (say("target"), _target)):
        one, two = of(before), of(after)
        if one is None or two is None:
            continue
        wide = max(one.std, two.std)
        apart = abs(_log(one.std) - _log(two.std)) > LEAST
        if apart or abs(one.mean - two.mean) > _SHIFT * wide:
            yield Difference(say("{name} mean", name=name), one.mean, two.mean)
            yield Difference(say("{name} std", name=name), one.std, two.std)


def _input(segment: Segment) -> Statistics | None:
    return next((entry.overall for look in segment.looks for entry in look.data), None)


def _target(segment: Segment) -> Statistics | None:
    return next((loss.target for look in segment.looks for loss in look.losses), None)


def _structure(before: Segment, after: Segment) -> Iterator[Difference]:
    """Parameters of another shape, and operations that only one of the runs has."""
    one, two = _first_parameters(before), _first_parameters(after)
    for name, parameter in one.items():
        other = two.get(name)
        if other is not None and other.shape != parameter.shape:
            yield Difference(say("shape of {name}", name=name), _shape(parameter), _shape(other))
    a, b = _operations(before), _operations(after)
    gone, new = [name for name in a if name not in b], [name for name in b if name not in a]
    if gone or new:
        yield Difference(say("operations of its own"), _listed(gone), _listed(new))


def _operations(segment: Segment) -> list[str]:
    if not segment.looks:
        return []
    return list(dict.fromkeys(o.name for o in segment.looks[0].operations))


def _listed(names: Sequence[str], shown: int = 4) -> str:
    if not names:
        return say("none")
    rest = len(names) - shown
    more = say(" and {rest} more", rest=rest) if rest > 0 else ""
    return listed(names[:shown], ", ") + more


def _shape(parameter: ParameterLook) -> str:
    return " x ".join(str(length) for length in parameter.shape)


def _weights(before: Segment, after: Segment) -> Iterator[Difference]:
    """Parameters that began at another scale than their numbers of entries let chance explain."""
    one, two = _first_parameters(before), _first_parameters(after)
    for name in one:
        if name in two and one[name].shape == two[name].shape:
            a, b = one[name].weight, two[name].weight
            error = math.sqrt(0.5 / max(a.count, 1) + 0.5 / max(b.count, 1))
            if abs(_log(a.rms) - _log(b.rms)) > max(DEVIATIONS * error, LEAST):
                yield Difference(say("{name} at the start, RMS", name=name), a.rms, b.rms)


def _first_parameters(segment: Segment) -> dict[str, ParameterLook]:
    found: dict[str, ParameterLook] = {}
    for look in segment.looks:
        for parameter in look.parameters:
            if parameter.name:
                found.setdefault(parameter.name, parameter)
    return found


def shared_layers(before: Segment, after: Segment) -> list[str]:
    """Layers whose parameters have the same names and shapes in both, in forward order."""
    one, two = _shapes(before), _shapes(after)
    shared = [layer for layer, shapes in one.items() if two.get(layer) == shapes]
    order: dict[str, int] = {}
    for name, index in (
        (n, o.index) for k in before.looks for o in k.operations for n in o.parameters
    ):
        order.setdefault(_layer_of(name), index)
    return sorted(shared, key=lambda layer: order.get(layer, len(order)))


def _shapes(segment: Segment) -> dict[str, dict[str, tuple[int, ...]]]:
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for name, parameter in _first_parameters(segment).items():
        found.setdefault(_layer_of(parameter.name), {})[name] = parameter.shape
    return found


def _layer_of(name: str) -> str:
    """The layer of a parameter; a parameter that no module owns is its own."""
    return name.rpartition(".")[0] or name


Measure = Callable[[Sequence[ParameterLook]], float | None]


def _gradient_norm(parameters: Sequence[ParameterLook]) -> float | None:
    squares = [p.gradient.rms**2 * math.prod(p.shape) for p in parameters if p.gradient is not None]
    return math.sqrt(sum(squares)) if squares else None


def _update_over_weight(parameters: Sequence[ParameterLook]) -> float | None:
    moved = [(p, p.update_rms) for p in parameters if p.update_rms is not None]
    weight = sum(p.weight.rms**2 * math.prod(p.shape) for p, _ in moved)
    update = sum(rms**2 * math.prod(p.shape) for p, rms in moved)
    return math.sqrt(update / weight) if weight > 0 else None


MEASURES: Mapping[str, Measure] = {
    say("gradient norm"): _gradient_norm,
    say("update / weight"): _update_over_weight,
}


def layers_that_differ(
    before: Segment, after: Segment, layers: Sequence[str]
) -> Iterator[LayerChange]:
    """Gradient norms and relative updates of these layers, where they differ by more than their
    noise at the steps at which both runs were looked at.
    """
    for quantity, measure in MEASURES.items():
        one, two = _series(before, measure), _series(after, measure)
        for layer in layers:
            found = _change(one.get(layer, {}), two.get(layer, {}))
            if found is not None:
                yield LayerChange(quantity, layer, *found)


def _series(segment: Segment, measure: Measure) -> dict[str, dict[tuple[int, int], float]]:
    """A quantity of each layer at each stream and step."""
    found: dict[str, dict[tuple[int, int], float]] = {}
    for look in segment.looks:
        layers: dict[str, list[ParameterLook]] = {}
        for parameter in look.parameters:
            layers.setdefault(_layer_of(parameter.name), []).append(parameter)
        for layer, parameters in layers.items():
            value = measure(parameters)
            if value is not None and math.isfinite(value):
                found.setdefault(layer, {})[look.stream, look.step] = value
    return found


def _change(
    one: Mapping[tuple[int, int], float], two: Mapping[tuple[int, int], float]
) -> tuple[float, float, float] | None:
    """Both medians and the median ratio, where that is beyond its noise; None where it is not, or
    can't be told.
    """
    steps = [step for step in one if step in two]
    if len(steps) < FEWEST:
        return None
    ratios = [_log(two[step]) - _log(one[step]) for step in steps]
    middle = median(ratios)
    deviation = median(abs(ratio - middle) for ratio in ratios)
    error = _MEDIAN_ERROR * deviation / math.sqrt(len(ratios))
    if abs(middle) <= max(LEAST, DEVIATIONS * error):
        return None
    a, b = median(one[step] for step in steps), median(two[step] for step in steps)
    return a, b, math.inf if not a else math.exp(middle) if b else 0.0


def _log(value: float) -> float:
    return math.log(max(value, _TINY))
