"""One recording a rule: the healthy world with that rule's fault, and nothing else changed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tests.worlds import (
    LOOKED_AT,
    SAMPLES,
    a_group,
    a_look,
    a_loss,
    a_parameter,
    a_recording,
    a_segment,
    an_input,
    an_operation,
    an_optimizer,
    operations,
    parameters,
    some_evaluations,
    statistics,
    units,
)
from torchvitals.record.look import Attended, Dropped, Look, Operation, ParameterLook, Tally
from torchvitals.record.recording import Ranks, Recording, Segment

STEPS = 100
DEEP = (2, *[32] * 6, 1)


def level(value: float = math.log(2), steps: int = STEPS) -> list[float]:
    """A loss that stands still, but for the noise of batches: half a hundredth."""
    return [value * (1 + 0.005 * math.sin(7.0 * step)) for step in range(steps)]


def learning(steps: int = STEPS) -> list[float]:
    """A loss that falls from ln 2 nearly to zero."""
    return [math.log(2) * math.exp(-step / 20) for step in range(steps)]


def rising(factor: float = 1.5, steps: int = 40) -> list[float]:
    """A loss that grows by a constant factor a step, as past the stability limit."""
    return [math.log(2) * factor**step for step in range(steps)]


def looks_at(course: Sequence[float], /, **fields: Any) -> list[Look]:
    """The usual looks at a run of these losses."""
    seen = [step for step in LOOKED_AT if step < len(course)]
    return [a_look(step, loss=course[step], **fields) for step in seen]


def a_run(course: Sequence[float], /, **fields: Any) -> Segment:
    """A segment of these losses, with these fields in each of its looks."""
    return a_segment(looks_at(course, **fields), course)


def with_head(kind: str, **fields: Any) -> tuple[Operation, ...]:
    """The healthy chain, with one more activation between the last layer and the loss."""
    *chain, loss = operations()
    head = an_operation(5, kind, "fc3", (4,), shape=(SAMPLES, 1), **fields)
    return (*chain, head, loss._replace(index=6, inputs=(5,)))


def changed(
    chain: Sequence[Operation], kinds: str | tuple[str, ...] = ("linear",), **fields: Any
) -> tuple[Operation, ...]:
    """The chain with these fields in each operation of these kinds."""
    return tuple(o._replace(**fields) if o.kind in kinds else o for o in chain)


def graded(factor: float, widths: Sequence[int] = DEEP, activation: str = "relu") -> dict[str, Any]:
    """A deep net whose gradient changes by this factor a layer, on its way back."""
    chain, size, last = operations(activation, widths), 1e-2, len(widths) - 1

    def gradient(layer: str) -> float:
        return size * factor ** (last - int(layer.removeprefix("fc")))

    def moved(p: ParameterLook) -> ParameterLook:
        rms = gradient(p.name.split(".")[0])
        return a_parameter(p.name, p.shape, gradient=statistics(rms, count=math.prod(p.shape)))

    return {
        "operations": tuple(
            o._replace(gradient=statistics(gradient(o.layer))) if o.layer and o.shape else o
            for o in chain
        ),
        "parameters": tuple(moved(p) for p in parameters(widths)),
    }


def unscaled_input() -> Recording:
    data = (an_input(means=(50.0, 0.0), stds=(10.0, 0.1), overall=statistics(36.0, 25.0)),)
    return a_recording(a_run(rising(), data=data, predicted_change=-0.1))


def broadcast_loss() -> Recording:
    fed, pairs = (SAMPLES, SAMPLES), statistics(1.0, 0.1, minimum=-2.0, maximum=2.0)
    loss = a_loss("mse_loss", outer=True, fed_shape=fed, target_shape=fed, target=pairs)
    return a_recording(a_run(level(1.0), losses=(loss,)))


def double_softmax() -> Recording:
    loss = a_loss(
        "cross_entropy",
        head=5,
        fed_shape=(SAMPLES, 10),
        fed=statistics(0.1, 0.1, minimum=0.02, maximum=0.6),
        row_sum=(1.0, 1.0),
    )
    chain = with_head("softmax", dim=1)
    return a_recording(a_run(level(2.0), operations=chain, losses=(loss,)))


def loss_domain() -> Recording:
    loss = a_loss("binary_cross_entropy", head=5, fed=statistics(0.0, minimum=0.0, maximum=0.0))
    return a_recording(a_run([50.0] * STEPS, operations=with_head("relu"), losses=(loss,)))


def restrictive_head() -> Recording:
    target = statistics(1.0, 0.0, minimum=-2.0, maximum=2.0)
    loss = a_loss("mse_loss", head=5, target=target)
    return a_recording(a_run(level(1.0), operations=with_head("relu"), losses=(loss,)))


def symmetric_weights() -> Recording:
    same = tuple(
        p._replace(equal_rows=True, equal_gradient_rows=True) if p.equal_rows is False else p
        for p in parameters()
    )
    return a_recording(a_run(level(), parameters=same))


def weight_scale() -> Recording:
    return a_recording(a_run(level(), parameters=parameters(weight=statistics(10.0))))


def nonfinite_values() -> Recording:
    born = changed(with_head("log"), "log", output=statistics(1.0, nonfinite=3))
    sick = a_look(8, loss=math.nan, operations=born)
    healthy = [a_look(step, operations=with_head("log")) for step in (0, 1, 2, 4)]
    losses = [look.loss for look in (a_look(step) for step in range(8))]
    return a_recording(a_segment([*healthy, sick], [*losses, math.nan, math.nan]))


def learning_rate_too_high() -> Recording:
    return a_recording(a_run(rising(), lr=30.0, predicted_change=-0.1))


def missing_zero_grad() -> Recording:
    return a_recording(a_run(level(), parameters=parameters(stale_gradient=True)))


def no_update() -> Recording:
    still = parameters(update_rms=0.0, unchanged=1.0, predicted_change=0.0)
    return a_recording(a_run(level(), parameters=still, optimizers=(an_optimizer(lr=0.0),)))


def not_learning() -> Recording:
    return a_recording(a_run(level()))


def optimizer_recreated() -> Recording:
    adam = an_optimizer(
        kind="Adam", groups=(a_group(1e-3, beta2=0.999, eps=1e-8),), rebuilt=LOOKED_AT[-1]
    )
    return a_recording(a_run(level(), optimizers=(adam,)))


def parameters_not_optimized() -> Recording:
    left = tuple(
        p._replace(optimizer=None, update_rms=0.0, unchanged=1.0) if p.name.startswith("fc1") else p
        for p in parameters(fresh=True)
    )
    return a_recording(a_run(level(), parameters=left))


def parameters_without_gradient() -> Recording:
    return a_recording(
        a_run(
            level(),
            operations=operations()[2:],
            parameters=parameters()[2:],
            optimizers=(an_optimizer(held_without_gradient=("fc1.weight", "fc1.bias")),),
            executed_without_gradient=("fc1",),
        )
    )


def dead_relu() -> Recording:
    dead = changed(operations(), "relu", units=units(8, silent=range(8)))
    return a_recording(a_run(level(), operations=dead))


def exploding_gradient() -> Recording:
    return a_recording(a_run(rising(), **graded(10.0)))


def saturated_activation() -> Recording:
    flat = changed(operations("tanh"), "tanh", slope=1e-3)
    return a_recording(a_run(level(), operations=flat))


def vanishing_gradient() -> Recording:
    return a_recording(a_run(level(), **graded(0.05, activation="sigmoid")))


def learning_rate_too_low() -> Recording:
    course = level(steps=512)
    return a_recording(a_run(course, lr=1e-5, predicted_change=-1e-7))


def clipping_saturated() -> Recording:
    course = level(steps=512)
    cut = {"loss_scale": 65536.0, "step_gradient_ratio": 1e-9}
    return a_recording(a_run(course, lr=1e-5, predicted_change=-1e-7, **cut))


def adam_epsilon() -> Recording:
    course = level(steps=512)
    adam = an_optimizer(kind="Adam", groups=(a_group(1e-3, eps=1.0, beta2=0.999),))
    parts = parameters(lr=1e-3, gradient=statistics(5e-3, count=16))
    fields = {"optimizers": (adam,), "parameters": parts, "predicted_change": -1e-7}
    return a_recording(a_run(course, **fields))


def normalised(*, training: bool = True, **fields: Any) -> tuple[Operation, ...]:
    """The healthy chain, with a batch normalisation after its first layer."""
    first, *rest = operations()
    norm = an_operation(
        6, "batch_norm", "bn", (0,), parameters=("bn.weight",), training=training, **fields
    )
    return (first, norm, rest[0]._replace(inputs=(6,)), *rest[1:])


def dropping(kept: float, *, width: int = 8) -> tuple[Operation, ...]:
    """The healthy chain, with a dropout after each of its activations."""
    chain: list[Operation] = []
    for o in operations():
        inputs = tuple(k + 10 if o.kind == "linear" else k for k in o.inputs)
        chain.append(o._replace(inputs=inputs))
        if o.kind == "relu":
            chain.append(
                an_operation(o.index + 10, "mul", o.layer, (o.index,), dropped=Dropped(kept, width))
            )
    return tuple(chain)


def eval_mode_training() -> Recording:
    chain = normalised(training=False, fresh_statistics=True)
    return a_recording(a_run(level(), operations=chain))


def excessive_dropout() -> Recording:
    return a_recording(a_run(level(), operations=dropping(0.1)))


def attentive(
    *, entropy: float = 0.9, sharp: float = 0.0, logit_std: float = 0.5, largest: float = 2.0
) -> tuple[Operation, ...]:
    """The healthy chain, with an attention over 16 keys in the place of its second activation."""
    read = Attended(64, 16, entropy, 0.0, sharp, largest, logit_std)
    chain = list(operations())
    chain[3] = an_operation(3, "softmax", "fc2", (2,), attended=read, shape=(SAMPLES, 16))
    return tuple(chain)


def attention_collapse() -> Recording:
    chain = attentive(entropy=0.001, sharp=1.0, logit_std=90.0, largest=300.0)
    return a_recording(a_run(level(), operations=chain))


def attention_logit_growth() -> Recording:
    course = level()
    looks = [
        a_look(step, loss=course[step], operations=attentive(largest=2.0 + 100.0 * step))
        for step in LOOKED_AT
    ]
    return a_recording(a_segment(looks, course))


def alike(factor: float, widths: Sequence[int] = DEEP) -> tuple[Operation, ...]:
    """A deep chain in which the difference between samples changes by this factor a layer."""
    return tuple(
        o._replace(likeness=1 - 0.5 * factor ** int(o.layer.removeprefix("fc")))
        if o.kind == "tanh"
        else o
        for o in operations("tanh", widths)
    )


def rank_collapse() -> Recording:
    return a_recording(a_run(level(), operations=alike(0.1), parameters=parameters(DEEP)))


def batchnorm_small_batch() -> Recording:
    chain = normalised(shape=(2, 8), fresh_statistics=False)
    return a_recording(a_run(level(), operations=chain))


def shrinking(steps: int = STEPS) -> Callable[[Look], Look]:
    """Weights that end at e^-5 of what they were."""

    def shrink(look: Look) -> Look:
        kept = math.exp(-5 * look.step / steps)
        parts = tuple(
            p._replace(weight=p.weight._replace(rms=p.weight.rms * kept)) for p in look.parameters
        )
        return look._replace(parameters=parts)

    return shrink


def excessive_weight_decay() -> Recording:
    sgd = an_optimizer(groups=(a_group(0.1, weight_decay=0.5),))
    course = level()
    return a_recording(a_segment([*map(shrinking(), looks_at(course, optimizers=(sgd,)))], course))


def gradient_underflow() -> Recording:
    lost = parameters(dtype="bfloat16", unchanged=1.0, update_rms=0.0)
    return a_recording(a_run(level(), parameters=lost))


def loss_mismatch() -> Recording:
    up = statistics(1.0, -1.0, minimum=-1.0, maximum=-1.0, count=1)
    chain = changed(operations(), "binary_cross_entropy_with_logits", gradient=up)
    errors = [1.0 + step for step in range(STEPS)]
    looks = [
        a_look(
            step,
            loss=-errors[step],
            operations=chain,
            losses=(a_loss("mse_loss", value=errors[step], whole=False),),
        )
        for step in LOOKED_AT
    ]
    return a_recording(a_segment(looks, [-error for error in errors]))


def softmax_axis() -> Recording:
    target = statistics(0.6, 0.5, minimum=0.0, maximum=1.0)
    loss = a_loss("mse_loss", head=5, target=target)
    return a_recording(a_run(level(0.36), operations=with_head("softmax", dim=1), losses=(loss,)))


def nonfinite_input() -> Recording:
    holed = an_input(overall=statistics(nonfinite=3), means=(0.0, math.nan), stds=(1.0, math.nan))
    sick = a_look(8, loss=math.nan, data=(holed,))
    healthy = [a_look(step) for step in (0, 1, 2, 4)]
    losses = [a_look(step).loss for step in range(8)]
    return a_recording(a_segment([*healthy, sick], [*losses, math.nan, math.nan]))


def missing_nonlinearity() -> Recording:
    first, second, third = (o for o in operations() if o.kind == "linear")
    chain = (
        first,
        second._replace(index=1, inputs=(0,)),
        third._replace(index=2, inputs=(1,)),
        operations()[-1]._replace(index=3, inputs=(2,)),
    )
    loss = a_loss(operation=3, head=2)
    return a_recording(a_run(level(), operations=chain, losses=(loss,)))


def unscaled_target() -> Recording:
    target = statistics(5.1e4, 5e4, minimum=2e4, maximum=9e4)
    loss = a_loss("mse_loss", target=target)
    return a_recording(a_run(level(2.6e9), losses=(loss,)))


def class_imbalance() -> Recording:
    tally = Tally(SAMPLES, 2, 0, SAMPLES - 4, SAMPLES, 0, 0.5)
    rare = statistics(0.25, 0.0625, minimum=0.0, maximum=1.0, zero_fraction=0.9375)
    return a_recording(a_run(level(0.2338), losses=(a_loss(target=rare, tally=tally),)))


def half_overflow() -> Recording:
    fed = statistics(300.0, minimum=-600.0, maximum=600.0)
    head = with_head("pow", dtype="float16", output=statistics(6e4, nonfinite=3))
    chain = tuple(o._replace(output=fed) if o.index == 4 else o for o in head)
    course = [math.log(2)] + [math.nan] * 30
    return a_recording(a_segment([a_look(1, loss=math.nan, operations=chain)], course))


def skipped_steps() -> Recording:
    broken = parameters(gradient=statistics(1.0, nonfinite=3), update_rms=None, unchanged=None)
    fields = {"stepped": False, "predicted_change": None, "loss_scale": 1024.0}
    return a_recording(a_run(level(), parameters=broken, **fields))


def bias_decay() -> Recording:
    sgd = an_optimizer(groups=(a_group(0.1, weight_decay=0.5),))

    def shrink(look: Look) -> Look:
        kept = math.exp(-5 * look.step / STEPS)
        parts = tuple(
            p._replace(weight=statistics(kept, kept, minimum=kept, maximum=kept))
            if len(p.shape) == 1
            else p
            for p in look.parameters
        )
        return look._replace(parameters=parts, optimizers=(sgd,))

    course = level()
    return a_recording(a_segment([*map(shrink, looks_at(course))], course))


def loss_spike() -> Recording:
    course = [*level(0.3, 200), 5.0, *level(0.6, 200)]
    return a_recording(a_run(course, predicted_change=-1.0))


def overfitting() -> Recording:
    other = [0.5, 0.4, *(0.4 + 0.1 * k for k in range(1, 9))]
    looks = looks_at(learning(), losses=(a_loss(value=None),))
    return a_recording(a_segment(looks, learning(), evaluations=some_evaluations(other)))


def ranked(other: Callable[[Segment], Segment]) -> Recording:
    """The healthy run, whose weights grow, as rank 0 of two; rank 1's is made from its own."""
    segment = a_segment([_grown(a_look(step)) for step in LOOKED_AT])
    ranks = Ranks(0, 2, sharded=False, others=((1, other(segment)),), exchanges=0)
    return a_recording(replace(segment, ranks=ranks))


