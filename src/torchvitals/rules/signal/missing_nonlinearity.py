"""The rule missing-nonlinearity."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look, Loss, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import WEIGHTED, Link, longest_chain, operation_at
from torchvitals.rules.evidence.constants import constant_prediction
from torchvitals.rules.evidence.course import STUCK, Course, course_of
from torchvitals.rules.evidence.places import named, source_of
from torchvitals.words import Words, say

_LINEAR = frozenset({"linear", "conv", "batch_norm", "dropout", "avg_pool", "add", "sub", "cat"})
"""Operations that keep a linear function linear."""
_LINKS = {"sigmoid": "binary_cross_entropy", "log_softmax": "nll_loss"}
"""What makes probabilities of scores, and the loss that takes them: a straight line stays one."""
_CURVED = Threshold(
    0.2,
    "share of what is left",
    "convention",
    "simple curves of the inputs that explain a fifth of the error at once would be worth a layer",
)
_UNSOLVED = Threshold(
    0.25,
    "of the loss of a constant prediction",
    "convention",
    "a linear model that leaves less than a quarter has solved most of the task",
)
_FEWEST = 2
"""Late thorough looks whose residuals are averaged."""


@final
@dataclass(frozen=True)
class MissingNonlinearity(Rule):
    """Layers follow one another with nothing between: together they are one linear layer.

    What it detects:
        A net of two or more linear layers, as wide between as a single one would be, without any
        non-linear operation from the data to the loss, but for what makes probabilities of its
        scores; in a run that does not learn, or whose errors are curves of the inputs.

    Why it is bad:
        A product of matrices is a matrix: the net can draw straight lines alone, however many
        layers it has.

    Evidence:
        The operations from the data to the loss. What simple curves of the inputs (squares, cubes,
        waves) explain of target minus prediction, beyond what a linear fit does and beyond chance.

    Threshold:
        A loss that stays at that of the best constant, or each of several losses; three layers or
        more that came to rest with half of it left; or a fifth of the remaining error explained by
        curves, while the loss is above a quarter of what a constant costs.

    Remedy:
        An activation between the layers.

    When it is not a fault:
        A bottleneck or a low-rank factor that learns; a linear task; one linear layer alone; a net
        with an activation anywhere on the way.

    References:
        Goodfellow et al. 2016, Deep Learning, section 6.1; White 1980 (residuals regressed on
        products of the inputs).
    """

    name: ClassVar[str] = "missing-nonlinearity"
    family: ClassVar[str] = "signal"
    explains: ClassVar[frozenset[str]] = frozenset(
        {"learning-rate-too-low", "not-learning", "vanishing-gradient"}
    )
    reads_values: ClassVar[bool] = True

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        looks = [k for k in segment.looks if k.losses and k.crash is None]
        if not looks or any(k.opaque for k in looks):
            return
        chains = [_linear_chain(look, loss) for look in looks for loss in look.losses]
        chain = chains[-1]
        if not chain or not all(chains):
            return
        course = course_of(segment)
        if course.short or course.adversarial or course.blown_up:
            return
        curved = _curved(looks)
        at_chance = course.stuck or _at_chance(looks)
        if (curved is None or _is_told(looks)) and _at_its_best(course, chain):
            at_chance = True
        if not at_chance and (curved is None or curved < _CURVED.value or not _unsolved(course)):
            return
        yield _finding(segment, looks[-1], chain, course, curved)


def _linear_chain(look: Look, loss: Loss) -> list[Link]:
    """The layers before a loss where none of what leads there is non-linear; else empty.

    Also empty for a single layer, and for one whose narrowest place is a bottleneck.
    """
    head = operation_at(look, loss.head)
    before = [] if head is None else _upstream(look, head)
    if head is not None and _LINKS.get(head.kind) == loss.function:
        before = [o for o in before if o is not head]
    if not before or not all(o.kind in _LINEAR for o in before):
        return []
    weighted = [o for o in before if o.kind in WEIGHTED]
    links = [link for link in longest_chain(look) if link.operation in weighted]
    if len(links) < _FEWEST or any(o.calls > 1 for o in weighted):
        return []
    narrowest = min(link.width for link in links[:-1])
    return links if narrowest >= min(links[0].fan_in, links[-1].width) else []


def _upstream(look: Look, head: Operation) -> list[Operation]:
    by_index = {o.index: o for o in look.operations}
    found: dict[int, Operation] = {}
    stack = [head.index]
    while stack:
        operation = by_index.get(stack.pop())
        if operation is not None and operation.index not in found:
            found[operation.index] = operation
            stack.extend(operation.inputs)
    return list(found.values())


def _shares(looks: list[Look]) -> list[float]:
    """What curves of the inputs explain of the residuals, at each of the later looks."""
    late = looks[len(looks) // 2 :]
    alone = [k.losses[0] for k in late if len(k.losses) == 1]
    shares = [loss.pairs.curved for loss in alone if loss.pairs is not None]
    return [share for share in shares if share is not None]


def _curved(looks: list[Look]) -> float | None:
    known = _shares(looks)
    return statistics.fmean(known) if len(known) >= _FEWEST else None


def _is_told(looks: list[Look]) -> bool:
    """Whether curves explain anything at all, at two standard errors."""
    known = _shares(looks)
    if len(known) < _FEWEST:
        return False
    error = statistics.stdev(known) / len(known) ** 0.5
    return statistics.fmean(known) > 2 * error


def _at_chance(looks: list[Look]) -> bool:
    """Whether each of several losses is, in the later half, what a constant prediction costs."""
    told = [
        (loss.value, constant_prediction(loss))
        for look in looks[len(looks) // 2 :]
        for loss in look.losses
    ]
    known = [(value, level) for value, level in told if value is not None and level is not None]
    if len(known) < max(len(told), _FEWEST) or max(len(look.losses) for look in looks) == 1:
        return False
    return sum(v for v, _ in known) >= (1 - STUCK.value) * sum(level for _, level in known)


def _at_its_best(course: Course, chain: list[Link]) -> bool:
    """Whether three layers or more, the work of nobody who wants a linear model, came to rest with
    half of a constant's loss left.
    """
    return len(chain) > _FEWEST and course.flat_at_end and course.far_from_learned


def _unsolved(course: Course) -> bool:
    level = course.start if course.chance is None else course.chance
    return course.end > _UNSOLVED.value * abs(level)


def _finding(
    segment: Segment, look: Look, chain: list[Link], course: Course, curved: float | None
) -> Finding:
    stuck = not course.learning
    names = [link.operation.name for link in chain]
    return Finding(
        rule="missing-nonlinearity",
        severity=Severity.ERROR if stuck else Severity.WARNING,
        headline=say(
            "{count} linear layers follow one another without a non-linear operation",
            count=len(chain),
        ),
        because=_because(course, curved),
        confidence=0.95 if curved is not None else 0.8,
        first_step=segment.looks[0].step,
        last_step=look.step,
        where=named(*names),
        source=source_of(segment, chain[1].operation),
        observed={
            "linear_layers_in_a_row": len(chain),
            "error_that_curves_explain": curved,
            "last_loss": course.end,
        },
        expected={
            "linear_layers_in_a_row": 1,
            "error_that_curves_explain_below": _CURVED.value,
            "last_loss_below": course.chance,
        },
        remedies=(
            Remedy(
                "activation-between",
                "judgement",
                say("Put an activation between the layers."),
                _code(chain),
            ),
        ),
        segment=segment.record.number,
    )


def _code(chain: list[Link]) -> str:
    layers = [link.operation.layer or f"layer{number}" for number, link in enumerate(chain, 1)]
    lines = [f"x = F.relu(self.{layer}(x))" for layer in layers[:-1]]
    if any(layer[:1].isdigit() for layer in layers):
        return "nn.Sequential(nn.Linear(...), nn.ReLU(), nn.Linear(...))"
    return "\n".join([*lines, f"x = self.{layers[-1]}(x)"])


def _because(course: Course, curved: float | None) -> Words:
    text = say(
        "A product of matrices is a matrix: together they can do no more than one linear layer. "
        "The loss ends at {end:.4g}.",
        end=course.end,
    )
    if curved is None or curved < _CURVED.value:
        return text
    return text + say(
        " Curves of the inputs explain {curved:.0%} of the error that is left, which no linear "
        "layer can.",
        curved=curved,
    )
