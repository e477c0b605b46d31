from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look, Loss, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import operation_at
from torchvitals.rules.evidence.places import losses_by_head, source_of, source_of_loss

_UNBOUNDED = {
    "relu": "ReLU has no upper bound, and is exactly 0 for half of its inputs",
    "linear": "a linear layer gives any number",
    "conv": "a convolution gives any number",
    "leaky_relu": "Leaky ReLU gives any number",
    "prelu": "PReLU gives any number",
    "elu": "ELU lies above -1 and has no upper bound",
    "gelu": "GELU has no upper bound",
    "silu": "SiLU has no upper bound",
    "mish": "Mish has no upper bound",
    "softplus": "softplus has no upper bound",
    "tanh": "tanh lies between -1 and 1",
    "batch_norm": "batch normalisation gives any number",
    "layer_norm": "layer normalisation gives any number",
}
_CLAMPED = Threshold(25.0, "nats", "theorem", "BCELoss clamps the logarithm at -100: one wrong 0 or 1 among four costs 25")
_LOG_ROWS = Threshold(0.01, "nats", "theorem", "rows of log-probabilities have a log-sum-exp of 0; bfloat16 rounds by 2^-8")


@final
@dataclass(frozen=True)
class LossDomain(Rule):
    """A loss is fed numbers outside the range on which it is defined.

    What it detects:
        Binary cross-entropy after an output that can leave [0, 1]; binary targets outside [0, 1]; the negative
        log-likelihood or the KL divergence fed anything but log-probabilities; class indices out of range.

    Why it is bad:
        Outside its domain a loss raises, or silently measures something else. BCELoss clamps ln 0 at -100: an output
        of exactly 0 for a target of 1 costs 100 and, after a ReLU, has no gradient, so that the loss stands at
        50.0 for ever when half of the targets are 1.

    Evidence:
        The operation that feeds the loss in the autograd graph, the range of what was fed and of the target, the sums of
        rows; after a crash, the tensors that the failing call held.

    Threshold:
        None for the structure: what a ReLU or a linear layer can produce is known. Rows count as log-probabilities within
        0.01 nats.

    Remedy:
        Binary: drop the output activation and use BCEWithLogitsLoss, or end in a sigmoid. Classes: feed raw scores to
        CrossEntropyLoss.

    When it is not a fault:
        Outputs that are in range by construction (sigmoid, softmax, clamp), and those whose origin is unknown but whose
        values stay in range.

    References:
        PyTorch documentation of BCELoss, NLLLoss and KLDivLoss.
    """

    name: ClassVar[str] = "loss-domain"
    family: ClassVar[str] = "head"
    explains: ClassVar[frozenset[str]] = frozenset(
        {"dead-relu", "not-learning", "nonfinite-values", "saturated-activation", "exploding-gradient", "vanishing-gradient",
         "no-update", "learning-rate-too-high"}
    )  # fmt: skip

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        seen: set[tuple[str, str]] = set()
        for look, loss in losses_by_head(segment):
            finding = self._judge(segment, look, loss)
            if finding is None:
                continue
            key = (loss.function, "".join(finding.where))
            if key in seen:
                continue
            seen.add(key)
            yield finding

    def _judge(self, segment: Segment, look: Look, loss: Loss) -> Finding | None:
        head = operation_at(look, loss.head)
        if loss.fed is not None and loss.fed.nonfinite:
            return None
        if look.crash is not None and re.search(r"[Tt]arget .*out of bounds", look.crash):
            return _class_range(segment, look, loss, head)
        if loss.function == "binary_cross_entropy":
            return _binary(segment, look, loss, head)
        if loss.function == "binary_cross_entropy_with_logits":
            return _binary_target(segment, look, loss, head)
        if loss.function == "nll_loss":
            return _log_probabilities(segment, look, loss, head)
        if loss.function == "kl_div" and loss.fed is not None and loss.fed.maximum > _LOG_ROWS.value:
            return _not_log(segment, look, loss, head, "largest input", loss.fed.maximum)
        return None


def _binary(segment: Segment, look: Look, loss: Loss, head: Operation | None) -> Finding | None:
    target = _binary_target(segment, look, loss, head)
    if target is not None or loss.fed is None:
        return target
    outside = loss.fed.minimum < 0 or loss.fed.maximum > 1
    if not outside and (head is None or head.kind not in _UNBOUNDED):
        return None
    worst = [(k, other) for k in segment.looks for other in k.losses if other.function == loss.function]
    escaped = next(((k, x) for k, x in worst if x.fed is not None and (x.fed.minimum < 0 or x.fed.maximum > 1)), None)
    clamped = next((k for k in segment.looks if k.loss >= _CLAMPED.value), None)
    certain = escaped is not None or clamped is not None
    return _binary_finding(segment, look, loss, head, escaped, clamped, Severity.ERROR if certain else Severity.WARNING)


