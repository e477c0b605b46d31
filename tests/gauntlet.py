"""What every rule must bear: a recording from which something is missing.

`without(what, recording)` takes one kind of thing out of every look of a recording; the names are
the keys of `WITHOUT`. `ask` puts a recording to one rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.worlds import a_series
from torchvitals.record.look import Look, Loss, Operation, ParameterLook, Statistics
from torchvitals.record.recording import Recording, Segment
from torchvitals.rules.base import Finding, NotJudged
from torchvitals.rules.catalogue import find_rule


def ask(rule: str, recording: Recording) -> list[Finding | NotJudged]:
    """All that a rule says of a recording."""
    return list(find_rule(rule).check(recording))


def findings(rule: str, recording: Recording) -> list[Finding]:
    """The findings of a rule."""
    return [said for said in ask(rule, recording) if isinstance(said, Finding)]


def the_finding(rule: str, recording: Recording) -> Finding:
    """The one finding of a rule that fires once."""
    (found,) = findings(rule, recording)
    return found


def each_look(recording: Recording, change: Callable[[Look], Look]) -> Recording:
    """The recording with every look changed."""
    segments = tuple(replace(s, looks=tuple(map(change, s.looks))) for s in recording.segments)
    return replace(recording, segments=segments)


def each_operation(change: Callable[[Operation], Operation]) -> Callable[[Look], Look]:
    return lambda look: look._replace(operations=tuple(map(change, look.operations)))


def each_parameter(change: Callable[[ParameterLook], ParameterLook]) -> Callable[[Look], Look]:
    return lambda look: look._replace(parameters=tuple(map(change, look.parameters)))


def each_loss(**fields: Any) -> Callable[[Look], Look]:
    return lambda look: look._replace(losses=tuple(x._replace(**fields) for x in look.losses))


def _lose(**fields: Any) -> Callable[[Segment], Segment]:
    return lambda segment: replace(
        segment, looks=tuple(look._replace(**fields) for look in segment.looks)
    )


def _look_by_look(*changes: Callable[[Look], Look]) -> Callable[[Segment], Segment]:
    def apply(segment: Segment) -> Segment:
        looks = segment.looks
        for change in changes:
            looks = tuple(map(change, looks))
        return replace(segment, looks=looks)

    return apply


def _unsourced(look: Look) -> Look:
    return look._replace(
        operations=tuple(o._replace(source=None) for o in look.operations),
        losses=tuple(x._replace(source=None) for x in look.losses),
        optimizers=tuple(o._replace(source=None) for o in look.optimizers),
    )


def _overflowed(seen: Statistics | None) -> Statistics | None:
    """A tensor without a single finite entry."""
    return None if seen is None else Statistics(seen.count, 0.0, 0.0, 0.0, 0.0, 0.0, seen.count)


def _all_overflowed(look: Look) -> Look:
    def loss(x: Loss) -> Loss:
        return x._replace(fed=_overflowed(x.fed), target=_overflowed(x.target))

    def operation(o: Operation) -> Operation:
        return o._replace(output=_overflowed(o.output), gradient=_overflowed(o.gradient))

    def parameter(p: ParameterLook) -> ParameterLook:
        weight = _overflowed(p.weight) or p.weight
        return p._replace(weight=weight, gradient=_overflowed(p.gradient), update_rms=math.nan)

    return look._replace(
        loss=math.nan,
        gradient_norm=math.nan,
        predicted_change=math.nan,
        losses=tuple(map(loss, look.losses)),
        operations=tuple(map(operation, look.operations)),
        parameters=tuple(map(parameter, look.parameters)),
    )


WITHOUT: dict[str, Callable[[Segment], Segment]] = {
    "looks": lambda segment: replace(segment, looks=()),
    "loss series": lambda segment: replace(segment, losses=()),
    "losses": lambda segment: replace(segment, losses=(a_series([]),)),
    "finite losses": lambda segment: replace(segment, losses=(a_series([math.nan] * 60),)),
    "evaluations": lambda segment: replace(segment, evaluations=()),
    "a second look": lambda segment: replace(segment, looks=segment.looks[:1]),
    "a look at step 0": lambda segment: replace(segment, looks=segment.looks[1:]),
    "a look that lived": _lose(crash="RuntimeError: out of memory"),
    "operations": _lose(operations=()),
    "loss functions": _lose(losses=()),
    "parameters": _lose(parameters=()),
    "optimizers": _look_by_look(
        lambda look: look._replace(optimizers=()),
        each_parameter(lambda p: p._replace(optimizer=None)),
    ),
    "parameter groups": _look_by_look(
        lambda look: look._replace(optimizers=tuple(o._replace(groups=()) for o in look.optimizers))
    ),
    "data": _lose(data=()),
    "heads": _look_by_look(each_loss(head=None)),
    "fed values": _look_by_look(
        each_loss(fed=None, fed_shape=(), row_sum=None, row_logsumexp=None)
    ),
    "targets": _look_by_look(each_loss(target=None, target_shape=(), target_dtype=None)),
    "gradients": _look_by_look(
        lambda look: look._replace(gradient_norm=None, predicted_change=None),
        each_operation(lambda o: o._replace(gradient=None)),
        each_parameter(
            lambda p: p._replace(
                gradient=None, equal_gradient_rows=None, predicted_change=None, stale_gradient=None
            )
        ),
    ),
    "updates": _look_by_look(
        lambda look: look._replace(stepped=False, after_step=False, predicted_change=None),
        each_parameter(
            lambda p: p._replace(update_rms=None, unchanged=None, predicted_change=None)
        ),
    ),
    "outputs": _look_by_look(each_operation(lambda o: o._replace(output=None, slope=None))),
    "units": _look_by_look(each_operation(lambda o: o._replace(units=None))),
    "readable operations": _look_by_look(
        each_operation(lambda o: o._replace(kind="opaque", layer="", parameters=()))
    ),
    "recorded neighbours": _look_by_look(each_operation(lambda o: o._replace(inputs=(97, 98)))),
    "source lines": _look_by_look(_unsourced),
    "finite numbers": _look_by_look(_all_overflowed),
}


def without(what: str, recording: Recording) -> Recording:
    """The recording without this, in every segment."""
    return replace(recording, segments=tuple(map(WITHOUT[what], recording.segments)))
