"""An error that is certain is said once, while the script still runs."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.planted import dead_relu
from tests.worlds import a_look
from torchvitals import live
from torchvitals.diagnosis import CERTAIN, Diagnosis, Ranked
from torchvitals.record.look import Look
from torchvitals.rules.base import Finding, Severity

SCRIPT = """
import sys
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3), nn.Softmax(dim=1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
criterion = nn.CrossEntropyLoss()
x, y = torch.randn(30, 4), torch.randint(0, 3, (30,))
for step in range(40):
    loss = criterion(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("trained", flush=True)
sys.stdin.readline()
print("done", flush=True)
"""


class StandIn:
    """A watch whose diagnosis is whatever a test says."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        self.asked = 0
        self.on_look = lambda _look: None

    def diagnose(self, **_: object) -> Diagnosis:
        self.asked += 1
        return Diagnosis(dead_relu(), tuple(Ranked(f, "cause") for f in self.findings), ())


def an_error(**fields: object) -> Finding:
    said = Finding("dead-relu", Severity.ERROR, "all are dead", "", CERTAIN, 0, 9, ("fc1",))
    return replace(said, source="train.py:7", **fields)  # type: ignore[arg-type]


def told(watch: StandIn, steps: range | list[int]) -> list[str]:
    said: list[str] = []
    live.tell_live(watch, said.append)  # type: ignore[arg-type]
    look: Look = a_look(0)
    for step in steps:
        watch.on_look(look._replace(step=step))
    return said


def test_an_error_that_is_certain_is_told_once_with_its_line():
    said = told(StandIn(an_error()), range(20))
    assert said == ["torchvitals: step 0: dead-relu: all are dead (train.py:7)"]


def test_the_same_rule_at_another_place_is_told_too():
    assert len(told(StandIn(an_error(), an_error(where=("fc2",))), range(20))) == 2


@pytest.mark.parametrize(
    "finding",
    [
        an_error(confidence=0.9),
        an_error(severity=Severity.WARNING),
        an_error(severity=Severity.NOTE),
    ],
)
def test_what_is_no_certain_error_waits_for_the_end(finding: Finding):
    assert told(StandIn(finding), range(20)) == []


def test_only_scheduled_looks_are_judged():
    watch = StandIn()
    told(watch, range(100))
    assert watch.asked == len([0, 1, 2, 4, 8, 16, 32, 64])


def read_until(terminal: int, words: str, seconds: float = 60.0) -> str:
    """What the terminal shows, without its colours, until it shows these words or is closed."""
    shown, end = "", time.monotonic() + seconds
    while words not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += re.sub(r"\x1b\[[0-9;]*m", "", piece.decode())
    return shown


@pytest.mark.parametrize("quiet", [False, True])
def test_on_a_terminal_a_certain_error_is_said_while_the_script_runs(quiet: bool, tmp_path: Path):
    (tmp_path / "train.py").write_text(SCRIPT)
    terminal, end = pty.openpty()
    words = [
        sys.executable,
        "-m",
        "torchvitals",
        "run",
        *(["--quiet"] if quiet else []),
        "train.py",
    ]
    child = subprocess.Popen(words, cwd=tmp_path, stdin=end, stdout=end, stderr=end)
    os.close(end)
    try:
        while_it_ran = read_until(terminal, "trained")
        assert child.poll() is None, "it waits for a line"
        os.write(terminal, b"\n")
        afterwards = read_until(terminal, "no such words will ever come", 30.0)
        assert child.wait(30) == 0
    finally:
        child.kill()
        child.wait()
        os.close(terminal)
    live_lines = [line for line in while_it_ran.splitlines() if ": double-softmax: " in line]
    assert len(live_lines) == (0 if quiet else 1)
    assert "done" in afterwards
    assert ": step " not in afterwards, "nothing is told live a second time"
    assert ("error double-softmax: " in afterwards) is not quiet


def test_without_a_terminal_nothing_is_said_before_the_end(tmp_path: Path):
    (tmp_path / "train.py").write_text(SCRIPT)
    words = [sys.executable, "-m", "torchvitals", "run", "train.py"]
    done = subprocess.run(
        words, cwd=tmp_path, input="\n", capture_output=True, text=True, check=True
    )
    assert done.stdout == "trained\ndone\n"
    assert ": step " not in done.stderr
    assert "error double-softmax: " in done.stderr
