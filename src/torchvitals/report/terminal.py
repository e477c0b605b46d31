"""The diagnosis in words, for a terminal; the same words stand in a notebook."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rich.text import Text

from torchvitals.diagnosis import Diagnosis, Ranked
from torchvitals.report.numbers import number
from torchvitals.rules.base import Finding, NotJudged, Observed, Severity

_WIDTH = 100
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
_VERDICTS = {"healthy": "bold green", "suspect": "bold yellow", "unhealthy": "bold red"}
_LABEL = 10


def to_text(diagnosis: Diagnosis) -> str:
    """The diagnosis as plain text."""
    return "\n".join(line.plain for line in render(diagnosis)) + "\n"


def render(diagnosis: Diagnosis) -> Iterator[Text]:
    """The lines of the diagnosis, styled."""
    yield _title(diagnosis)
    if not diagnosis.recording.steps:
        yield Text(_never_trained(diagnosis))
    for ranked in diagnosis.findings:
        if ranked.role == "cause":
            yield Text()
            yield from _cause(ranked)
        elif ranked.role == "consequence":
            yield Text()
            yield from _consequence(ranked)
    observations = [r.finding for r in diagnosis.findings if r.role == "observation"]
    if observations:
        yield Text()
        yield from _observations(observations)
    if diagnosis.not_judged:
        yield Text()
        yield from _not_judged(diagnosis.not_judged)
    yield Text()
    yield Text(_footer(diagnosis), style="dim")


def _title(diagnosis: Diagnosis) -> Text:
    steps = diagnosis.recording.steps
    plural = "" if steps == 1 else "s"
    title = Text("torchvitals: ")
    title.append(diagnosis.verdict, _VERDICTS[diagnosis.verdict])
    title.append(f" after {steps:,} step{plural} of {diagnosis.recording.script}")
    return title


def _never_trained(diagnosis: Diagnosis) -> str:
    if any(event.kind.startswith("loss-") for event in diagnosis.recording.events):
        return (
            "No step of training was seen: backward() was called, but on a loss that "
            "no operation produced."
        )
    if any(look.crash for segment in diagnosis.recording.segments for look in segment.looks):
        return "No step of training was seen: the script ended before its first backward()."
    return "No step of training was seen: the script never called backward()."


def _cause(ranked: Ranked) -> Iterator[Text]:
    finding = ranked.finding
    head = Text()
    head.append(f"{finding.severity.value}", _STYLES[finding.severity])
    head.append(f" {finding.rule}: ", "bold")
    head.append(finding.headline, "bold")
    yield head
    yield from _body(finding)


def _consequence(ranked: Ranked) -> Iterator[Text]:
    finding = ranked.finding
    head = Text("  it explains ")
    head.append(finding.rule, "bold")
    head.append(f": {finding.headline}")
    yield head
    yield from _labelled("  where", _where(finding))


def _observations(findings: list[Finding]) -> Iterator[Text]:
    yield Text("Also seen", style="bold")
    for finding in findings:
        line = Text(f"  {finding.severity.value} ")
        line.append(finding.rule, "bold")
        line.append(f": {finding.headline}")
        place = _where(finding)
        yield line.append(f"  ({place})") if place else line


def _body(finding: Finding) -> Iterator[Text]:
    yield from _labelled("where", _where(finding))
    yield from _labelled("observed", _values(finding.observed))
    yield from _labelled("expected", _values(finding.expected))
    yield from _labelled("because", finding.because)
    for remedy in finding.remedies:
        yield from _labelled("help", f"{remedy.summary} ({remedy.grade})")
        for line in remedy.code.splitlines():
            yield Text(" " * (_LABEL + 6) + line, style="green")


def _where(finding: Finding) -> str:
    parts: list[str] = []
    if finding.where:
        shown = ", ".join(finding.where[:4])
        more = len(finding.where) - 4
        parts.append(shown + (f" and {more} more" if more > 0 else ""))
    if finding.source:
        parts.append(finding.source)
    steps = f"step {finding.first_step:,}"
    if finding.last_step > finding.first_step:
        steps = f"steps {finding.first_step:,} to {finding.last_step:,}"
    return "  ".join([*parts, steps])


def _values(values: Observed) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {number(value)}" for key, value in values.items())


def _labelled(label: str, text: str) -> Iterator[Text]:
    if not text:
        return
    lines = textwrap.wrap(text, _WIDTH - _LABEL - 2, break_on_hyphens=False)
    for position, line in enumerate(lines):
        shown = Text(f"  {label if position == 0 else '':<{_LABEL}}", style="cyan")
        yield shown.append(line, "default")


def _not_judged(silent: tuple[NotJudged, ...]) -> Iterator[Text]:
    yield Text("Could not judge", style="bold")
    for entry in silent:
        yield from _labelled("", f"{entry.rule}: {entry.because}")


def _footer(diagnosis: Diagnosis) -> str:
    facts = diagnosis.recording.facts
    looks = int(facts.get("looks", 0))
    percent = 100 * float(facts.get("overhead_fraction", 0.0))
    plural = "" if looks == 1 else "s"
    again = f"  torchvitals report {facts['place']}" if "place" in facts else ""
    return f"{looks} look{plural}, {percent:.1f} % of the training time.{again}"
