"""Worlds for the tests of rules: a healthy run in plain data, of which a test changes one thing.

The run is an MLP 2-8-8-1 with ReLU and a binary cross-entropy on logits, trained by SGD on 64
samples: what the probe records of it, with the numbers rounded. Each function makes one piece, and
takes by keyword any field of it that shall be otherwise:

    a_recording(a_segment(looks=[a_look(step=0, optimizers=[an_optimizer(lr=30.0)])]))

All is immutable; `changed(piece, path=value)` is not needed, since named tuples have `_replace`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from torchvitals.record.look import (
    DataInput,
    GroupLook,
    Look,
    Loss,
    Operation,
    OptimizerLook,
    ParameterLook,
    Statistics,
    Units,
)
from torchvitals.record.recording import LossSeries, Recording, Segment
from torchvitals.record.store import Evaluation, Event, SegmentRecord

SAMPLES = 64
WIDTHS = (2, 8, 8, 1)
LR = 0.1
LOOKED_AT = (0, 1, 2, 4, 8, 16, 32, 64)
STEPS = 100


def statistics(
    rms: float = 1.0,
    mean: float = 0.0,
    *,
    count: int = 512,
    minimum: float | None = None,
    maximum: float | None = None,
    zero_fraction: float = 0.0,
    nonfinite: int = 0,
) -> Statistics:
    """A tensor of this RMS and mean; where no extremes are given they lie three RMS from zero."""
    return Statistics(
        count,
        mean,
        rms,
        -3 * rms if minimum is None else minimum,
        3 * rms if maximum is None else maximum,
        zero_fraction,
        nonfinite,
    )


def units(
    total: int = 8,
    *,
    silent: Iterable[int] = (),
    constant: Iterable[int] | None = None,
    samples: int = SAMPLES,
) -> Units:
    """Units of a layer: `silent` and `constant` number those that are; a silent one is constant."""
    silent = tuple(silent)
    constant = silent if constant is None else tuple(constant)
    return Units(total, total, samples, mask(silent), mask(constant))


def mask(numbers: Iterable[int]) -> str:
    """The units of these numbers, as a look stores them."""
    return format(sum(1 << number for number in set(numbers)), "x")


def an_operation(
    index: int = 0,
    kind: str = "linear",
    layer: str = "fc1",
    inputs: Sequence[int] = (),
    **fields: Any,
) -> Operation:
    """One operation. A linear one reads its layer's weight and bias, an activation has units."""
    linear, activation = kind == "linear", kind in ("relu", "sigmoid", "tanh")
    shape = tuple(fields.pop("shape", (SAMPLES, 8)))
    healthy: dict[str, Any] = {
        "index": index,
        "kind": kind,
        "layer": layer,
        "parameters": (f"{layer}.weight", f"{layer}.bias") if linear else (),
        "inputs": tuple(inputs),
        "shape": shape,
        "dtype": "float32",
        "calls": 1,
        "source": f"train.py:{10 + index}",
        "output": statistics(0.3, 0.15, count=math.prod(shape), minimum=0.0, zero_fraction=0.5)
        if activation
        else None,
        "gradient": statistics(1e-3, count=math.prod(shape)),
        "units": units(shape[-1]) if activation else None,
        "training": None,
        "dim": None,
        "slope": 0.5 if activation else None,
    }
    return Operation(**_overridden(healthy, fields))


def a_parameter(
    name: str = "fc1.weight", shape: Sequence[int] = (8, 2), *, lr: float = LR, **fields: Any
) -> ParameterLook:
    """One parameter, held by the first optimizer, that moved by its rate times its gradient."""
    gradient: Statistics | None = fields.get("gradient", statistics(5e-3, count=math.prod(shape)))
    rms = 0.0 if gradient is None else gradient.rms
    matrix = len(shape) > 1 and shape[0] > 1
    fan_in = math.prod(shape[1:]) if len(shape) > 1 else 8
    healthy: dict[str, Any] = {
        "name": name,
        "shape": tuple(shape),
        "dtype": "float32",
        "owned": True,
        "optimizer": 0,
        "weight": statistics(
            1 / math.sqrt(3 * fan_in),
            count=math.prod(shape),
            minimum=-1 / math.sqrt(fan_in),
            maximum=1 / math.sqrt(fan_in),
        ),
        "gradient": gradient,
        "update_rms": lr * rms,
        "unchanged": 0.0 if rms else 1.0,
        "predicted_change": -lr * rms**2 * math.prod(shape) if gradient is not None else None,
        "equal_rows": False if matrix else None,
        "equal_gradient_rows": False if matrix and gradient is not None else None,
        "stale_gradient": False,
        "fresh": False,
    }
    return ParameterLook(**_overridden(healthy, fields))


