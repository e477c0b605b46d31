"""The rule attention-collapse."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Attended
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.attention import (
    AttentionHistory,
    attention_histories,
)
from torchvitals.rules.evidence.course import course_of
from torchvitals.rules.evidence.places import named, source_of
from torchvitals.words import say

_EVEN = Threshold(
    0.9999,
    "of the entropy of even weights",
    "theorem",
    "H = ln T - s^2/2: logits within 0.03 of each other over 100 keys; usual weights give 0.3",
)
_FROZEN = Threshold(
    2.0,
    "times sqrt(2 ln T)",
    "theorem",
    "random-energy model (Derrida 1981): beyond 1 the weight condenses on one key, .69 of it at 2",
)
_MOST = Threshold(0.8, "share of rows", "convention", "all but the rows that a mask leaves one key")
_FEWEST_LOOKS = 4
"""Steps 0, 1, 2 and 4: an attention that is even at first moves within these."""


@final
@dataclass(frozen=True)
class AttentionCollapse(Rule):
    """The attention looks at one key alone, or at all keys alike, whatever it is given.

    What it detects:
        An attention whose rows are one-hot, or even, at every look from the first to the last, in
        a net that does not learn.

    Why it is bad:
        On one key the softmax has next to no slope: what the others hold can't draw the weight
        away. Spread evenly it is a mean, which picks nothing out; queries and keys get gradients
        as small as their products.

    Evidence:
        Some rows of the weights that the graph saved, or of those that the saved queries and keys
        give, and the logits before the softmax.

    Threshold:
        One-hot: a logit spread beyond twice sqrt(2 ln T) over T keys, and 8 rows of 10 with 99 %
        on one key. Even: 0.9999 of the entropy of even weights.

    Remedy:
        Divide the products of queries and keys by the square root of their width; normalise them.

    When it is not a fault:
        Even weights at the start; a sharp head that was learned; a net that learns all the same.

    References:
        Vaswani et al. 2017, section 3.2.1; Zhai et al. 2023 (entropy collapse), theorem 3.1.
    """

    name: ClassVar[str] = "attention-collapse"
    family: ClassVar[str] = "signal"
    explains: ClassVar[frozenset[str]] = frozenset(
        {"not-learning", "learning-rate-too-low", "no-update"}
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        if not course_of(segment).far_from_learned:
            return
        histories = [h for h in attention_histories(segment) if len(h.rows) >= _FEWEST_LOOKS]
        collapsed = [h for h in histories if _is_collapsed(h)]
        if collapsed:
            yield _finding(segment, collapsed, all_of_them=len(collapsed) == len(histories))


def _is_collapsed(history: AttentionHistory) -> bool:
    seen = [attended for _, attended in history.rows]
    return all(map(_is_even, seen)) or all(map(_is_one_hot, seen))


def _is_even(attended: Attended) -> bool:
    return attended.entropy > _EVEN.value


def _is_one_hot(attended: Attended) -> bool:
    if attended.sharp < _MOST.value:
        return False
    spread = attended.logit_std
    return spread is None or spread > _FROZEN.value * math.sqrt(2 * math.log(attended.keys))


def _finding(segment: Segment, collapsed: list[AttentionHistory], *, all_of_them: bool) -> Finding:
    worst = collapsed[0]
    even = _is_even(worst.last)
    serious = all_of_them and not course_of(segment).learning
    return Finding(
        rule="attention-collapse",
        severity=Severity.ERROR if serious else Severity.WARNING,
        headline=say("{place} weighs all keys alike", place=worst.place)
        if even
        else say("{place} puts all weight on one key", place=worst.place),
        because=_because(worst.last, even=even),
        confidence=0.9 if all_of_them else 0.7,
        first_step=worst.rows[0][0],
        last_step=worst.rows[-1][0],
        where=named(*(h.place for h in collapsed), *(h.operation.layer for h in collapsed)),
        source=source_of(segment, worst.operation),
        observed={
            "relative_entropy": worst.last.entropy,
            "one_hot_rows": worst.last.sharp,
            "logit_std": worst.last.logit_std,
        },
        expected={"logit_std_about": 1.0},
        remedies=(_scaled(), _normalised()),
        segment=segment.record.number,
    )


def _because(attended: Attended, *, even: bool) -> str:
    spread = attended.logit_std
    logits = (
        ""
        if spread is None
        else say(" Within a row its logits differ by {spread:.2g}.", spread=spread)
    )
    if even:
        return say(
            "The output is the mean over the keys, whatever the query is.{logits}", logits=logits
        )
    return say(
        "{sharp:.0%} of its rows have 99 % on one of {keys} keys: the softmax is flat "
        "there, and passes next to no gradient to queries and keys.{logits}",
        sharp=attended.sharp,
        keys=attended.keys,
        logits=logits,
    )


def _scaled() -> Remedy:
    return Remedy(
        "scale-logits",
        "judgement",
        say("Divide the products by the square root of the width of a key, once."),
        "scores = q @ k.transpose(-2, -1) / math.sqrt(k.shape[-1])",
    )


def _normalised() -> Remedy:
    return Remedy(
        "normalise-queries-and-keys",
        "judgement",
        say("Or normalise queries and keys, so that their scale no longer matters."),
        "q, k = F.layer_norm(q, q.shape[-1:]), F.layer_norm(k, k.shape[-1:])",
    )
