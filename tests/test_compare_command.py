"""`torchvitals compare` on real runs, and on what is no run."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner, Result

import torchvitals
from torchvitals.cli import app


def train(folder: Path, *, held: bool) -> Path:
    torch.manual_seed(0)
    model, other = torch.nn.Linear(3, 1), torch.nn.Linear(3, 1)
    optimizer = torch.optim.SGD((model if held else other).parameters(), lr=0.1)
    x = torch.randn(32, 3)
    with torchvitals.watch(directory=folder, every=1) as vitals:
        for _ in range(40):
            loss = (model(x) - x.sum(1, keepdim=True)).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert vitals.path is not None
    return vitals.path


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("runs")
    return train(folder, held=False), train(folder, held=True)


def command(*words: object) -> Result:
    return CliRunner().invoke(app, ["compare", *map(str, words)])


def test_two_runs_are_compared_by_name_and_by_path(runs: tuple[Path, Path], tmp_path: Path):
    before, after = runs
    by_path = command(before, after, "--json", tmp_path / "changes.json")
    by_name = command(before.name, after.name, "--out", before.parent)
    assert by_path.exit_code == 0
    assert by_path.stdout == by_name.stdout
    assert by_path.stdout.startswith("torchvitals: healthier: healthy, was unhealthy")
    assert "error parameters-not-optimized: " in by_path.stdout
    written = json.loads((tmp_path / "changes.json").read_text())
    assert (written["before"]["run"], written["after"]["run"]) == (before.name, after.name)
    assert written["health"] == "better"


def test_quiet_prints_nothing(runs: tuple[Path, Path]):
    assert command("-q", *runs).output == ""


def text_file(folder: Path) -> Path:
    (folder / "notes.txt").write_text("no database")
    return folder / "notes.txt"


def foreign(folder: Path) -> Path:
    with sqlite3.connect(folder / "other.sqlite") as database:
        database.execute("CREATE TABLE thing (x)")
    return folder / "other.sqlite"


def missing(folder: Path) -> Path:
    return folder / "nowhere"


def empty_folder(folder: Path) -> Path:
    return folder


@pytest.mark.parametrize("bad", [text_file, foreign, missing, empty_folder])
def test_what_is_no_run_is_a_clear_error(bad, runs: tuple[Path, Path], tmp_path: Path):
    no_run = bad(tmp_path)
    for words in ((no_run, runs[0]), (runs[0], no_run)):
        said = command(*words)
        assert said.exit_code == 2
        assert said.stderr.startswith("torchvitals: ")
        assert len(said.stderr.splitlines()) == 1
        assert str(tmp_path) in said.stderr
        assert isinstance(said.exception, SystemExit)


def test_a_run_with_itself_is_a_clear_error(runs: tuple[Path, Path]):
    said = command(runs[0], runs[0] / "vitals.sqlite")
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr == f"torchvitals: Expected two runs but got {runs[0].name} twice.\n"


def test_a_rule_that_is_none_is_a_clear_error(runs: tuple[Path, Path]):
    said = command(*runs, "--ignore", "dead-rulu")
    assert said.exit_code == 2
    assert "Did you mean dead-relu?" in said.stderr
