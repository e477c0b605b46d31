"""The diagnosis in words, for a terminal; the same words stand in a notebook."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from torchvitals.columns import padded, wrapped
from torchvitals.diagnosis import Diagnosis, Ranked
from torchvitals.report.numbers import number
from torchvitals.rules.base import Finding, NotJudged, Observed, Remedy, Severity
from torchvitals.words import ENGLISH, listed, say, translated

_WIDTH = 100
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
_VERDICTS = {"healthy": "bold green", "suspect": "bold yellow", "unhealthy": "bold red"}
_LABEL = 10
NAMES = {
    "healthy": say("healthy"),
    "suspect": say("suspect"),
    "unhealthy": say("unhealthy"),
    "error": say("error"),
    "warning": say("warning"),
    "note": say("note"),
    "safe": say("safe"),
    "trial": say("trial"),
    "judgement": say("judgement"),
}
"""How verdicts, severities and grades are called."""


def to_text(diagnosis: Diagnosis, language: str = ENGLISH) -> str:
    """The diagnosis as plain text."""
    return "\n".join(line.plain for line in render(diagnosis, language)) + "\n"


def render(diagnosis: Diagnosis, language: str = ENGLISH) -> Iterator[Text]:
    """The lines of the diagnosis, styled."""
    yield _title(diagnosis, language)
    if not diagnosis.recording.steps:
        yield Text(translated(_never_trained(diagnosis), language))
    for ranked in diagnosis.findings:
        if ranked.role == "cause":
            yield Text()
            yield from _cause(ranked, language)
        elif ranked.role == "consequence":
            yield Text()
            yield from _consequence(ranked, language)
    observations = [r.finding for r in diagnosis.findings if r.role == "observation"]
    if observations:
        yield Text()
        yield from _observations(observations, language)
    if diagnosis.not_judged:
        yield Text()
        yield from _not_judged(diagnosis.not_judged, language)
    yield Text()
    yield Text(translated(_footer(diagnosis), language), style="dim")


def _title(diagnosis: Diagnosis, language: str) -> Text:
    steps, script = diagnosis.recording.steps, diagnosis.recording.script
    plural = "" if steps == 1 else "s"
    title = Text(translated(say("torchvitals: "), language))
    title.append(translated(NAMES[diagnosis.verdict], language), _VERDICTS[diagnosis.verdict])
    after = say(
        " after {steps:,} step{plural} of {script}", steps=steps, plural=plural, script=script
    )
    return title.append(translated(after, language))


def _never_trained(diagnosis: Diagnosis) -> str:
    if any(event.kind.startswith("loss-") for event in diagnosis.recording.events):
        return say(
            "No step of training was seen: backward() was called, but on a loss that "
            "no operation produced."
        )
    if any(look.crash for segment in diagnosis.recording.segments for look in segment.looks):
        return say("No step of training was seen: the script ended before its first backward().")
    return say(
        "No step of training was seen: the script never called backward(), or in a forked "
        "process alone."
    )


def _cause(ranked: Ranked, language: str) -> Iterator[Text]:
    finding = ranked.finding
    head = Text()
    head.append(translated(NAMES[finding.severity.value], language), _STYLES[finding.severity])
    head.append(f" {finding.rule}", "bold")
    head.append(translated(say(": "), language) + translated(finding.headline, language), "bold")
    yield head
    yield from _body(finding, language)


def _consequence(ranked: Ranked, language: str) -> Iterator[Text]:
    finding = ranked.finding
    head = Text("  " + translated(say("it explains "), language))
    head.append(finding.rule, "bold")
    head.append(translated(say(": "), language) + translated(finding.headline, language))
    yield head
    where = translated(_where(finding), language)
    yield from _labelled("  " + translated(say("where"), language), where)


def _observations(findings: list[Finding], language: str) -> Iterator[Text]:
    yield Text(translated(say("Also seen"), language), style="bold")
    for finding in findings:
        line = Text(f"  {translated(NAMES[finding.severity.value], language)} ")
        line.append(finding.rule, "bold")
        line.append(translated(say(": "), language) + translated(finding.headline, language))
        place = translated(_where(finding), language)
        yield line.append(f"  ({place})") if place else line


def _body(finding: Finding, language: str) -> Iterator[Text]:
    for label, text in (
        (say("where"), _where(finding)),
        (say("observed"), _values(finding.observed, language)),
        (say("expected"), _values(finding.expected, language)),
        (say("because"), finding.because),
    ):
        yield from _labelled(translated(label, language), translated(text, language))
    for remedy in finding.remedies:
        yield from _remedy(remedy, language)


def _remedy(remedy: Remedy, language: str) -> Iterator[Text]:
    grade = translated(NAMES[remedy.grade], language)
    advice = say("{summary} ({grade})", summary=translated(remedy.summary, language), grade=grade)
    yield from _labelled(translated(say("help"), language), translated(advice, language))
    for line in translated(remedy.code, language).splitlines():
        yield Text(" " * (_LABEL + 6) + line, style="green")


def _where(finding: Finding) -> str:
    """The places and the steps."""
    parts: list[str] = []
    if finding.where:
        shown = listed(finding.where[:4], ", ")
        more = len(finding.where) - 4
        parts.append(say("{shown} and {more} more", shown=shown, more=more) if more > 0 else shown)
    if finding.source:
        parts.append(finding.source)
    steps = say("step {first:,}", first=finding.first_step)
    if finding.last_step > finding.first_step:
        steps = say("steps {first:,} to {last:,}", first=finding.first_step, last=finding.last_step)
    return listed([*parts, steps], "  ")


def _values(values: Observed, language: str) -> str:
    """Names and numbers: the name is looked up as the English reader sees it."""
    shown = (
        f"{translated(key.replace('_', ' '), language)} {translated(number(value), language)}"
        for key, value in values.items()
    )
    return translated(listed(shown, ", "), language)


def _labelled(label: str, text: str) -> Iterator[Text]:
    if not text:
        return
    lines = wrapped(text, _WIDTH - _LABEL - 2)
    for position, line in enumerate(lines):
        shown = Text("  " + padded(label if position == 0 else "", _LABEL), style="cyan")
        yield shown.append(line, "default")


def _not_judged(silent: tuple[NotJudged, ...], language: str) -> Iterator[Text]:
    yield Text(translated(say("Could not judge"), language), style="bold")
    for entry in silent:
        because = translated(entry.because, language)
        yield from _labelled("", f"{entry.rule}{translated(say(': '), language)}{because}")


def _footer(diagnosis: Diagnosis) -> str:
    facts = diagnosis.recording.facts
    looks = int(facts.get("looks", 0))
    watching = float(facts.get("overhead_seconds", 0.0))
    share = float(facts.get("overhead_fraction", 0.0))
    footer = say(
        "{looks} look{plural}: {watching:.2f} s beside {training:.2f} s of training "
        "({percent:.1f} %).",
        looks=looks,
        plural="" if looks == 1 else "s",
        watching=watching,
        training=watching / share if share else 0.0,
        percent=100 * share,
    )
    return footer + f"  torchvitals report {facts['place']}" if "place" in facts else footer
