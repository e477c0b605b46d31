from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import Link, feeding, longest_chain
from torchvitals.rules.evidence.course import course_of
from torchvitals.rules.evidence.places import first_sourced

_CRITICAL_GAIN = {"relu": math.sqrt(2.0), "leaky_relu": 1.414, "elu": 1.245, "gelu": 1.534, "silu": 1.677, "tanh": 5.0 / 3.0,
                  "sigmoid": 4.0, "softplus": 1.846}  # fmt: skip
"""The gain that keeps the size of a signal through each activation (sigmoid: the slope of 1/4 at 0 undone)."""
_EXCESS = Threshold(
    math.exp(3.0), "times, over all layers", "published", "Schoenholz et al. 2017: six decay lengths of the squared norm are three of the norm"
)
_NORMS = frozenset({"batch_norm", "layer_norm", "group_norm", "rms_norm"})


@final
@dataclass(frozen=True)
class WeightScale(Rule):
    """The initial weights are so large that the signal grows, layer by layer, out of any sane range.

    What it detects:
        Layers whose gain (RMS weight times the square root of the fan-in) exceeds, multiplied over the net, what their
        activations make up for, in a run that blows up or does not learn.

    Why it is bad:
        Outputs, loss and gradients start orders of magnitude too large; sigmoids and tanhs saturate, the first steps throw
        the weights about, and sums overflow.

    Evidence:
        The weights at the first look and the fan-in of each layer on the longest path; the course of the loss.

    Threshold:
        The product over the layers of gain over critical gain exceeds exp(3).

    Remedy:
        Xavier or Kaiming initialisation, or PyTorch's default.

    When it is not a fault:
        Layers followed by normalisation, to which the scale of the weights before it means nothing; large weights in a
        net that learns.

    References:
        He et al. 2015, section 2.2; Glorot and Bengio 2010, section 4.2.
    """

    name: ClassVar[str] = "weight-scale"
    family: ClassVar[str] = "initialisation"
    explains: ClassVar[frozenset[str]] = frozenset(
        {"exploding-gradient", "nonfinite-values", "saturated-activation", "dead-relu", "learning-rate-too-high", "not-learning",
         "no-update"}
    )  # fmt: skip

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        look = next((look for look in segment.looks if look.step == 0 and look.crash is None), None)
        if look is None or (course.learning and not course.blown_up):
            return
        if not (course.blown_up or course.stuck or course.short):
            return
        chain = longest_chain(look)
        excesses = [_excess(look, link) for link in chain]
        total = math.prod(excesses)
        worst = max(range(len(chain)), key=lambda k: excesses[k], default=None)
        if worst is not None and total > _EXCESS.value and excesses[worst] > 1.0:
            yield _finding(segment, chain, excesses, worst, total)


def _excess(look: Look, link: Link) -> float:
    after = [o for o in look.operations if link.operation.index in o.inputs]
    if any(o.kind in _NORMS for o in after):
        return 1.0
    critical = max((_CRITICAL_GAIN.get(o.kind, 1.0) for o in after), default=1.0)
    if not feeding(look, link.operation):
        critical = max(critical, 1.0)
    return link.gain / critical


def _finding(segment: Segment, chain: list[Link], excesses: list[float], worst: int, total: float) -> Finding:
    link = chain[worst]
    std = link.weight.weight.rms
    large = [c for c, excess in zip(chain, excesses, strict=True) if excess > 1.5]
    return Finding(
        rule="weight-scale",
        severity=Severity.ERROR,
        headline=f"the initial weights are too large: over {len(chain)} layers the signal grows about {total:.1e} times",
        because=f"{link.operation.name} has weights of RMS {std:.3g} over {link.fan_in} inputs, a gain of {link.gain:.3g}; the signal leaves it {excesses[worst]:.3g} times too large, and the next layers multiply that.",
        confidence=0.95,
        first_step=0,
        last_step=segment.looks[-1].step,
        where=tuple(c.operation.layer for c in large),
        source=first_sourced(segment, link.operation.layer),
        observed={"weight_rms": std, "gain": link.gain, "growth_over_the_net": total},
        expected={"weight_rms": std / excesses[worst], "growth_over_the_net_at_most": _EXCESS.value},
        remedies=(
            Remedy(
                "kaiming-initialisation",
                "judgement",
                "Let the fan-in set the scale.",
                "\n".join(f"nn.init.kaiming_normal_(model.{c.operation.layer}.weight, nonlinearity='relu')" for c in large[:4]),
            ),
        ),
        segment=segment.record.number,
    )
