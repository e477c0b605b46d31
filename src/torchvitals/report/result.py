"""The diagnosis as the JSON document that design and schema promise."""

from __future__ import annotations

import json
import math
from typing import Any

from torchvitals._version import __version__
from torchvitals.diagnosis import Diagnosis, Ranked
from torchvitals.rules.base import Observed, Remedy

SCHEMA_VERSION = 1


def to_result(diagnosis: Diagnosis) -> dict[str, Any]:
    """The result of a run as plain JSON values.

    Numbers that JSON lacks are spelled 'inf', '-inf' and 'nan'.
    """
    recording = diagnosis.recording
    return {
        "schema": SCHEMA_VERSION,
        "torchvitals": __version__,
        "run": recording.run,
        "script": recording.script,
        "steps": recording.steps,
        "verdict": diagnosis.verdict,
        "findings": [_finding(ranked) for ranked in diagnosis.findings],
        "not_judged": [{"rule": n.rule, "because": n.because} for n in diagnosis.not_judged],
        "overhead": {
            "fraction": float(recording.facts.get("overhead_fraction", 0.0)),
            "looks": int(recording.facts.get("looks", 0)),
            "steps": recording.steps,
        },
    }


def to_json(diagnosis: Diagnosis) -> str:
    """The result as indented JSON text."""
    return json.dumps(to_result(diagnosis), indent=2, allow_nan=False) + "\n"


def _finding(ranked: Ranked) -> dict[str, Any]:
    finding = ranked.finding
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "role": ranked.role,
        "confidence": round(finding.confidence, 3),
        "first_step": finding.first_step,
        "last_step": finding.last_step,
        "where": list(finding.where),
        "source": finding.source,
        "observed": _numbers(finding.observed),
        "expected": _numbers(finding.expected),
        "because": finding.because,
        "caused_by": list(ranked.caused_by),
        "remedies": [_remedy(remedy) for remedy in finding.remedies],
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    return {
        "remedy": remedy.name,
        "grade": remedy.grade,
        "summary": remedy.summary,
        "code": remedy.code,
        "trial": None,
    }


def _numbers(values: Observed) -> dict[str, Any]:
    return {key: _number(value) for key, value in values.items()}


def _number(value: float | int | str | None) -> float | int | str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