def _binary_finding(
    segment: Segment,
    look: Look,
    loss: Loss,
    head: Operation | None,
    escaped: tuple[Look, Loss] | None,
    clamped: Look | None,
    severity: Severity,
) -> Finding:
    kind = head.kind if head is not None else "an operation"
    layer = head.name if head is not None else ""
    fed = escaped[1].fed if escaped is not None else loss.fed
    assert fed is not None
    because = f"Binary cross-entropy takes the logarithm of its input and of 1 minus it; {_UNBOUNDED.get(kind, 'its input left that range')}."
    if escaped is not None and escaped[0].crash is not None:
        because += f" At step {escaped[0].step} an output of {max(fed.maximum, -fed.minimum):.3g} reached the loss, which raised: {escaped[0].crash}."
    elif clamped is not None:
        because += f" An output of exactly 0 where the target is 1 costs 100 each, and the ReLU passes no gradient there: the loss stays at {clamped.loss:.4g}." if kind == "relu" else f" The clamped logarithm shows as a loss of {clamped.loss:.4g}."
    return Finding(
        rule="loss-domain",
        severity=severity,
        headline=f"binary cross-entropy is fed by {kind}, whose output is not confined to [0, 1]",
        because=because,
        confidence=1.0 if severity is Severity.ERROR else 0.95,
        first_step=segment.looks[0].step,
        last_step=segment.looks[-1].step,
        where=tuple(filter(None, (layer, head.layer if head is not None and head.layer != layer else ""))),
        source=source_of(segment, head) or source_of_loss(segment, loss),
        observed={"output_activation": kind, "least_input": fed.minimum, "greatest_input": fed.maximum},
        expected={"least_input": 0.0, "greatest_input": 1.0},
        remedies=_binary_remedies(head),
        segment=segment.record.number,
    )


def _binary_remedies(head: Operation | None) -> tuple[Remedy, ...]:
    layer = head.layer if head is not None else "last layer"
    return (
        Remedy(
            "use-logits",
            "judgement",
            "Return the raw score of the last layer and let the loss apply the sigmoid; it is stable for any score.",
            f"criterion = nn.BCEWithLogitsLoss()   # and no activation after {layer}",
        ),
        Remedy("sigmoid-output", "judgement", "Or end in a sigmoid.", f"return torch.sigmoid(...)   # after {layer}"),
    )


def _binary_target(segment: Segment, look: Look, loss: Loss, head: Operation | None) -> Finding | None:
    target = loss.target
    if target is None or (target.minimum >= 0 and target.maximum <= 1):
        return None
    return Finding(
        rule="loss-domain",
        severity=Severity.ERROR,
        headline=f"targets of {loss.function} lie outside [0, 1]",
        because="Binary cross-entropy is -t ln p - (1 - t) ln(1 - p): with t outside [0, 1] it has no minimum, and rewards ever larger scores.",
        confidence=1.0,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=(head.name,) if head is not None else (),
        source=source_of_loss(segment, loss),
        observed={"least_target": target.minimum, "greatest_target": target.maximum},
        expected={"least_target": 0.0, "greatest_target": 1.0},
        remedies=(Remedy("binary-targets", "judgement", "Map the labels to 0 and 1.", "target = (target > 0).float()"),),
        segment=segment.record.number,
    )


def _log_probabilities(segment: Segment, look: Look, loss: Loss, head: Operation | None) -> Finding | None:
    rows = loss.row_logsumexp
    if rows is None or max(abs(rows[0]), abs(rows[1])) <= _LOG_ROWS.value:
        return None
    return _not_log(segment, look, loss, head, "log-sum-exp of a row", rows[1])


def _not_log(segment: Segment, look: Look, loss: Loss, head: Operation | None, what: str, value: float) -> Finding:
    kind = head.kind if head is not None else "an operation"
    return Finding(
        rule="loss-domain",
        severity=Severity.ERROR,
        headline=f"{loss.function} is fed by {kind}, not by log-probabilities",
        because=f"{loss.function} only picks out or weighs the numbers it is given; unless they are log-probabilities its value can fall without limit, or is no likelihood at all.",
        confidence=1.0,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=(head.name,) if head is not None else (),
        source=source_of_loss(segment, loss) or source_of(segment, head),
        observed={what.replace(" ", "_"): value},
        expected={what.replace(" ", "_"): 0.0},
        remedies=(
            Remedy(
                "log-softmax",
                "judgement",
                "Feed the raw scores to the cross-entropy, which takes the log-softmax itself.",
                "loss = F.cross_entropy(scores, target)",
            ),
        ),
        segment=segment.record.number,
    )


def _class_range(segment: Segment, look: Look, loss: Loss, head: Operation | None) -> Finding:
    classes = loss.fed_shape[1] if len(loss.fed_shape) > 1 else 0
    target = loss.target
    return Finding(
        rule="loss-domain",
        severity=Severity.ERROR,
        headline=f"a class index lies outside the {classes} classes that the model scores",
        because=f"The cross-entropy reads the score of the target class; there is none for this index. It raised: {look.crash}",
        confidence=1.0,
        first_step=look.step,
        last_step=look.step,
        where=(head.name,) if head is not None else (),
        source=loss.source,
        observed={} if target is None else {"least_target": target.minimum, "greatest_target": target.maximum},
        expected={"least_target": 0, "greatest_target": classes - 1},
        remedies=(
            Remedy("classes", "judgement", "Count classes from 0, and give the last layer one output for each.", "target = target - target.min()"),
        ),
        segment=segment.record.number,
    )
