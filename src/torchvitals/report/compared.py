"""A comparison in words, for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.text import Text

from torchvitals.columns import columns, padded
from torchvitals.comparison import Comparison, Ending, FindingChange, ModelChange
from torchvitals.diagnosis import Diagnosis, Ranked
from torchvitals.differences import LayerChange
from torchvitals.report.numbers import number
from torchvitals.report.terminal import NAMES
from torchvitals.rules.base import Severity
from torchvitals.words import ENGLISH, listed, say, translated

_STYLES = {"better": "bold green", "worse": "bold red", "different": "bold yellow", "same": "bold"}
_HEALTH = {
    "better": say("healthier"),
    "worse": say("less healthy"),
    "different": say("ill in another way"),
    "same": say("as healthy as before"),
}
_HEADS = {
    "gone": say("Gone"),
    "new": say("New"),
    "changed": say("Changed"),
    "same": say("In both"),
}
_CLEAR = {"gone": "green", "new": "red", "changed": "yellow", "same": "default"}
_TABLE_HEADS = ("", say("before"), say("after"))
_WIDEST = 34
"""Columns of a value in a table; one that is longer pushes the next."""
_SHOWN = 8
"""Layers shown of one quantity, those that differ most."""


def to_text(comparison: Comparison, language: str = ENGLISH) -> str:
    """The comparison as plain text."""
    return "\n".join(line.plain.rstrip() for line in render(comparison, language)) + "\n"


def render(comparison: Comparison, language: str = ENGLISH) -> Iterator[Text]:
    """The lines of the comparison, styled."""
    yield _title(comparison, language)
    yield from _runs(comparison, language)
    for change, head in _HEADS.items():
        found = [entry for entry in comparison.findings if entry.change == change]
        if found:
            yield Text()
            yield Text(translated(head, language), style="bold")
            yield from (_finding(entry, language) for entry in found)
    models = comparison.models
    yield from _losses(models, language)
    for model in models:
        of = say(" of {name}", name=model.name) if len(models) > 1 else ""
        yield from _model(model, of, language)
    if models and not any(model.settings or model.layers for model in models):
        yield Text()
        nothing = say("Nothing was set otherwise, and no layer differs by more than its noise.")
        yield Text(translated(nothing, language))
    yield from _unmatched(comparison, language)


def _title(comparison: Comparison, language: str) -> Text:
    title = Text(translated(say("torchvitals: "), language))
    title.append(translated(_HEALTH[comparison.health], language), _STYLES[comparison.health])
    before, after = NAMES[comparison.before.verdict], NAMES[comparison.after.verdict]
    both = say(", {before} both times", before=before)
    verdict = (
        both if before == after else say(": {after}, was {before}", after=after, before=before)
    )
    return title.append(translated(verdict, language))


def _runs(comparison: Comparison, language: str) -> Iterator[Text]:
    for label, diagnosis in ((say("before"), comparison.before), (say("after"), comparison.after)):
        line = Text("  " + padded(translated(label, language), 8), style="cyan")
        yield line.append(translated(_run(diagnosis), language), "default")
        for event in diagnosis.recording.events:
            if event.kind == "observer-error":
                early = say("of which the watch stepped back early: {error}", error=event.text)
                yield Text(" " * 10 + translated(early, language))


def _run(diagnosis: Diagnosis) -> str:
    recording = diagnosis.recording
    plural = "" if recording.steps == 1 else "s"
    return say(
        "{run}: {steps:,} step{plural} of {script}",
        run=recording.run,
        steps=recording.steps,
        plural=plural,
        script=Path(recording.script).name,
    )


def _finding(entry: FindingChange, language: str) -> Text:
    line = Text("  ")
    shown = entry.after if entry.after is not None else entry.before
    if shown is None:
        return line
    if entry.change == "changed" and entry.before is not None and entry.after is not None:
        line.append(entry.rule + translated(say(": "), language), _CLEAR[entry.change])
        now, then = _standing(entry.after), _standing(entry.before)
        line.append(translated(say("{now}, was {then}", now=now, then=then), language))
    else:
        head = _standing(shown) + f" {entry.rule}" + say(": ")
        line.append(translated(head, language), _CLEAR[entry.change])
        line.append(translated(shown.finding.headline, language))
    where = translated(listed(shown.finding.where[:3], ", "), language)
    return line.append(f"  ({where})") if where else line


def _standing(ranked: Ranked) -> str:
    severity = ranked.finding.severity
    standing = NAMES[severity.value]
    if ranked.role == "consequence":
        return standing + say(" caused by {causes}", causes=listed(ranked.caused_by, ", "))
    if ranked.role == "observation" and severity is not Severity.NOTE:
        return standing + say(", seen beside")
    return standing


def _losses(models: Sequence[ModelChange], language: str) -> Iterator[Text]:
    """All of the loss of one model; of several, how each ended."""
    if len(models) > 1:
        rows = [(model.name, _end(model.before), _end(model.after)) for model in models]
        yield from _table(say("Loss at the end"), rows, language)
        return
    for model in models:
        one, two = model.before, model.after
        rows = [
            (say("course"), one.course, two.course),
            (say("first"), number(one.first), number(two.first)),
            (say("at the end"), number(one.last), number(two.last)),
            (say("of the best constant"), number(one.chance), number(two.chance)),
        ]
        yield from _table(say("Loss"), rows, language)


def _end(ending: Ending) -> str:
    parts = [number(ending.last), ending.course]
    if ending.chance is not None:
        parts.append(say("(constant {constant})", constant=number(ending.chance)))
    return listed(parts, " ")


def _model(model: ModelChange, of: str, language: str) -> Iterator[Text]:
    settings = [(d.name, _value(d.before), _value(d.after)) for d in model.settings]
    if settings:
        yield from _table(say("Settings{of} that differ", of=of), settings, language)
    if model.layers:
        yield from _layers(model.layers, of, language)
    elif not model.layers_compared:
        yield Text()
        none = say("No layer{of} has the same name and shape in both runs.", of=of)
        yield Text(translated(none, language))


def _layers(layers: Sequence[LayerChange], of: str, language: str) -> Iterator[Text]:
    for quantity in dict.fromkeys(entry.quantity for entry in layers):
        found = [entry for entry in layers if entry.quantity == quantity]
        most = sorted(found, key=lambda entry: -_distance(entry.ratio))[:_SHOWN]
        rows = [
            (e.layer, number(e.before), listed([number(e.after), _times(e.ratio)], "  "))
            for e in found
            if e in most
        ]
        title = say("Layers{of} that differ: {quantity}", of=of, quantity=quantity)
        yield from _table(title, rows, language)
        if len(found) > _SHOWN:
            rest = say("and {rest} more that differ less", rest=len(found) - _SHOWN)
            yield Text("  " + translated(rest, language))


def _distance(ratio: float) -> float:
    return abs(math.log(ratio)) if 0 < ratio < math.inf else math.inf


def _times(ratio: float) -> str:
    if not 0 < ratio < math.inf:
        return say("(was zero)") if ratio else say("(now zero)")
    size = number(round(max(ratio, 1 / ratio), 1))
    return say("({size} times)", size=size) if ratio >= 1 else say("({size} times less)", size=size)


def _value(value: float | int | str | None) -> str:
    return say("none") if value is None else number(value)


def _table(title: str, rows: Sequence[tuple[str, str, str]], language: str) -> Iterator[Text]:
    title = translated(title, language)
    shown = [[translated(cell, language) for cell in row] for row in (_TABLE_HEADS, *rows)]
    heads, *lines = shown
    first, second = (min(max(columns(row[k]) for row in shown), _WIDEST) + 2 for k in range(2))
    yield Text()
    line = Text(padded(title, first + 2), style="bold")
    if columns(title) > first:
        yield line
        line = Text(" " * (first + 2))
    yield line.append(padded(heads[1], second) + heads[2], "cyan")
    for name, before, after in lines:
        yield Text("  " + padded(name, first) + padded(before, second) + after)


def _unmatched(comparison: Comparison, language: str) -> Iterator[Text]:
    for label, count in (
        (say("before"), comparison.only_before),
        (say("after"), comparison.only_after),
    ):
        if count:
            plural = "" if count == 1 else "s"
            unmatched = say(
                "{count} model{plural} more {label}, with no counterpart.",
                count=count,
                plural=plural,
                label=label,
            )
            yield Text()
            yield Text(translated(unmatched, language))
