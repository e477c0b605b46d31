"""Findings -> one primary cause, its consequences, other causes, and observations."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from torchvitals.record.recording import Recording
from torchvitals.rules.base import Finding, NotJudged, Rule, Severity
from torchvitals.rules.catalogue import all_rules
from torchvitals.words import say

CERTAIN = 0.99
"""Confidence from which a finding follows from structure alone, and not from a course of values."""


@dataclass(frozen=True)
class Ranked:
    """A finding in its place; `caused_by` names the rules that explain it."""

    finding: Finding
    role: str
    caused_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagnosis:
    """The judgement of one run; `findings[0]` is the primary cause where there is any."""

    recording: Recording
    findings: tuple[Ranked, ...]
    not_judged: tuple[NotJudged, ...]

    @property
    def verdict(self) -> str:
        """'unhealthy' with an error, 'suspect' with a warning, else 'healthy'."""
        severities = {ranked.finding.severity for ranked in self.findings}
        if Severity.ERROR in severities:
            return "unhealthy"
        return "suspect" if Severity.WARNING in severities else "healthy"

    @property
    def primary(self) -> Finding | None:
        """The first cause; None where nothing above a note was found."""
        if self.findings and self.findings[0].role == "cause":
            return self.findings[0].finding
        return None


def diagnose(
    recording: Recording,
    *,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    rules: tuple[Rule, ...] | None = None,
    failures: list[NotJudged] | None = None,
) -> Diagnosis:
    """Ask every rule and rank what they say.

    Args:
        recording: the run.
        select: names of the only rules to ask; empty asks all.
        ignore: names of rules not to ask.
        rules: the rules themselves, instead of the whole catalogue.
        failures: receives a line for each rule that raised; None lets the error through.
    """
    known = all_rules() if rules is None else rules
    chosen = [r for r in known if (not select or r.name in select) and r.name not in ignore]
    said = [entry for rule in chosen for entry in _ask(rule, recording, failures)]
    findings = [entry for entry in said if isinstance(entry, Finding)]
    silent = dict.fromkeys(entry for entry in said if isinstance(entry, NotJudged))
    return Diagnosis(recording, rank(findings, chosen), tuple(silent))


def _ask(
    rule: Rule, recording: Recording, failures: list[NotJudged] | None
) -> list[Finding | NotJudged]:
    try:
        return list(rule.check(recording))
    except Exception as error:
        if failures is None:
            raise
        failed = NotJudged(rule.name, say("the rule itself failed: {error}", error=_words(error)))
        failures.append(failed)
        return [failed]


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def rank(findings: list[Finding], rules: Collection[Rule]) -> tuple[Ranked, ...]:
    """Order findings: each cause, the primary one first, with what it explains; observations."""
    explains = {rule.name: rule.explains for rule in rules}
    order = {name: position for position, name in enumerate(explains)}
    findings = sorted(findings, key=lambda f: (order.get(f.rule, len(order)), _place(f)))
    serious = [f for f in findings if f.severity is not Severity.NOTE]
    causes_of = {id(f): [c for c in serious if _explains(c, f, explains)] for f in serious}
    roots = [f for f in serious if not causes_of[id(f)]]
    roots.sort(key=lambda f: _precedence(f, serious, explains))
    ranked: list[Ranked] = []
    placed: set[int] = set()
    for position, root in enumerate(roots):
        if position and root.severity is not Severity.ERROR:
            continue
        ranked.append(Ranked(root, "cause"))
        placed.add(id(root))
        below = [f for f in serious if id(f) not in placed and _descends(f, root, causes_of)]
        below.sort(key=lambda f: (f.first_step, -f.severity.weight))
        for finding in below:
            placed.add(id(finding))
            names = tuple(dict.fromkeys(c.rule for c in causes_of[id(finding)]))
            ranked.append(Ranked(finding, "consequence", names))
    rest = [f for f in findings if id(f) not in placed]
    rest.sort(key=lambda f: (-f.severity.weight, f.first_step))
    for finding in rest:
        names = tuple(dict.fromkeys(c.rule for c in causes_of.get(id(finding), [])))
        ranked.append(Ranked(finding, "observation", names))
    return tuple(ranked)


def _place(finding: Finding) -> tuple[int, int, int, float, tuple[str, ...], str]:
    """What tells apart the findings of one rule, whatever the order in which they came."""
    harm = (-finding.severity.weight, -finding.confidence)
    return (finding.segment, finding.first_step, *harm, finding.where, finding.headline)


def _explains(cause: Finding, effect: Finding, explains: dict[str, frozenset[str]]) -> bool:
    return (
        cause is not effect
        and cause.segment == effect.segment
        and effect.rule in explains.get(cause.rule, frozenset())
        and cause.severity.weight >= effect.severity.weight
        and cause.first_step <= effect.first_step
    )


def _descends(finding: Finding, root: Finding, causes_of: dict[int, list[Finding]]) -> bool:
    stack, seen = list(causes_of[id(finding)]), set[int]()
    while stack:
        cause = stack.pop()
        if cause is root:
            return True
        if id(cause) not in seen:
            seen.add(id(cause))
            stack.extend(causes_of[id(cause)])
    return False


def _precedence(
    finding: Finding, serious: list[Finding], explains: dict[str, frozenset[str]]
) -> tuple[float, ...]:
    """Harm first, then certainty by structure, how much it explains, how sure, how early."""
    explained = sum(_explains(finding, other, explains) for other in serious)
    inferred = finding.confidence < CERTAIN
    harm = -finding.severity.weight
    return (harm, inferred, -explained, -finding.confidence, finding.first_step)
