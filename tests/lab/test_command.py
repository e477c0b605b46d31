"""`torchvitals lab` as a stranger uses it, bad input included."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from torchvitals.cli import app
from torchvitals.lab.catalogue import CATALOGUE, load, showing
from torchvitals.lab.doctor import examples
from torchvitals.rules.catalogue import all_rules


def said(*words: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, ["lab", *words])
    assert result.exit_code == status, result.output
    return result.output


def test_the_list_names_every_experiment():
    listed = said("list")
    assert [line.split()[0] for line in listed.splitlines()] == [e.name for e in CATALOGUE]
    assert "学习率到底可以多大？" in said("list", "--lang", "zh")


@pytest.mark.parametrize("known", CATALOGUE, ids=lambda known: known.name)
def test_an_experiment_is_complete(known):
    experiment = load(known.name)
    assert all(experiment.plan.__dict__.values())
    assert said("run", known.name, "--help").count("--") >= 6
    assert known.rule is None or known.rule in {rule.name for rule in all_rules()}
    assert known.script is None or (examples() / known.script).is_file()


def test_a_rule_names_the_experiments_that_show_it():
    assert showing("unscaled-input") == ("learning-rate",)
    told = CliRunner().invoke(app, ["explain", "unscaled-input"]).output
    assert "torchvitals lab run learning-rate" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "learning-rat"], "Did you mean learning-rate?"),
        (["run", "learning-rate", "--steps", "ten"], "--steps"),
        (["run", "learning-rate", "--steps", "1"], "100"),
        (["run", "learning-rate", "--lang", "xx"], "Expected en or zh"),
        (["run", "learning-rate", "--json", "/nowhere/x.json"], "/nowhere"),
        (["run", "learning-rate", "--device", "tpu"], "tpu"),
    ],
)
def test_bad_input_is_refused_in_a_line(words: list[str], told: str):
    output = said(*words, status=2)
    assert told in output
    assert "Traceback" not in output


def test_an_experiment_runs_end_to_end_and_the_doctor_names_its_fault(tmp_path: Path):
    answer = tmp_path / "answer.json"
    out = str(tmp_path / "lab")
    said("run", "learning-rate", "--quick", "--out", out, "--json", str(answer))
    result = json.loads(answer.read_text())
    assert all(claim["holds"] for claim in result["claims"])
    assert result["claims"][-1]["observed"] == "unscaled-input"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    told = said("run", "learning-rate", "--quick", "--out", str(tmp_path / "file"), status=2)
    assert "file" in told