def a_group(lr: float = LR, **fields: Any) -> GroupLook:
    """One parameter group of plain SGD."""
    healthy: dict[str, Any] = {
        "lr": lr,
        "momentum": 0.0,
        "beta2": None,
        "eps": None,
        "weight_decay": 0.0,
        "nesterov": False,
        "parameters": 6,
    }
    return GroupLook(**_overridden(healthy, fields))


def an_optimizer(number: int = 0, *, lr: float = LR, **fields: Any) -> OptimizerLook:
    """SGD over all six parameters, built before the first step, that has stepped once."""
    healthy: dict[str, Any] = {
        "number": number,
        "kind": "SGD",
        "groups": (a_group(lr),),
        "source": "train.py:20",
        "built_at": 0,
        "steps": 1,
        "rebuilt": 0,
        "stateful": False,
        "held": 6,
        "held_without_gradient": (),
    }
    return OptimizerLook(**_overridden(healthy, fields))


def an_input(
    operation: int = 0,
    *,
    means: Sequence[float] = (0.0, 0.0),
    stds: Sequence[float] = (1.0, 1.0),
    **fields: Any,
) -> DataInput:
    """Data that enters an operation: standardised features, independent of each other."""
    moments = [mean**2 + std**2 for mean, std in zip(means, stds, strict=True)]
    healthy: dict[str, Any] = {
        "operation": operation,
        "samples": SAMPLES,
        "features": len(means),
        "overall": statistics(math.sqrt(sum(moments) / len(moments)), count=SAMPLES * len(means)),
        "means": tuple(means),
        "stds": tuple(stds),
        "largest": max(1.0, *moments),
        "smallest": min(1.0, *(std**2 for std in stds)),
        "scaled_largest": 1.0,
    }
    return DataInput(**_overridden(healthy, fields))


def a_loss(function: str = "binary_cross_entropy_with_logits", **fields: Any) -> Loss:
    """A loss that is fed the logits of the last layer, and targets of two classes."""
    healthy: dict[str, Any] = {
        "function": function,
        "operation": 5,
        "head": 4,
        "source": "train.py:30",
        "fed": statistics(0.1, count=SAMPLES),
        "fed_shape": (SAMPLES, 1),
        "prediction_shape": (SAMPLES, 1),
        "target": statistics(
            0.707, 0.5, count=SAMPLES, minimum=0.0, maximum=1.0, zero_fraction=0.5
        ),
        "target_shape": (SAMPLES, 1),
        "target_dtype": "float32",
        "row_sum": None,
        "row_logsumexp": None,
        "outer": False,
        "whole": True,
    }
    return Loss(**_overridden(healthy, fields))


def operations(activation: str = "relu", widths: Sequence[int] = WIDTHS) -> tuple[Operation, ...]:
    """The chain of an MLP of these widths, and its loss: linear, activation, linear, …, loss."""
    chain: list[Operation] = []
    for number, width in enumerate(widths[1:], 1):
        shape, layer = (SAMPLES, width), f"fc{number}"
        before = (chain[-1].index,) if chain else ()
        chain.append(an_operation(len(chain), "linear", layer, before, shape=shape))
        if number < len(widths) - 1:
            chain.append(
                an_operation(len(chain), activation, layer, (len(chain) - 1,), shape=shape)
            )
    head = chain[-1]
    chain[-1] = head._replace(output=statistics(0.1, count=SAMPLES * widths[-1]))
    loss = an_operation(
        len(chain), "binary_cross_entropy_with_logits", head.layer, (head.index,), shape=()
    )
    return (*chain, loss._replace(gradient=statistics(1.0, 1.0, count=1)))


def parameters(
    widths: Sequence[int] = WIDTHS, *, lr: float = LR, **fields: Any
) -> tuple[ParameterLook, ...]:
    """The weights and biases of an MLP of these widths, in order; `fields` holds for each."""
    return tuple(
        a_parameter(f"fc{number}.{name}", shape, lr=lr, **fields)
        for number, (below, width) in enumerate(itertools.pairwise(widths), 1)
        for name, shape in (("weight", (width, below)), ("bias", (width,)))
    )


