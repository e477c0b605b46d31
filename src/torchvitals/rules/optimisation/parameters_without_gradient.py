"""The rule parameters-without-gradient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.course import course_of
from torchvitals.rules.evidence.optimizers import all_optimizers
from torchvitals.rules.evidence.places import first_sourced, named, source_of
from torchvitals.rules.evidence.steps import cut_by_steps
from torchvitals.words import say

_AT_CHANCE = Threshold(
    0.9,
    "of the loss of a constant prediction",
    "convention",
    "a net that starts below it has learned already",
)
_FLAT = 2
"""Dimensions of what is no sequence."""


@final
@dataclass(frozen=True)
class ParametersWithoutGradient(Rule):
    """The loss is cut off from parameters that are meant to be trained.

    What it detects:
        A loss with no graph behind it; layers that ran, want gradients and are held by an
        optimizer, but are nowhere in the graph of any loss: detach(), .data, .item(), argmax, NumPy
        or no_grad on the way. Also a function that is flat between its steps, as round() or sign(),
        through which alone parameters reach the loss; and in a run that does not learn, layers all
        of whose matrices are frozen, or a recurrence of which the loss reads the first step alone.

    Why it is bad:
        No gradient reaches them, so no step moves them. Setting requires_grad on the loss silences
        the error and leaves the cut.

    Evidence:
        The autograd graph of the loss, the modules that ran in the same step, and what the
        optimizer holds; gradients of exactly zero at every look.

    Threshold:
        None: a parameter is in the graph or not, and a gradient is zero or not. A net whose
        matrices are all frozen is judged where its loss began at that of a constant prediction, and
        stands there.

    Remedy:
        Remove what cuts the graph; keep tensors in torch from the input to the loss. Pass a
        gradient by a step function as if it were not there, while its values are used.

    When it is not a fault:
        Parameters that want no gradient, in a net that was trained before or that learns; layers
        that the step did not use (unused experts, heads of another task), or whose output was
        thrown away, as that of the head of a net of which the features are read; networks that no
        optimizer holds, as targets and teachers; a step function that a gradient passes by.

    References:
        PyTorch documentation, Autograd mechanics: locally disabling gradient computation. Bengio,
        Léonard and Courville 2013 (the straight-through estimator).
    """

    name: ClassVar[str] = "parameters-without-gradient"
    family: ClassVar[str] = "optimisation"
    explains: ClassVar[frozenset[str]] = frozenset(
        {"not-learning", "no-update", "vanishing-gradient"}
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        yield from _without_graph(segment)
        yield from _behind_a_step(segment)
        yield from _frozen(segment)
        yield from _first_step_alone(segment)
        looks = [look for look in segment.looks if look.crash is None]
        if not looks:
            return
        in_graph = {p.name for look in looks for p in look.parameters}
        missing = (
            {name for o in all_optimizers(segment) for name in o.held_without_gradient}
            - in_graph
            - {""}
        )
        ran = {layer for look in looks for layer in look.executed_without_gradient}
        needed = {
            layer
            for look in looks
            for layer in look.executed_without_gradient
            if layer not in look.aside
        }
        cut = sorted(name for name in missing if _layer(name) in needed)
        unused = sorted(missing - set(cut))
        aside = [name for name in unused if _layer(name) in ran]
        if cut:
            yield _cut(segment, cut)
        elif aside:
            yield _beside(segment, aside)
        elif unused:
            yield _unused(segment, unused)


def _layer(name: str) -> str:
    return name.rsplit(".", 1)[0]


def _without_graph(segment: Segment) -> Iterator[Finding]:
    event = next(
        (e for e in segment.events if e.kind in ("loss-is-leaf", "loss-without-graph")), None
    )
    if event is None:
        return
    silenced = event.kind == "loss-is-leaf"
    yield Finding(
        rule="parameters-without-gradient",
        severity=Severity.ERROR,
        headline=say("the loss has no graph behind it: no parameter can get a gradient"),
        because=say("backward() was called on a tensor that no recorded operation produced. ")
        + (
            say(
                "requires_grad was set on the loss itself, which silences the error but "
                "reaches no parameter. "
            )
            if silenced
            else ""
        )
        + say(
            "Somewhere before it the graph was cut: detach(), .data, .item(), NumPy, "
            "argmax or no_grad."
        ),
        confidence=1.0,
        first_step=event.step,
        last_step=max(segment.steps, event.step),
        source=event.source,
        observed={"operations_behind_the_loss": 0},
        expected={"operations_behind_the_loss_at_least": 1},
        remedies=_remedies(),
        segment=segment.record.number,
    )


def _behind_a_step(segment: Segment) -> Iterator[Finding]:
    """Parameters whose gradient a function without slope makes zero: all of them, or those of a run
    that does not learn.
    """
    cut = cut_by_steps(segment)
    if cut is None:
        return
    course = course_of(segment)
    operation, harmed = cut.operation, not cut.trained or not (course.learning or course.short)
    yield Finding(
        rule="parameters-without-gradient",
        severity=Severity.ERROR if harmed else Severity.NOTE,
        headline=say(
            "{kind}() is flat between its steps: {count} parameters get a gradient of zero",
            kind=operation.kind,
            count=len(cut.parameters),
        ),
        because=say(
            "They reach the loss through {name} alone, whose slope is zero wherever it has one. A "
            "gradient arrived there, and nothing but zeros came out.",
            name=operation.name,
        ),
        confidence=1.0,
        first_step=segment.looks[0].step,
        last_step=segment.looks[-1].step,
        where=named(operation.name, *map(_layer, cut.parameters)),
        source=source_of(segment, operation),
        observed={"parameters_with_zero_gradient": len(cut.parameters)},
        expected={"parameters_with_zero_gradient": 0},
        remedies=_past_the_step(operation.kind),
        segment=segment.record.number,
    )


def _frozen(segment: Segment) -> Iterator[Finding]:
    """Layers that were frozen before they were trained: what is left can't tell inputs apart."""
    course, looks = course_of(segment), [k for k in segment.looks if k.crash is None]
    layers = tuple(dict.fromkeys(layer for look in looks for layer in look.frozen))
    left = {p.name for look in looks for p in look.parameters}
    if not layers or any(len(p.shape) > 1 for look in looks for p in look.parameters):
        return
    if course.chance is None or not course.stuck or course.start < _AT_CHANCE.value * course.chance:
        return
    yield Finding(
        rule="parameters-without-gradient",
        severity=Severity.ERROR,
        headline=say(
            "every matrix of weights is frozen: requires_grad is false in {count} layers",
            count=len(layers),
        ),
        because=say(
            "Only {left} is trained, and no weight that an input meets. The net was not trained "
            "before: its loss began where a constant prediction is, at {chance:.3g}.",
            left=", ".join(sorted(left)[:4]),
            chance=course.chance,
        ),
        confidence=1.0,
        first_step=looks[0].step,
        last_step=looks[-1].step,
        where=layers,
        source=_next_line(segment),
        observed={"layers_frozen": len(layers)},
        expected={"layers_frozen": 0},
        remedies=_thawed(),
        segment=segment.record.number,
    )


