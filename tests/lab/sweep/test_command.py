from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.lab.sweep.harness import LEANER
from torchvitals.cli import app

WHOLE = "tests.lab.sweep.stubs:WHOLE"


def asked(*words: str) -> Result:
    return CliRunner().invoke(app, ["lab", "sweep", *words])


def test_a_sweep_tells_what_it_measured_and_where_it_is(tmp_path: Path):
    command = [WHOLE, "--param", "width=1,2", "--workers", "1", "--out", str(tmp_path)]
    first, second = asked(*command), asked(*command, "--lang", "zh")
    assert first.exit_code == second.exit_code == 0
    assert first.stdout.startswith("2 of 2 points measured, 0 of them before; 6 rows in")
    assert second.stdout.startswith("2 个点中已测 2 个，其中 2 个是以前测的；")


def test_a_failure_is_told_with_what_varies_and_is_the_exit_status(tmp_path: Path):
    command = [LEANER, "--param", "width=1,2", "--param", "mode=bad", "--seeds", "2"]
    result = asked(*command, "--workers", "1", "--out", str(tmp_path))
    assert result.exit_code == 1
    assert "failed at width=1, seed=1: ValueError: no odd seeds, and 1 is odd" in result.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["learning-rat"], "Did you mean learning-rate?"),
        ([WHOLE, "--param", "depth=1"], "Expected one of the knobs width"),
        (["no.such:THING"], "No module named 'no'"),
        (["tests.lab.sweep.stubs:NONE"], "no attribute 'NONE'"),
        ([WHOLE, "--lang", "xx"], "Expected en or zh"),
    ],
)
def test_a_mistake_is_refused(words: list[str], says: str):
    words = words if "--param" in words else [*words, "--param", "width=1"]
    result = asked(*words)
    assert result.exit_code == 2
    assert says in result.stderr


@pytest.mark.parametrize(
    ("absent", "given", "says"),
    [
        ("pyarrow", [], "pip install 'torchvitals[sweep]'"),
        ("ray", ["--ray"], "pip install 'torchvitals[ray]'"),
        ("ray", ["--ray", "auto"], "pip install 'torchvitals[ray]'"),
    ],
)
def test_what_is_absent_is_named_before_anything_runs(
    absent: str, given: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, absent, None)
    result = asked(WHOLE, "--param", "width=1", *given, "--out", str(tmp_path))
    assert result.exit_code == 2
    assert says in result.stderr
