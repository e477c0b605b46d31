"""The rule broadcast-loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Crossed, Look, Loss
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity
from torchvitals.rules.evidence.chain import operation_at
from torchvitals.rules.evidence.course import course_of
from torchvitals.rules.evidence.places import source_of_loss
from torchvitals.words import say

_SAME_SHAPE = Remedy(
    "same-shape",
    "judgement",
    say("Give the target the shape of the prediction."),
    "loss = criterion(prediction, target.view_as(prediction))",
)

_SAME_WEIGHTS = Remedy(
    "same-shape",
    "judgement",
    say("Give the weights the shape of the terms."),
    "loss = -(log_prob * advantage.view_as(log_prob)).mean()",
)


@final
@dataclass(frozen=True)
class BroadcastLoss(Rule):
    """The prediction and the target have shapes that broadcast against each other in the loss.

    What it detects:
        A prediction of shape [N, 1] subtracted from a target of shape [N] (or the reverse), built
        in or written by hand: each prediction is compared with every target. And terms of shape [N]
        that are multiplied by weights of shape [N, 1] (or the reverse), as the log-probabilities of
        a policy by advantages.

    Why it is bad:
        The loss of N x N pairs is least where every prediction is the mean of the targets. The
        model learns the mean, its weights go to zero, and the loss settles at the variance of the
        targets; nothing raises. The sum over all pairs of terms and weights is the product of their
        sums: the weights no longer tell one term from another, and a policy learns nothing.

    Evidence:
        The strides of what the loss was fed: both sides were repeated, each along the dimension of
        the other. The shapes of the terms of the loss and of what they are multiplied by.

    Threshold:
        None: the shapes are certain.

    Remedy:
        Give both the same shape.

    When it is not a fault:
        One value compared with many on purpose (a learned constant), and pairs taken on purpose by
        unsqueeze. Weights of one sign that a net which learns makes do without.

    References:
        PyTorch's own warning in mse_loss: using a target size that is different to the input size.
    """

    name: ClassVar[str] = "broadcast-loss"
    family: ClassVar[str] = "head"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "not-learning",
            "vanishing-gradient",
            "dead-relu",
            "unscaled-input",
            "saturated-activation",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        found = next(
            ((look, loss) for look in segment.looks for loss in look.losses if loss.outer), None
        )
        if found is not None:
            yield _finding(segment, *found)
            return
        crossed = next(((look, look.crossed) for look in segment.looks if look.crossed), None)
        if crossed is not None:
            yield _crossed(segment, *crossed)


def _crossed(segment: Segment, look: Look, crossed: Crossed) -> Finding:
    """Terms of which each meets the weights of all: the sum over the pairs is the product of both
    sums, whatever weight belongs to which term.
    """
    source = next((k.crossed.source for k in segment.looks if k.crossed and k.crossed.source), None)
    learns = course_of(segment).learning
    mild = Severity.NOTE if learns else Severity.WARNING
    return Finding(
        rule="broadcast-loss",
        severity=Severity.ERROR if crossed.signed else mild,
        headline=say("the loss multiplies every term by the weight of every other term"),
        because=say(
            "The two shapes broadcast to all pairs. Their sum is the sum of the terms times the "
            "sum of the weights: which weight belongs to which term is lost, and no choice is "
            "told from another."
        ),
        confidence=1.0,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        source=source,
        observed={
            "terms_shape": str(list(crossed.terms)),
            "weights_shape": str(list(crossed.weights)),
        },
        expected={"weights_shape": str(list(crossed.terms))},
        remedies=(_SAME_WEIGHTS,),
        segment=segment.record.number,
    )


def _finding(segment: Segment, look: Look, loss: Loss) -> Finding:
    head = operation_at(look, loss.head)
    prediction, fed = loss.prediction_shape, loss.fed_shape
    return Finding(
        rule="broadcast-loss",
        severity=Severity.ERROR,
        headline=say("the loss compares every prediction with every target"),
        because=say(
            "The two shapes broadcast to all pairs. The least loss is reached by "
            "predicting the mean target for every input, so that is what is learned."
        ),
        confidence=1.0,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=(head.name,) if head is not None else (),
        source=source_of_loss(segment, loss),
        observed={
            "prediction_shape": str(list(prediction)),
            "compared_as": str(list(fed if fed != prediction else loss.target_shape)),
        },
        expected={"target_shape": str(list(prediction))},
        remedies=(_SAME_SHAPE,),
        segment=segment.record.number,
    )
