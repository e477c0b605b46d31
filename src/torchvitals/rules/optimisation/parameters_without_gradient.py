"""The rule parameters-without-gradient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity
from torchvitals.rules.evidence.optimizers import all_optimizers
from torchvitals.words import say


@final
@dataclass(frozen=True)
class ParametersWithoutGradient(Rule):
    """The loss is cut off from parameters that are meant to be trained.

    What it detects:
        A loss with no graph behind it; layers that ran, want gradients and are held by an
        optimizer, but are nowhere in the graph of any loss: detach(), .data, .item(), argmax, NumPy
        or no_grad on the way.

    Why it is bad:
        No gradient reaches them, so no step moves them. Setting requires_grad on the loss silences
        the error and leaves the cut.

    Evidence:
        The autograd graph of the loss, the modules that ran in the same step, and what the
        optimizer holds.

    Threshold:
        None: a parameter is in the graph or not.

    Remedy:
        Remove what cuts the graph; keep tensors in torch from the input to the loss.

    When it is not a fault:
        Parameters that want no gradient; layers that the step did not use (unused experts, heads of
        another task); networks that no optimizer holds, as targets and teachers.

    References:
        PyTorch documentation, Autograd mechanics: locally disabling gradient computation.
    """

    name: ClassVar[str] = "parameters-without-gradient"
    family: ClassVar[str] = "optimisation"
    explains: ClassVar[frozenset[str]] = frozenset(
        {"not-learning", "no-update", "vanishing-gradient"}
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        yield from _without_graph(segment)
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
        cut = sorted(name for name in missing if _layer(name) in ran)
        unused = sorted(missing - set(cut))
        if cut:
            yield _cut(segment, cut)
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
