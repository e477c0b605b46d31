"""The experiment's broken script, run under `torchvitals run`: does it name the fault?"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from torchvitals.lab.catalogue import Entry
from torchvitals.lab.experiment import Claim
from torchvitals.words import say


def examples() -> Path:
    """Where the example scripts are: in the package, or beside it in a checkout."""
    package = Path(__file__).parent
    packed = package / "examples"
    return packed if packed.is_dir() else package.parents[2] / "examples"


def diagnosed(known: Entry, folder: Path) -> Claim | None:
    """The claim that the broken script of this experiment is diagnosed; None where it has none.

    The script is copied to the folder, where a reader may run it again.
    """
    if known.script is None or known.rule is None:
        return None
    script = folder / known.script
    shutil.copyfile(examples() / known.script, script)
    answer = folder / "diagnosis.json"
    target = [script.name, *known.arguments]
    command = [sys.executable, "-m", "torchvitals", "run", "--quiet", "--json", answer.name]
    command += ["--out", "runs", *target]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    observed = _first_finding(answer, done.stderr)
    claim = say("`torchvitals run {script}` names the fault first", script=" ".join(target))
    return Claim(claim, known.rule, observed, observed == known.rule)


def _first_finding(answer: Path, stderr: str) -> str:
    try:
        findings = json.loads(answer.read_text())["findings"]
    except (OSError, ValueError, KeyError):
        return (stderr.strip().splitlines() or ["no answer"])[-1]
    return findings[0]["rule"] if findings else "healthy"
