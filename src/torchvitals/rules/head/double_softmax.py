"""The rule double-softmax."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look, Loss, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import operation_at
from torchvitals.rules.evidence.places import classes_of, named, source_of, source_of_loss
from torchvitals.theory.chance import squashed_cross_entropy_floor
from torchvitals.words import say

_SUM = Threshold(
    1e-2, "", "theorem", "probabilities sum to 1; bfloat16 rounds each by 2^-9 of its size"
)


@final
@dataclass(frozen=True)
class DoubleSoftmax(Rule):
    """A loss that applies the softmax (or sigmoid) itself is fed probabilities.

    What it detects:
        Cross-entropy fed rows that are probabilities already, because the model ends in a softmax;
        and binary cross-entropy with logits fed by a sigmoid.

    Why it is bad:
        Scores confined to [0, 1] can't make a confident prediction: over C classes the loss can't
        fall below ln(1 + (C - 1) / e), and its gradient is flattened twice. Accuracy may still look
        fine, which hides it.

    Evidence:
        The operation before the loss in the graph; or, where it is written by hand, rows that are
        non-negative and sum to 1 at every look.

    Threshold:
        Rows sum to 1 within 0.01.

    Remedy:
        Drop the last softmax (sigmoid), and apply it only where probabilities are wanted, at
        prediction.

    When it is not a fault:
        A log-softmax before cross-entropy: taking it twice changes nothing. A softmax that ends in
        something else, such as attention, or that only weighs the loss.

    References:
        PyTorch documentation of CrossEntropyLoss and BCEWithLogitsLoss: the input is expected to
        hold raw scores.
    """

    name: ClassVar[str] = "double-softmax"
    family: ClassVar[str] = "head"
    explains: ClassVar[frozenset[str]] = frozenset(
        {"not-learning", "vanishing-gradient", "saturated-activation"}
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        told: set[str] = set()
        for look in segment.looks:
            for loss in look.losses:
                head = operation_at(look, loss.head)
                key = f"{loss.function} {head.name if head else ''}"
                if key not in told and _applied_before(segment, loss, head):
                    told.add(key)
                    yield _finding(segment, look, loss, head)
            again = None if told else _normalised_again(look)
            if again is not None:
                told.add(again.name)
                yield _by_distribution(segment, look, again)


def _applied_before(segment: Segment, loss: Loss, head: Operation | None) -> bool:
    if loss.function == "binary_cross_entropy_with_logits":
        return head is not None and head.kind == "sigmoid"
    if loss.function != "cross_entropy":
        return False
    if head is not None and head.kind == "softmax":
        return True
    alike = [
        x
        for k in segment.looks
        for x in k.losses
        if x.function == loss.function and x.head == loss.head
    ]
    return len(alike) > 1 and all(_are_probabilities(other) for other in alike)


def _are_probabilities(loss: Loss) -> bool:
    if loss.row_sum is None or loss.fed is None or loss.fed.nonfinite:
        return False
    return (
        loss.fed.minimum >= 0
        and max(abs(loss.row_sum[0] - 1), abs(loss.row_sum[1] - 1)) <= _SUM.value
    )


def _normalised_again(look: Look) -> Operation | None:
    """A softmax that goes into a logsumexp, as the logits of a distribution do."""
    softmaxes = {o.index: o for o in look.operations if o.kind == "softmax"}
    for operation in look.operations:
        if operation.kind == "logsumexp" and look.crash is None:
            for index in operation.inputs:
                if index in softmaxes:
                    return softmaxes[index]
    return None


def _by_distribution(segment: Segment, look: Look, softmax: Operation) -> Finding:
    classes = softmax.shape[-1] if softmax.shape else 2
    return Finding(
        rule="double-softmax",
        severity=Severity.ERROR,
        headline=say(
            "softmax is applied twice: by the model and again where its output is taken for logits"
        ),
        because=say(
            "Logits are normalised by their logsumexp: of probabilities, numbers in [0, 1], "
            "that makes a distribution in which no choice is more than e times as likely as "
            "another."
        ),
        confidence=1.0,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(softmax.name, softmax.layer),
        source=source_of(segment, softmax),
        observed={"greatest_ratio_of_two_choices": math.e, "choices": classes},
        expected={"input": say("raw scores, of either sign, that sum to anything")},
        remedies=(
            Remedy(
                "drop-softmax",
                "judgement",
                say("Give the scores as logits, or the softmax of them as probs."),
                say("Categorical(logits=scores)   # or Categorical(probs=scores.softmax(-1))"),
            ),
        ),
        segment=segment.record.number,
    )


def _finding(segment: Segment, look: Look, loss: Loss, head: Operation | None) -> Finding:
    squash = "softmax" if loss.function == "cross_entropy" else "sigmoid"
    layer = head.layer if head is not None else ""
    return Finding(
        rule="double-softmax",
        severity=Severity.ERROR,
        headline=say(
            "{squash} is applied twice: by the model and again inside {function}",
            squash=squash,
            function=loss.function,
        ),
        because=_because(loss),
        confidence=1.0 if head is not None and head.kind == squash else 0.97,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(head.name if head is not None else "", layer),
        source=source_of(segment, head) or source_of_loss(segment, loss),
        observed=_observed(loss),
        expected={"input": say("raw scores, of either sign, that sum to anything")},
        remedies=(_remedy(squash, layer),),
        segment=segment.record.number,
    )


def _because(loss: Loss) -> str:
    if loss.function != "cross_entropy":
        return say(
            "The loss applies the sigmoid itself: its probabilities stay between 0.5 and "
            "0.731, whatever the model learns."
        )
    classes = classes_of(loss)
    return say(
        "The loss applies the softmax itself: fed numbers in [0, 1] it can't fall "
        "below {floor:.3f} with {classes} classes.",
        floor=squashed_cross_entropy_floor(classes),
        classes=classes,
    )


def _remedy(squash: str, layer: str) -> Remedy:
    read = "torch.sigmoid(scores)" if squash == "sigmoid" else "scores.softmax(1)"
    return Remedy(
        f"drop-{squash}",
        "judgement",
        say(
            "Return the raw scores of {layer}; apply the {squash} only to read probabilities.",
            layer=layer or say("the last layer"),
            squash=squash,
        ),
        say(
            "return scores                      # in the model, without {squash}\n"
            "probabilities = {read}   # where you predict",
            squash=squash,
            read=read,
        ),
    )


def _observed(loss: Loss) -> dict[str, float | int | str | None]:
    observed: dict[str, float | int | str | None] = {}
    if loss.fed is not None:
        observed = {"least_input": loss.fed.minimum, "greatest_input": loss.fed.maximum}
    if loss.row_sum is not None:
        observed["least_row_sum"], observed["greatest_row_sum"] = loss.row_sum
    return observed