def _first_step_alone(segment: Segment) -> Iterator[Finding]:
    """A recurrence whose matrix gets no gradient although it ran: of all its steps the loss reads
    the first, in which it multiplies the zeros that the state begins with.
    """
    course, looks = (
        course_of(segment),
        [k for k in segment.looks if k.crash is None and not k.brief],
    )
    if course.learning or course.short or course.on_its_way or not looks:
        return
    idle = set[str]().union(*(_idle_recurrences(look) for look in looks))
    idle = {layer for layer in idle if all(layer in _idle_recurrences(look) for look in looks)}
    for layer in sorted(idle):
        yield Finding(
            rule="parameters-without-gradient",
            severity=Severity.ERROR,
            headline=say("the recurrent weights of {layer} get a gradient of zero", layer=layer),
            because=say(
                "{layer} runs over a sequence, and the weights that read its state get a gradient "
                "of exactly zero at every look, those that read its input do not: the loss reads "
                "the output of the first step alone, which knows nothing of the steps after it.",
                layer=layer,
            ),
            confidence=1.0,
            first_step=looks[0].step,
            last_step=looks[-1].step,
            where=(layer,),
            source=first_sourced(segment, layer),
            observed={"gradient_of_recurrent_weights": 0.0},
            expected={"gradient_of_recurrent_weights_above": 0.0},
            remedies=_last_step(),
            segment=segment.record.number,
        )


def _idle_recurrences(look: Look) -> set[str]:
    """Recurrent layers of PyTorch's that ran over several steps, and learn of the input alone."""
    found: dict[str, list[bool]] = {}
    read: set[str] = set()
    several = {n for o in look.operations if _steps(o) > 1 for n in o.parameters}
    for p in look.parameters:
        layer, _, own = p.name.rpartition(".")
        if p.gradient is None or p.gradient.nonfinite:
            continue
        if own.startswith("weight_hh"):
            found.setdefault(layer, []).append(p.gradient.rms == 0 and p.name in several)
        elif own.startswith("weight_ih") and p.gradient.rms > 0:
            read.add(layer)
    return {layer for layer, zeros in found.items() if all(zeros) and layer in read}


