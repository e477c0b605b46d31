"""The rule loss-domain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, final

from torchvitals.record.look import Look, Loss, Operation, Statistics
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity
from torchvitals.rules.evidence import domain, places
from torchvitals.rules.evidence.chain import operation_at
from torchvitals.rules.evidence.course import FAR, course_of
from torchvitals.words import say

_POSITIVE = frozenset({"softmax", "sigmoid", "exp"})
_APART, _MOST_CLASSES = 2, 20
"""Two labels are next to each other; and of many classes each has few rows."""
_CLASS_SCORES = Remedy(
    "class-scores",
    "judgement",
    say("If they number classes: give the last layer one output for each, and no activation."),
    "loss = F.cross_entropy(scores, y.long())",
)


@dataclass(frozen=True)
class _Site:
    """One loss of one look, and the operation that feeds it."""

    segment: Segment
    look: Look
    loss: Loss
    head: Operation | None

    @property
    def kind(self) -> str:
        return self.head.kind if self.head is not None else say("an operation")


@final
@dataclass(frozen=True)
class LossDomain(Rule):
    """A loss is fed numbers outside the range on which it is defined.

    What it detects:
        Binary cross-entropy after an output that can leave [0, 1]; binary targets outside [0, 1];
        the negative log-likelihood, the CTC loss or the KL divergence fed anything but
        log-probabilities; class indices out of range.

    Why it is bad:
        Outside its domain a loss raises, or silently measures something else. BCELoss clamps ln 0
        at -100: an output of exactly 0 for a target of 1 costs 100 and, after a ReLU, has no
        gradient, so that the loss stands at 50.0 for ever when half of the targets are 1.

    Evidence:
        The operation that feeds the loss in the autograd graph, the range of what was fed and of
        the target, the sums of rows; after a crash, the tensors that the failing call held.

    Threshold:
        None for the structure: what a ReLU or a linear layer can produce is known. Rows count as
        log-probabilities within 0.01 nats.

    Remedy:
        Binary: drop the output activation and use BCEWithLogitsLoss, or end in a sigmoid. Classes:
        feed raw scores to CrossEntropyLoss.

    When it is not a fault:
        Outputs that are in range by construction (sigmoid, softmax, clamp), and those whose origin
        is unknown but whose values stay in range. A CTC loss on raw scores that came down to half
        of its height all the same is only noted.

    References:
        PyTorch documentation of BCELoss, NLLLoss and KLDivLoss.
    """

    name: ClassVar[str] = "loss-domain"
    family: ClassVar[str] = "head"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "dead-relu",
            "exploding-gradient",
            "learning-rate-too-high",
            "no-update",
            "nonfinite-values",
            "not-learning",
            "saturated-activation",
            "vanishing-gradient",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        seen: set[tuple[str, str]] = set()
        for look, loss in places.losses_by_head(segment):
            finding = _judge(_Site(segment, look, loss, operation_at(look, loss.head)))
            key = (loss.function, "".join(finding.where if finding is not None else ()))
            if finding is not None and key not in seen:
                seen.add(key)
                yield finding


def _judge(site: _Site) -> Finding | None:
    loss, crash = site.loss, site.look.crash
    if loss.fed is not None and loss.fed.nonfinite:
        return None
    if crash is not None and re.search(r"[Tt]arget .*out of bounds", crash):
        return _class_range(site)
    if loss.function == "binary_cross_entropy":
        return _binary_target(site) or _binary(site)
    if loss.function == "binary_cross_entropy_with_logits":
        return _binary_target(site)
    return _log_probabilities(site)


def _binary(site: _Site) -> Finding | None:
    fed, clamp = site.loss.fed, domain.clamped(site.segment, site.loss.function)
    cut_off = site.kind == "clamp" and clamp is not None
    if fed is None or not (domain.is_outside(fed) or site.kind in domain.UNBOUNDED or cut_off):
        return None
    out = domain.escaped(site.segment, site.loss.function)
    shown = out[1].fed if out is not None and out[1].fed is not None else fed
    head, certain = site.head, out is not None or clamp is not None
    flaw = (
        say("which has no gradient at 0 and 1") if cut_off else say("whose output can leave [0, 1]")
    )
    return Finding(
        rule="loss-domain",
        severity=Severity.ERROR if certain else Severity.WARNING,
        headline=say("binary cross-entropy is fed by {kind}, {flaw}", kind=site.kind, flaw=flaw),
        because=domain.why_binary(site.kind, out[0] if out is not None else None, clamp, shown),
        confidence=1.0 if certain else 0.95,
        first_step=site.segment.looks[0].step,
        last_step=site.segment.looks[-1].step,
        where=places.named(head.name, head.layer) if head is not None else (),
        source=places.source_of(site.segment, head)
        or places.source_of_loss(site.segment, site.loss),
        observed={
            "output_activation": site.kind,
            "least_input": shown.minimum,
            "greatest_input": shown.maximum,
        },
        expected={"least_input": 0.0, "greatest_input": 1.0},
        remedies=_binary_remedies(head),
        segment=site.segment.record.number,
    )


def _binary_remedies(head: Operation | None) -> tuple[Remedy, ...]:
    layer = head.layer if head is not None else say("last layer")
    return (
        Remedy(
            "use-logits",
            "judgement",
            say("Return the raw score, and let the loss apply the sigmoid: stable for any score."),
            say(
                "criterion = nn.BCEWithLogitsLoss()   # and no activation after {layer}",
                layer=layer,
            ),
        ),
        Remedy(
            "sigmoid-output",
            "judgement",
            say("Or end in a sigmoid."),
            say("return torch.sigmoid(...)   # after {layer}", layer=layer),
        ),
    )


def _binary_target(site: _Site) -> Finding | None:
    target = site.loss.target
    if target is None or not domain.is_outside(target):
        return None
    binary = _binary_labels(target)
    found = _certain(
        site,
        say("targets of {function} lie outside [0, 1]", function=site.loss.function),
        say(
            "Binary cross-entropy is -t ln p - (1 - t) ln(1 - p): with t outside [0, 1] it "
            "has no minimum, and rewards ever larger scores."
        ),
        {"least_target": (target.minimum, 0.0), "greatest_target": (target.maximum, 1.0)},
        binary,
    )
    return replace(found, remedies=(_CLASS_SCORES, binary)) if _may_number(target) else found


def _may_number(target: Statistics) -> bool:
    """Whether least and greatest are whole numbers that several classes may have."""
    least, greatest = target.minimum, target.maximum
    whole = least.is_integer() and greatest.is_integer()
    return whole and 0 <= least <= greatest - _APART and greatest <= _MOST_CLASSES


def _binary_labels(target: Statistics) -> Remedy:
    """They are told apart halfway between the least and the greatest."""
    half = (target.minimum + target.maximum) / 2
    return Remedy(
        "binary-targets",
        "judgement",
        say("Map the labels to 0 and 1."),
        f"y = (y > {half:g}).float()",
    )


def _log_probabilities(site: _Site) -> Finding | None:
    loss = site.loss
    if loss.function in ("nll_loss", "ctc_loss"):
        numbers = {"log-sum-exp_of_a_row": (domain.worst_row(loss), 0.0)}
    elif loss.function == "kl_div" and loss.fed is not None:
        numbers = {"largest_input": (max(loss.fed.maximum, 0.0), 0.0)}
    else:
        return None
    if all(abs(value) <= domain.LOG_ROWS.value for value, _ in numbers.values()):
        return None
    found = _certain(
        site,
        say(
            "{function} is fed by the logarithm of {kind}, whose rows do not sum to 1",
            function=loss.function,
            kind=site.kind,
        )
        if _is_logarithm(site)
        else say(
            "{function} is fed by {kind}, not by log-probabilities",
            function=loss.function,
            kind=site.kind,
        ),
        say(
            "{function} only picks out or weighs the numbers it is given; unless they are "
            "log-probabilities its value can fall without limit, or is no likelihood at "
            "all.",
            function=loss.function,
        ),
        numbers,
        Remedy(
            "log-softmax",
            "judgement",
            say("Feed the raw scores to the cross-entropy, which takes the log-softmax itself."),
            "loss = F.cross_entropy(scores, target)",
        ),
    )
    if loss.function != "ctc_loss":
        return found
    return replace(
        found,
        severity=Severity.NOTE if _got_over_it(site.segment) else Severity.ERROR,
        remedies=(
            Remedy(
                "log-softmax",
                "judgement",
                say("Take the log-softmax over the classes, the last dimension, before the loss."),
                "loss = F.ctc_loss(scores.log_softmax(-1), targets, input_lengths, target_lengths)",
            ),
        ),
    )


def _is_logarithm(site: _Site) -> bool:
    """Whether numbers below zero were fed, of an operation that makes none: their logarithm was."""
    fed = site.loss.fed
    return site.kind in _POSITIVE and fed is not None and fed.minimum < 0


def _got_over_it(segment: Segment) -> bool:
    """The CTC loss came down far from its height: its gradient pulls the sums of the rows to 1, and
    once they are near there it is the likelihood that it should have been.
    """
    course = course_of(segment)
    return not course.short and course.end <= FAR.value * course.highest


def _class_range(site: _Site) -> Finding:
    target, classes = site.loss.target, places.classes_of(site.loss)
    least, greatest = (target.minimum, target.maximum) if target is not None else (None, None)
    return _certain(
        site,
        say(
            "a class index lies outside the {classes} classes that the model scores",
            classes=classes,
        ),
        say(
            "The cross-entropy reads the score of the target class; there is none for this "
            "index. It raised: {crash}",
            crash=site.look.crash,
        ),
        {"least_target": (least, 0), "greatest_target": (greatest, classes - 1)},
        Remedy(
            "classes",
            "judgement",
            say("Count classes from 0, and give the last layer one output for each."),
            "target = target - target.min()",
        ),
    )


def _certain(
    site: _Site,
    headline: str,
    because: str,
    numbers: Mapping[str, tuple[float | None, float]],
    remedy: Remedy,
) -> Finding:
    """A fault that one look proves; `numbers` are observed and expected."""
    return Finding(
        rule="loss-domain",
        severity=Severity.ERROR,
        headline=headline,
        because=because,
        confidence=1.0,
        first_step=site.look.step,
        last_step=site.segment.looks[-1].step,
        where=(site.head.name,) if site.head is not None else (),
        source=places.source_of_loss(site.segment, site.loss)
        or places.source_of(site.segment, site.head),
        observed={name: seen for name, (seen, _) in numbers.items()},
        expected={name: wanted for name, (_, wanted) in numbers.items()},
        remedies=(remedy,),
        segment=site.segment.record.number,
    )
