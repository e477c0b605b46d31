"""A comparison as the JSON document of comparison.schema.json."""

from __future__ import annotations

import json
import math
from typing import Any

from torchvitals._version import __version__
from torchvitals.comparison import Comparison, Ending, FindingChange, ModelChange
from torchvitals.diagnosis import Diagnosis, Ranked

SCHEMA_VERSION = 1


def to_result(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain JSON values.

    Numbers that JSON lacks are spelled 'inf', '-inf' and 'nan'.
    """
    return {
        "schema": SCHEMA_VERSION,
        "torchvitals": __version__,
        "health": comparison.health,
        "before": _run(comparison.before),
        "after": _run(comparison.after),
        "findings": [_finding(entry) for entry in comparison.findings],
        "models": [_model(model) for model in comparison.models],
        "models_only_before": comparison.only_before,
        "models_only_after": comparison.only_after,
    }


def to_json(comparison: Comparison) -> str:
    """The comparison as indented JSON text."""
    return json.dumps(to_result(comparison), indent=2, allow_nan=False) + "\n"


def _run(diagnosis: Diagnosis) -> dict[str, Any]:
    recording = diagnosis.recording
    return {
        "run": recording.run,
        "script": recording.script,
        "steps": recording.steps,
        "verdict": diagnosis.verdict,
    }


def _finding(entry: FindingChange) -> dict[str, Any]:
    return {
        "rule": entry.rule,
        "change": entry.change,
        "before": _ranked(entry.before),
        "after": _ranked(entry.after),
    }


def _ranked(ranked: Ranked | None) -> dict[str, Any] | None:
    if ranked is None:
        return None
    finding = ranked.finding
    return {
        "severity": finding.severity.value,
        "role": ranked.role,
        "headline": finding.headline,
        "where": list(finding.where),
        "caused_by": list(ranked.caused_by),
    }


def _model(model: ModelChange) -> dict[str, Any]:
    return {
        "name": model.name,
        "before": _ending(model.before),
        "after": _ending(model.after),
        "settings": [
            {"name": d.name, "before": _number(d.before), "after": _number(d.after)}
            for d in model.settings
        ],
        "layers": [
            {
                "quantity": entry.quantity,
                "layer": entry.layer,
                "before": _number(entry.before),
                "after": _number(entry.after),
                "ratio": _number(entry.ratio),
            }
            for entry in model.layers
        ],
        "layers_compared": model.layers_compared,
    }


def _ending(ending: Ending) -> dict[str, Any]:
    return {
        "course": ending.course,
        "steps": ending.steps,
        "loss": ending.loss,
        "first": _number(ending.first),
        "last": _number(ending.last),
        "best_constant": _number(ending.chance),
    }


def _number(value: float | int | str | None) -> float | int | str | None:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
