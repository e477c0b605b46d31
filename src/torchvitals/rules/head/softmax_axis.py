"""The rule softmax-axis."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look, Loss, Operation, ParameterLook
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity
from torchvitals.rules.evidence.chain import feeding, operation_at
from torchvitals.rules.evidence.course import Course, course_of
from torchvitals.rules.evidence.places import named, source_of, source_of_loss
from torchvitals.words import say

_AFTER_SOFTMAX = frozenset(
    {
        "binary_cross_entropy",
        "cross_entropy",
        "huber_loss",
        "kl_div",
        "l1_loss",
        "mse_loss",
        "nll_loss",
        "smooth_l1_loss",
    }
)
_MATRIX = 2
_BETWEEN = 3
"""A bias, the greatest score taken off, and the exponential."""


@final
@dataclass(frozen=True)
class SoftmaxAxis(Rule):
    """The softmax at the output runs along the wrong dimension.

    What it detects:
        An output softmax (or log-softmax) over the samples of the batch, or over any dimension that
        is not that of the classes; and one over a single class. Within the net, one that runs over
        a single entry at every look.

    Why it is bad:
        Over the batch, the samples compete with one another for a probability that they should each
        have: the loss has a floor that grows with the batch, and a prediction depends on what else
        is in the batch. Over one entry a softmax is always 1, and no gradient passes.

    Evidence:
        The dimension along which the operation runs, the shape on which it runs, the dimension
        along which the layer before it lays out its units, and that along which the loss looks up
        classes.

    Threshold:
        None: the dimension is that of the classes or not. Where two dimensions are equally long, so
        that the shapes do not tell, nothing is said.

    Remedy:
        Give the softmax the dimension of the classes: dim=-1 after a linear layer, dim=1 after a
        convolution; or feed raw scores to the cross-entropy.

    When it is not a fault:
        Attention over keys or over time steps, over a single one too in a net that gets more than
        half of the way; a softmax on both sides of a similarity matrix; one sample without a batch
        dimension.

    References:
        PyTorch documentation of torch.nn.Softmax and torch.nn.NLLLoss (dimensions).
    """

    name: ClassVar[str] = "softmax-axis"
    family: ClassVar[str] = "head"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "loss-domain",
            "no-update",
            "not-learning",
            "restrictive-head",
            "saturated-activation",
            "vanishing-gradient",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        seen = [(k, x) for k in segment.looks if k.crash is None for x in k.losses]
        verdicts = [(look, loss, _judge(look, loss)) for look, loss in seen]
        told = [entry for entry in verdicts if entry[2] is not None]
        wrong = [entry for entry in told if entry[2] is not None and entry[2].dim is not None]
        if wrong and len(wrong) == len(told):
            look, loss, verdict = wrong[0]
            if verdict is not None:
                yield _finding(segment, look, loss, verdict)
        elif not wrong:
            yield from _inside(segment)


def _inside(segment: Segment) -> Iterator[Finding]:
    """A softmax within the net that runs over a single entry wherever it was seen."""
    looks = [look for look in segment.looks if look.crash is None and not look.brief]
    lone: dict[str, list[tuple[Look, Operation, bool]]] = {}
    for look in looks:
        for operation in look.operations:
            if operation.kind == "softmax":
                alone = _is_alone(operation) or _is_row_weighed(look, operation)
                lone.setdefault(operation.name, []).append((look, operation, alone))
    for seen in lone.values():
        look, operation, _ = seen[0]
        if all(alone for _, _, alone in seen):
            dim = operation.dim or 0
            verdict = _Verdict(operation, dim % len(operation.shape), 1, 0, 0)
            severity = _harm(course_of(segment), scored=_is_scored_alone(look, operation))
            yield _finding(segment, look, None, verdict, severity)
            return


def _harm(course: Course, *, scored: bool) -> Severity:
    """A net may learn without what it was meant to weigh; how far it gets tells whether it does."""
    if not course.learning:
        return Severity.ERROR
    return Severity.WARNING if scored and course.far_from_learned else Severity.NOTE


def _is_scored_alone(look: Look, softmax: Operation) -> bool:
    """Whether a layer of one unit scores the entries, or products with a query do: what was picked
    before, as an expert of several, may be one on purpose.
    """
    if _is_row_weighed(look, softmax) and any(map(_is_product, feeding(look, softmax))):
        return True
    before = _layer_before(look, softmax)
    weight = None if before is None else _weight(look, before)
    return weight is not None and weight.width == 1


def _is_alone(softmax: Operation) -> bool:
    """Whether it runs over one entry, while beside it lie several of the same sample.

    With four dimensions it is an attention of several heads, to which one key may be given.
    """
    shape = softmax.shape
    if softmax.dim is None or softmax.calls > 1 or not _MATRIX < len(shape) <= _MATRIX + 1:
        return False
    return shape[softmax.dim] == 1 and max(shape[1:]) > 1


def _is_row_weighed(look: Look, softmax: Operation) -> bool:
    """Whether it runs over the one row of a table whose entries a product of matrices then weighs,
    as where a batch of one sample is folded into the queries.
    """
    shape = softmax.shape
    if softmax.dim is None or softmax.calls > 1 or len(shape) != _MATRIX:
        return False
    over_rows = softmax.dim % _MATRIX == 0 and shape[0] == 1 < shape[1]
    reading = (o for o in look.operations if softmax.index in o.inputs)
    return over_rows and any(map(_is_product, reading))


def _is_product(operation: Operation) -> bool:
    """Whether it multiplies matrices of which none is a weight."""
    return operation.kind == "matmul" or (operation.kind == "linear" and not operation.parameters)


@dataclass(frozen=True)
class _Verdict:
    """The softmax before a loss; `dim` is where it runs, None where it runs as it should."""

    operation: Operation
    dim: int | None
    length: int
    classes: int
    right: int


def _judge(look: Look, loss: Loss) -> _Verdict | None:
    """Along which dimension the softmax before a loss runs; None where there is no telling."""
    if loss.function == "cross_entropy" and loss.scored_shape is not None:
        scored = next(
            (
                o
                for o in look.operations
                if o.kind == "log_softmax" and o.shape == loss.prediction_shape
            ),
            None,
        )
        found = None if scored is None else _looked_up(scored, loss.scored_shape)
        if found is not None and found.dim is not None:
            return found
        return _over_units(look, loss) or found
    return _over_units(look, loss) or _shared(look, loss)


def _looked_up(softmax: Operation, scored: tuple[int, ...]) -> _Verdict | None:
    """A log-softmax against the dimension along which nll_loss looks up the classes."""
    shape = softmax.shape
    if softmax.dim is None or len(scored) < _MATRIX or len(shape) < _MATRIX or softmax.calls > 1:
        return None
    dim, classes = softmax.dim % len(shape), scored[1]
    length = shape[dim]
    right = 1 if scored == shape else max(i for i, n in enumerate(shape) if n == classes or i == 0)
    if length != classes:
        return _Verdict(softmax, dim, length, classes, right)
    if scored != shape or shape.count(classes) > 1:
        return None
    return _Verdict(softmax, None if dim == 1 else dim, length, classes, 1)


def _over_units(look: Look, loss: Loss) -> _Verdict | None:
    """A softmax that feeds a loss, against the dimension of the units of the layer before it."""
    head = operation_at(look, loss.head)
    if head is None or head.kind != "softmax" or head.dim is None or head.calls > 1:
        return None
    if loss.function not in _AFTER_SOFTMAX or len(head.shape) < _MATRIX or head.shape[0] < _MATRIX:
        return None
    dim = head.dim % len(head.shape)
    before = _layer_before(look, head)
    units = None if before is None else _unit_dim(look, before)
    if before is None or units is None or before.shape != head.shape:
        return None
    if math.prod(loss.fed_shape) not in (1, math.prod(head.shape)):
        return None
    length, classes = head.shape[dim], head.shape[units]
    if dim not in (0, units):
        return None
    return _Verdict(head, None if dim == units and classes > 1 else dim, length, classes, units)


def _shared(look: Look, loss: Loss) -> _Verdict | None:
    """A softmax over more rows than there are classes: two rows then share a sum for one class."""
    head, picked = operation_at(look, loss.head), loss.prediction_shape
    if head is None or head.kind != "softmax" or loss.function != "nll_loss":
        return None
    if head.dim is None or head.calls > 1 or len(picked) != _MATRIX or head.shape != picked:
        return None
    rows, classes = picked
    if head.dim % _MATRIX or rows <= classes:
        return None
    return _Verdict(head, 0, rows, classes, 1)


def _layer_before(look: Look, head: Operation) -> Operation | None:
    """The layer whose units the scores are; bias and exponentials may be written by hand."""
    found = feeding(look, head)
    for _ in range(_BETWEEN):
        if len(found) == 1 and found[0].kind in ("add", "sub", "exp"):
            found = feeding(look, found[0])
    return next((o for o in found if o.kind in ("linear", "conv")), None)


def _unit_dim(look: Look, operation: Operation) -> int | None:
    """The dimension along which a layer lays out its units; None where the shape does not tell."""
    if operation.kind == "conv":
        return 1 if operation.shape else None
    weight = _weight(look, operation)
    if weight is None or operation.shape.count(weight.width) != 1:
        return None
    return operation.shape.index(weight.width)


def _weight(look: Look, operation: Operation) -> ParameterLook | None:
    return next(
        (p for p in look.parameters if p.name in operation.parameters and len(p.shape) > 1), None
    )


def _finding(
    segment: Segment,
    look: Look,
    loss: Loss | None,
    verdict: _Verdict,
    severity: Severity = Severity.ERROR,
) -> Finding:
    softmax, lone = verdict.operation, verdict.length == 1
    if lone:
        headline = say("{kind} over a single entry is always the same", kind=softmax.kind)
        because = say(
            "It runs along dimension {dim} of a tensor of shape {shape}, which is 1 long: its "
            "output is the same whatever enters, and no gradient passes to the layers before it.",
            dim=verdict.dim,
            shape=list(softmax.shape),
        )
        remedy = _drop(softmax) if loss is not None else _several_entries(softmax)
    else:
        headline = say(
            "{kind} runs along dimension {dim}, not along the classes",
            kind=softmax.kind,
            dim=verdict.dim,
        )
        because = say(
            "Its input has shape {shape}, with the {classes} classes along dimension {right}: the "
            "{length} entries along dimension {dim} compete with one another instead, and the "
            "probabilities of a sample do not sum to 1.",
            shape=list(softmax.shape),
            classes=verdict.classes,
            right=verdict.right,
            length=verdict.length,
            dim=verdict.dim,
        )
        remedy = Remedy(
            "class-dimension",
            "judgement",
            say("Let it run along the classes."),
            f"{softmax.kind}(..., dim={verdict.right})",
        )
    return Finding(
        rule="softmax-axis",
        severity=severity,
        headline=headline,
        because=because,
        confidence=1.0,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(softmax.name, softmax.layer),
        source=source_of(segment, softmax) or (loss and source_of_loss(segment, loss)),
        observed={"softmax_dimension": verdict.dim, "entries": verdict.length},
        expected={"softmax_dimension": verdict.right}
        if not lone
        else {"entries_at_least": _MATRIX},
        remedies=(remedy,),
        segment=segment.record.number,
    )


def _drop(softmax: Operation) -> Remedy:
    return Remedy(
        "drop-softmax",
        "judgement",
        say("Return the output as it is; for a probability of two classes use a sigmoid."),
        say("return {layer}_output   # without the softmax", layer=softmax.layer or "output"),
    )


def _several_entries(softmax: Operation) -> Remedy:
    """The longest dimension but the batch's is the likeliest to be weighed."""
    shape = softmax.shape
    dim = max(range(1, len(shape)), key=lambda k: shape[k]) if len(shape) > 1 else 0
    return Remedy(
        "weighed-dimension",
        "judgement",
        say("Let it run along the entries that are weighed against one another."),
        f"torch.softmax(..., dim={dim})",
    )