def a_look(step: int = 0, *, lr: float = LR, **fields: Any) -> Look:
    """One look at one step; `lr` is that of its optimizer and of the updates of its parameters."""
    rate = 1 / math.sqrt(1 + step)
    healthy: dict[str, Any] = {
        "segment": 0,
        "stream": 0,
        "step": step,
        "loss": loss_at(step),
        "dtype": "float32",
        "loss_scale": 1.0,
        "stepped": True,
        "after_step": step > 0,
        "operations": operations(),
        "losses": (a_loss(),),
        "data": (an_input(),),
        "parameters": parameters(
            lr=lr, gradient=statistics(5e-3 * rate, count=16), fresh=step == 0
        ),
        "optimizers": (an_optimizer(lr=lr, steps=step + 1),),
        "opaque": (),
        "executed_without_gradient": (),
        "crash": None,
    }
    complete = _overridden(healthy, fields)
    gradients = [p.gradient.rms**2 * p.gradient.count for p in complete["parameters"] if p.gradient]
    changes = [p.predicted_change for p in complete["parameters"] if p.predicted_change is not None]
    complete.setdefault("gradient_norm", math.sqrt(sum(gradients)) if gradients else None)
    complete.setdefault("predicted_change", sum(changes) if changes else None)
    return Look(**complete)


def loss_at(step: int) -> float:
    """The healthy course: from ln 2 down to a fifth, by half in about thirty steps."""
    return 0.2 + (math.log(2) - 0.2) * math.exp(-step / 40)


def a_series(
    values: Sequence[float] | None = None, *, stream: int = 0, first_step: int = 0
) -> LossSeries:
    """The loss of every step; by default the healthy course."""
    if values is None:
        values = [loss_at(step) for step in range(STEPS)]
    steps = np.arange(first_step, first_step + len(values), dtype=np.int64)
    return LossSeries(stream, steps, np.asarray(values, dtype=np.float64))


def some_evaluations(
    values: Sequence[float] | None = None, *, every: int = 10, **fields: Any
) -> tuple[Evaluation, ...]:
    """The loss on other data, after each tenth step; by default a little above the training loss.

    `fields` holds for each evaluation.
    """
    if values is None:
        values = [loss_at(step) + 0.02 for step in range(every, STEPS + 1, every)]
    healthy: dict[str, Any] = {
        "segment": 0,
        "place": 0,
        "batches": 1,
        "passes": 1,
        "function": "binary_cross_entropy_with_logits",
        "reduction": "mean",
        "source": "train.py:50",
    }
    return tuple(
        Evaluation(**(healthy | {"step": every * k, "loss": value} | fields))
        for k, value in enumerate(values, 1)
    )


def a_segment(
    looks: Sequence[Look] | None = None,
    losses: Sequence[float] | Sequence[LossSeries] | None = None,
    *,
    events: Sequence[Event] = (),
    evaluations: Sequence[Evaluation] | None = None,
    **fields: Any,
) -> Segment:
    """One model's training: looks at steps 0, 1, 2, 4 … 64, a hundred losses, ten evaluations.

    `losses` are the values of one series, or whole series. `fields` are those of its SegmentRecord.
    """
    looks = [a_look(step) for step in LOOKED_AT] if looks is None else looks
    series = _series(losses)
    steps = max([len(s.values) for s in series], default=0)
    healthy: dict[str, Any] = {
        "number": 0,
        "name": "model 0",
        "steps": steps,
        "backwards": sum(len(s.values) for s in series),
        "handwritten": False,
        "classes": tuple((f"fc{number}", "Linear") for number in range(1, len(WIDTHS))),
    }
    record = SegmentRecord(**_overridden(healthy, fields))
    evaluations = some_evaluations() if evaluations is None else evaluations
    return Segment(record, tuple(looks), series, tuple(events), tuple(evaluations))


def _series(losses: Sequence[float] | Sequence[LossSeries] | None) -> tuple[LossSeries, ...]:
    if losses is None:
        return (a_series(),)
    whole = tuple(series for series in losses if isinstance(series, LossSeries))
    return whole or (a_series([value for value in losses if not isinstance(value, LossSeries)]),)


def a_recording(
    *segments: Segment, events: Sequence[Event] = (), facts: Mapping[str, str] | None = None
) -> Recording:
    """One run: of the healthy segment, unless others are given."""
    segments = segments or (a_segment(),)
    inner = tuple(event for segment in segments for event in segment.events)
    known = {
        "run": "train-1",
        "script": "train.py",
        "looks": "8",
        "overhead_seconds": "0.02",
        "overhead_fraction": "0.01",
    }
    return Recording("train-1", "train.py", known | dict(facts or {}), segments, (*inner, *events))


def _overridden(healthy: dict[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The healthy fields with these in their place; lists become tuples, as a look is hashable."""
    return healthy | {key: tuple(v) if isinstance(v, list) else v for key, v in fields.items()}
