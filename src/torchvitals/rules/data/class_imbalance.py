"""The rule class-imbalance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look, Loss, Operation, Tally
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import operation_at
from torchvitals.rules.evidence.course import Course, course_of
from torchvitals.rules.evidence.places import named, source_of_loss
from torchvitals.words import say

_UNEVEN = Threshold(
    0.9, "share of the commonest class", "convention", "nine to one: always guessing it looks good"
)
_ENOUGH = Threshold(
    5.0,
    "rows of other classes",
    "theorem",
    "none found of five: fewer than half of them are, at 95 % confidence",
)
_SEVERAL_LOOKS = 5
"""Rows that are sorted by class show one class at first."""
_SEVERAL_CLASSES = 3
"""Of two, one may be too rare to be seen."""
_ENOUGH_ROWS = 100
"""A class of three in a hundred would be missed in one run of twenty."""
_FEWEST = 2
"""Looks: one alone may be a batch that was hard."""
_BLIND = Threshold(
    0.9,
    "share of pairs ranked right",
    "convention",
    "scores that rank nine of ten pairs right know the classes, and want only another border",
)
_UNEXPLAINED = Threshold(
    0.5,
    "of the loss of the best constant",
    "convention",
    "a net that explains half of what a constant leaves is on its way to the rare ones",
)


@final
@dataclass(frozen=True)
class ClassImbalance(Rule):
    """One class is so common that the net gives it to every sample, and learns nothing else.

    What it detects:
        Targets nine tenths of which are one class, in a run whose loss stays near what that share
        costs, and whose scores choose this class for every sample. Or targets that are all one
        class.

    Why it is bad:
        The accuracy looks high and is that of a constant. The rare classes give so small a part of
        the gradient that the net settles on the common one first, and hardly leaves it.

    Evidence:
        The classes among the targets, what the scores choose for the same rows, and how well they
        rank the rows of the common class above the others; the loss against the entropy of the base
        rate.

    Threshold:
        A share of 90 %; none found of at least five rows of other classes; at most 90 % of pairs
        ranked right, where 50 % is chance; a loss above half of that of the best constant.

    Remedy:
        Weigh the classes by their rarity in the loss, or draw them evenly.

    When it is not a fault:
        Rare events that no model can foresee one by one: scores that stay below a half but rank the
        rows well; a net that learns; classes weighed already. Rows that bear many rare marks, as of
        things bought, once they cost less than a constant does.

    References:
        He and Garcia 2009, Learning from Imbalanced Data; Lin et al. 2017, section 3.3.
    """

    name: ClassVar[str] = "class-imbalance"
    family: ClassVar[str] = "data"
    explains: ClassVar[frozenset[str]] = frozenset({"not-learning"})

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        if course.short:
            return
        lone = None if course.adversarial else _only_class(segment)
        found = _lone_finding(segment, *lone) if lone is not None else _rare(segment, course)
        if found is not None:
            yield found


def _rare(segment: Segment, course: Course) -> Finding | None:
    """Rows of other classes, of which none is found."""
    if course.chance is None or course.blown_up:
        return None
    if course.mean_end < _UNEXPLAINED.value * course.chance:
        return None
    looks = [k for k in segment.looks if k.losses and k.crash is None]
    seen = [(k, x, x.tally) for k in looks for x in k.losses if x.tally is not None]
    if course.learning and any(_several_marks(loss) for _, loss, _ in seen):
        return None
    half = segment.looks[-1].step / 2
    late = [tally for look, _, tally in seen if look.step >= half]
    settled = _settled([tally for _, _, tally in seen])
    rows = sum(tally.samples for tally in settled)
    common = sum(tally.common_wanted for tally in settled)
    many = len(settled) >= _FEWEST and common >= _UNEVEN.value * rows
    if not many or rows - common < _ENOUGH.value:
        return None
    ranked = _ranked(late)
    if ranked is None or ranked > _BLIND.value:
        return None
    look, loss, _ = seen[0]
    return _finding(segment, look, loss, settled[0], common / rows, rows - common, ranked)


def _only_class(segment: Segment) -> tuple[Look, Loss] | None:
    """A look at a classifier whose every target, at every look, was one and the same class.

    Each class must have its own weights in the layer that scores it: where the right answer is put
    first by design, as in contrastive losses, the scores are products of what was made of the data.
    """
    looks = [k for k in segment.looks if k.losses and k.crash is None]
    seen = [(k, x, x.tally) for k in looks for x in k.losses if x.tally is not None]
    if len(seen) < _SEVERAL_LOOKS or len(seen) < sum(len(k.losses) for k in looks):
        return None
    if sum(tally.samples for _, _, tally in seen) < _ENOUGH_ROWS:
        return None
    alike = all(
        tally.common == seen[0][2].common and tally.common_wanted == tally.samples
        for _, _, tally in seen
    )
    look, loss, tally = seen[0]
    head = operation_at(look, loss.head)
    of_its_own = head is not None and tally.classes in _widths(look, head)
    return (look, loss) if alike and of_its_own and tally.classes >= _SEVERAL_CLASSES else None


def _widths(look: Look, head: Operation) -> set[int]:
    """How many units the weights of a layer make."""
    if head.kind not in ("linear", "conv"):
        return set()
    return {p.width for p in look.parameters if p.name in head.parameters and len(p.shape) > 1}


def _lone_finding(segment: Segment, look: Look, loss: Loss) -> Finding:
    head, tally = operation_at(look, loss.head), loss.tally
    return Finding(
        rule="class-imbalance",
        severity=Severity.ERROR,
        headline=say("every target is class {common}", common=tally.common if tally else 0),
        because=say(
            "Not one row of another class was seen: to give class {common} to all of them is what "
            "the loss asks for, and nothing is learned about the data. Labels may have been "
            "divided, cast to whole numbers or cut off on the way.",
            common=tally.common if tally else 0,
        ),
        confidence=0.97,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(head.name, head.layer) if head is not None else (),
        source=source_of_loss(segment, loss),
        observed={"share_of_common_class": 1.0},
        expected={"share_of_common_class_below": _UNEVEN.value},
        remedies=(
            Remedy(
                "look-at-labels",
                "judgement",
                say("Look at the labels that reach the loss: each class must be among them."),
                "print(torch.unique(y_train, return_counts=True))",
            ),
        ),
        segment=segment.record.number,
    )


def _several_marks(loss: Loss) -> bool:
    """Rows that bear marks, as of things bought: each is rare, and they are no classes of a row."""
    binary = loss.function.startswith("binary")
    return binary and len(loss.target_shape) > 1 and loss.target_shape[1] > 1


def _settled(seen: list[Tally]) -> list[Tally]:
    """The looks since which every row was given the class that is the commonest to the end."""
    found: list[Tally] = []
    for tally in reversed(seen):
        if tally.common != seen[-1].common or tally.common_chosen < tally.samples:
            break
        found.append(tally)
    return found


def _ranked(late: list[Tally]) -> float | None:
    """Pairs ranked right, over all looks that show both kinds of row."""
    known = [(t.ranked, t.samples - t.common_wanted) for t in late if t.ranked is not None]
    weight = sum(others for _, others in known)
    return sum(share * others for share, others in known) / weight if weight else None


def _finding(  # noqa: PLR0913, PLR0917  each is one number that is said
    segment: Segment,
    look: Look,
    loss: Loss,
    tally: Tally,
    share: float,
    others: int,
    ranked: float,
) -> Finding:
    head = operation_at(look, loss.head)
    return Finding(
        rule="class-imbalance",
        severity=Severity.ERROR,
        headline=say(
            "class {common} is {share:.1%} of the targets, and is given to every sample",
            common=tally.common,
            share=share,
        ),
        because=say(
            "The loss stays near what that share alone costs. None of {others} rows of other "
            "classes was found, and the scores rank {ranked:.0%} of pairs right, where 50% is "
            "chance.",
            others=others,
            ranked=ranked,
        ),
        confidence=0.7,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(head.name, head.layer) if head is not None else (),
        source=source_of_loss(segment, loss),
        observed={"share_of_common_class": share, "others_found": 0, "pairs_ranked_right": ranked},
        expected={
            "share_of_common_class_below": _UNEVEN.value,
            "pairs_ranked_right_above": _BLIND.value,
        },
        remedies=_remedies(loss, share),
        segment=segment.record.number,
    )


def _remedies(loss: Loss, share: float) -> tuple[Remedy, ...]:
    if loss.function.startswith("binary"):
        code = (
            f"criterion = nn.BCEWithLogitsLoss(pos_weight=torch.tensor({share / (1 - share):.3g}))"
        )
    else:
        code = (
            "counts = torch.bincount(y_train)\n"
            "criterion = nn.CrossEntropyLoss(weight=counts.sum() / (len(counts) * counts))"
        )
    return (
        Remedy(
            "weigh-classes",
            "trial",
            say("Weigh each class by how rare it is."),
            code,
        ),
        Remedy(
            "draw-evenly",
            "trial",
            say("Or draw the classes evenly."),
            "weights = (1.0 / torch.bincount(y_train))[y_train]\n"
            "sampler = WeightedRandomSampler(weights, len(weights))",
        ),
    )
