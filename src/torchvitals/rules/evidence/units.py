"""Units over all looks: which were silent on everything seen."""

from __future__ import annotations

from dataclasses import dataclass

from torchvitals.record.look import Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Threshold

SAMPLES_THAT_TELL = Threshold(
    64,
    "samples",
    "theorem",
    "a unit that is on for one input in twenty is off for 64 of them once in 27 times",
)
_FEWEST_LOOKS = 3
"""One batch may be odd, and two."""


@dataclass(frozen=True)
class UnitHistory:
    """The units of one activation over a run.

    `silent` counts those silent at every late look, `silent_at_first` those at the first alone, and
    `died` those silent at every late look and not at the first.
    """

    operation: Operation
    source: str | None
    followed: int
    silent: int
    silent_at_first: int
    died: int
    samples: int
    looks: int
    first_step: int
    last_step: int
    dead_since: int
    """The first step from which the final set of silent units was silent."""
    lived_until: int | None = None
    """The last step at which fewer than half of the units were silent; None where it never was."""

    @property
    def fraction(self) -> float:
        return self.silent / self.followed


def unit_histories(segment: Segment, kinds: frozenset[str]) -> list[UnitHistory]:
    """One history for each activation of these kinds, in forward order."""
    seen: dict[tuple[str, str], list[tuple[int, Operation]]] = {}
    for step, operation in segment.operations():
        if operation.kind in kinds and operation.units is not None:
            seen.setdefault((operation.kind, operation.layer), []).append((step, operation))
    return [_history(rows) for rows in seen.values()]


def _late(rows: list[tuple[int, Operation]]) -> list[tuple[int, Operation]]:
    """The last looks, as many as tell: looks grow rare, and half of them may be most of the run.

    At most half of them, for those before saw another net.
    """
    fewest, most = _FEWEST_LOOKS, max(len(rows) // 2, 1)
    samples = [o.units.samples for _, o in rows if o.units is not None]
    while fewest < most and sum(samples[-fewest:]) < SAMPLES_THAT_TELL.value:
        fewest += 1
    return rows[-min(fewest, most) :]


def _history(rows: list[tuple[int, Operation]]) -> UnitHistory:
    first = rows[0][1].units
    assert first is not None
    recent = _late(rows)
    masks = [(step, int(o.units.silent, 16), o.units) for step, o in rows if o.units is not None]
    late = {step for step, _ in recent}
    silent = (1 << first.followed) - 1
    samples = 0
    for step, mask, units in masks:
        if step in late:
            silent &= mask
            samples += units.samples
    dead_since = rows[-1][0]
    for step, mask, _ in reversed(masks):
        if silent & ~mask:
            break
        dead_since = step
    return UnitHistory(
        operation=rows[-1][1],
        source=next((o.source for _, o in rows if o.source), None),
        followed=first.followed,
        silent=silent.bit_count(),
        silent_at_first=masks[0][1].bit_count(),
        died=(silent & ~masks[0][1]).bit_count(),
        samples=samples,
        looks=len(rows),
        first_step=rows[0][0],
        last_step=rows[-1][0],
        dead_since=dead_since,
        lived_until=max(
            (step for step, mask, _ in masks if 2 * mask.bit_count() < first.followed),
            default=None,
        ),
    )