def rank_divergence() -> Recording:
    def other(segment: Segment) -> Segment:
        return replace(segment, looks=tuple(map(_elsewhere, segment.looks)))

    return ranked(other)


def _grown(look: Look, factor: float = 0.01) -> Look:
    return look._replace(
        parameters=tuple(
            p._replace(weight=p.weight._replace(rms=p.weight.rms * (1 + factor * look.step)))
            for p in look.parameters
        )
    )


def _elsewhere(look: Look) -> Look:
    """The same step of a net that began from another seed, and has other data."""
    return look._replace(
        loss=1.1 * look.loss,
        parameters=tuple(
            p._replace(weight=p.weight._replace(rms=1.1 * p.weight.rms)) for p in look.parameters
        ),
    )


PLANTED: dict[str, Callable[[], Recording]] = {
    make.__name__.replace("_", "-"): make
    for make in (
        unscaled_input,
        broadcast_loss,
        double_softmax,
        loss_domain,
        restrictive_head,
        symmetric_weights,
        weight_scale,
        nonfinite_values,
        learning_rate_too_high,
        missing_zero_grad,
        no_update,
        not_learning,
        optimizer_recreated,
        parameters_not_optimized,
        parameters_without_gradient,
        dead_relu,
        exploding_gradient,
        saturated_activation,
        vanishing_gradient,
        eval_mode_training,
        excessive_dropout,
        batchnorm_small_batch,
        attention_collapse,
        attention_logit_growth,
        rank_collapse,
        learning_rate_too_low,
        clipping_saturated,
        adam_epsilon,
        excessive_weight_decay,
        gradient_underflow,
        half_overflow,
        skipped_steps,
        bias_decay,
        loss_spike,
        loss_mismatch,
        softmax_axis,
        nonfinite_input,
        missing_nonlinearity,
        unscaled_target,
        class_imbalance,
        overfitting,
        rank_divergence,
    )
}