def _steps(operation: Operation) -> int:
    """How many steps of a sequence an operation ran over."""
    long = operation.kind == "rnn" and len(operation.shape) > _FLAT
    return min(operation.shape[:2]) if long else operation.calls


def _cut(segment: Segment, cut: list[str]) -> Finding:
    layers = tuple(dict.fromkeys(_layer(name) for name in cut))
    return Finding(
        rule="parameters-without-gradient",
        severity=Severity.ERROR,
        headline=say(
            "{cut_count} parameters that the optimizer holds are cut off from the loss",
            cut_count=len(cut),
        ),
        because=say(
            "{layers} ran in the forward pass, but none of its operations is in the graph "
            "of the loss: something between it and the loss cuts the graph (detach(), "
            ".data, NumPy, argmax, no_grad).",
            layers=layers[0],
        ),
        confidence=1.0,
        first_step=segment.looks[0].step,
        last_step=segment.looks[-1].step,
        where=layers,
        source=_next_line(segment),
        observed={"parameters_cut_off": len(cut)},
        expected={"parameters_cut_off": 0},
        remedies=_remedies(),
        segment=segment.record.number,
    )


def _next_line(segment: Segment) -> str | None:
    """Where the graph begins: the first operation after the cut."""
    return next((o.source for look in segment.looks for o in look.operations if o.source), None)


def _unused(segment: Segment, unused: list[str]) -> Finding:
    return Finding(
        rule="parameters-without-gradient",
        severity=Severity.NOTE,
        headline=say(
            "{unused_count} parameters that the optimizer holds take no part in the loss",
            unused_count=len(unused),
        ),
        because=say(
            "Their layers did not run in the steps seen. That is harmless where it is meant."
        ),
        confidence=0.8,
        first_step=segment.looks[0].step,
        last_step=segment.looks[-1].step,
        where=tuple(dict.fromkeys(_layer(name) for name in unused)),
        observed={"parameters_unused": len(unused)},
        expected={"parameters_unused": 0},
        segment=segment.record.number,
    )


def _beside(segment: Segment, aside: list[str]) -> Finding:
    layers = tuple(dict.fromkeys(_layer(name) for name in aside))
    return Finding(
        rule="parameters-without-gradient",
        severity=Severity.NOTE,
        headline=say(
            "{unused_count} parameters that the optimizer holds take no part in the loss",
            unused_count=len(aside),
        ),
        because=say(
            "{layers} ran in the forward pass beside the way to the loss: what it reads gets its "
            "gradient by another way. That is harmless where its output is not wanted.",
            layers=layers[0],
        ),
        confidence=0.8,
        first_step=segment.looks[0].step,
        last_step=segment.looks[-1].step,
        where=layers,
        observed={"parameters_unused": len(aside)},
        expected={"parameters_unused": 0},
        segment=segment.record.number,
    )


def _remedies() -> tuple[Remedy, ...]:
    return (
        Remedy(
            "keep-the-graph",
            "judgement",
            say(
                "Compute the loss from the model's own output, without leaving the graph on "
                "the way."
            ),
            say(
                "output = model(x)              # no .detach(), .data, .item() or .numpy() "
                "before the loss\n"
                "loss = criterion(output, y)\n"
                "loss.backward()"
            ),
        ),
    )


def _past_the_step(kind: str) -> tuple[Remedy, ...]:
    return (
        Remedy(
            "drop-the-step",
            "judgement",
            say("Leave it out of the loss, and round only what is counted or printed."),
            say(
                "loss = criterion(output, y)    # not of output.{kind}()\n"
                "accuracy = (output.detach().{kind}() == y).float().mean()",
                kind=kind,
            ),
        ),
        Remedy(
            "straight-through",
            "judgement",
            say("Or use its values forward, and let the gradient pass by it."),
            f"y = x + (x.{kind}() - x).detach()",
        ),
    )


def _thawed() -> tuple[Remedy, ...]:
    return (
        Remedy(
            "unfreeze",
            "judgement",
            say("Train the layers, or load weights that were trained before freezing them."),
            "for parameter in model.parameters():\n    parameter.requires_grad_(True)",
        ),
    )


def _last_step() -> tuple[Remedy, ...]:
    return (
        Remedy(
            "read-the-last-step",
            "judgement",
            say("Read the output of the last step, or the state that is left at the end."),
            "rnn = nn.GRU(width, units, batch_first=True)\noutput, state = rnn(x)\n"
            "last = output[:, -1]",
        ),
    )
