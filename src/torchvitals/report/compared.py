"""A comparison in words, for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.text import Text

from torchvitals.comparison import Comparison, FindingChange, ModelChange
from torchvitals.diagnosis import Diagnosis, Ranked
from torchvitals.differences import LayerChange
from torchvitals.report.numbers import number
from torchvitals.rules.base import Severity

_STYLES = {"better": "bold green", "worse": "bold red", "different": "bold yellow", "same": "bold"}
_HEALTH = {
    "better": "healthier",
    "worse": "less healthy",
    "different": "ill in another way",
    "same": "as healthy as before",
}
_HEADS = {
    "gone": "Gone",
    "new": "New",
    "changed": "Changed",
    "same": "In both",
}
_CLEAR = {"gone": "green", "new": "red", "changed": "yellow", "same": "default"}
_WIDEST = 34
"""Columns of a value in a table; one that is longer pushes the next."""
_SHOWN = 8
"""Layers shown of one quantity, those that differ most."""


def to_text(comparison: Comparison) -> str:
    """The comparison as plain text."""
    return "\n".join(line.plain.rstrip() for line in render(comparison)) + "\n"


def render(comparison: Comparison) -> Iterator[Text]:
    """The lines of the comparison, styled."""
    yield _title(comparison)
    yield from _runs(comparison)
    for change, head in _HEADS.items():
        found = [entry for entry in comparison.findings if entry.change == change]
        if found:
            yield Text()
            yield Text(head, style="bold")
            yield from (_finding(entry) for entry in found)
    named = len(comparison.models) > 1
    for model in comparison.models:
        yield from _model(model, f" of {model.name}" if named else "")
    yield from _unmatched(comparison)


def _title(comparison: Comparison) -> Text:
    title = Text("torchvitals: ")
    title.append(_HEALTH[comparison.health], _STYLES[comparison.health])
    before, after = comparison.before.verdict, comparison.after.verdict
    return title.append(f", {before} both times" if before == after else f": {after}, was {before}")


def _runs(comparison: Comparison) -> Iterator[Text]:
    for label, diagnosis in (("before", comparison.before), ("after", comparison.after)):
        line = Text(f"  {label:<8}", style="cyan")
        yield line.append(_run(diagnosis), "default")
        for event in diagnosis.recording.events:
            if event.kind == "observer-error":
                yield Text(f"          of which the watch stepped back early: {event.text}")


def _run(diagnosis: Diagnosis) -> str:
    recording = diagnosis.recording
    plural = "" if recording.steps == 1 else "s"
    return f"{recording.run}: {recording.steps:,} step{plural} of {Path(recording.script).name}"


def _finding(entry: FindingChange) -> Text:
    line = Text("  ")
    shown = entry.after if entry.after is not None else entry.before
    if shown is None:
        return line
    if entry.change == "changed" and entry.before is not None and entry.after is not None:
        line.append(f"{entry.rule}: ", _CLEAR[entry.change])
        line.append(f"{_standing(entry.after)}, was {_standing(entry.before)}")
    else:
        line.append(f"{_standing(shown)} {entry.rule}: ", _CLEAR[entry.change])
        line.append(shown.finding.headline)
    where = ", ".join(shown.finding.where[:3])
    return line.append(f"  ({where})") if where else line


def _standing(ranked: Ranked) -> str:
    severity = ranked.finding.severity
    causes = f" caused by {', '.join(ranked.caused_by)}" if ranked.role == "consequence" else ""
    seen = ", seen beside" if ranked.role == "observation" and severity is not Severity.NOTE else ""
    return f"{severity.value}{causes}{seen}"


def _model(model: ModelChange, of: str) -> Iterator[Text]:
    one, two = model.before, model.after
    rows = [
        ("course", one.course, two.course),
        ("first", number(one.first), number(two.first)),
        ("at the end", number(one.last), number(two.last)),
        ("of the best constant", number(one.chance), number(two.chance)),
    ]
    yield from _table(f"Loss{of}", rows)
    settings = [(d.name, _value(d.before), _value(d.after)) for d in model.settings]
    if settings:
        yield from _table(f"Settings{of} that differ", settings)
    if model.layers:
        yield from _layers(model.layers, of)
    elif not model.layers_compared:
        yield Text()
        yield Text(f"No layer{of} has the same name and shape in both runs.")
    elif not settings:
        yield Text()
        yield Text(f"Nothing{of} was set otherwise, and no layer differs by more than its noise.")


def _layers(layers: Sequence[LayerChange], of: str) -> Iterator[Text]:
    for quantity in dict.fromkeys(entry.quantity for entry in layers):
        found = [entry for entry in layers if entry.quantity == quantity]
        most = sorted(found, key=lambda entry: -_distance(entry.ratio))[:_SHOWN]
        rows = [
            (e.layer, number(e.before), f"{number(e.after)}  ({_times(e.ratio)})")
            for e in found
            if e in most
        ]
        yield from _table(f"Layers{of} that differ: {quantity}", rows)
        if len(found) > _SHOWN:
            yield Text(f"  and {len(found) - _SHOWN} more that differ less")


def _distance(ratio: float) -> float:
    return abs(math.log(ratio)) if 0 < ratio < math.inf else math.inf


def _times(ratio: float) -> str:
    if not 0 < ratio < math.inf:
        return "was zero" if ratio else "now zero"
    size = number(round(max(ratio, 1 / ratio), 1))
    return f"{size} times" if ratio >= 1 else f"{size} times less"


def _value(value: float | int | str | None) -> str:
    return "none" if value is None else number(value)


def _table(title: str, rows: Sequence[tuple[str, str, str]]) -> Iterator[Text]:
    heads = ("", "before", "after")
    first, second = (min(max(len(row[k]) for row in (heads, *rows)), _WIDEST) + 2 for k in range(2))
    yield Text()
    line = Text(f"{title:<{first + 2}}", style="bold")
    if len(title) > first:
        yield line
        line = Text(" " * (first + 2))
    yield line.append(f"{heads[1]:<{second}}{heads[2]}", "cyan")
    for name, before, after in rows:
        yield Text(f"  {name:<{first}}{before:<{second}}{after}")


def _unmatched(comparison: Comparison) -> Iterator[Text]:
    for label, count in (("before", comparison.only_before), ("after", comparison.only_after)):
        if count:
            plural = "" if count == 1 else "s"
            yield Text()
            yield Text(f"{count} model{plural} more {label}, with no counterpart.")
