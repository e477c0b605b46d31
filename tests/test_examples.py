"""The examples, by the real command: the right first finding, or silence on the healthy."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
BROKEN = {
    "zero_initialisation": ("symmetric-weights", "fc1"),
    "sigmoid_five_layers": ("vanishing-gradient", "fc1"),
    "bias_minus_eight": ("dead-relu", "fc1"),
    "xor_dead_output": ("loss-domain", "fc2"),
    "xor_crash": ("loss-domain", "fc2"),
    "xor_dead_hidden": ("dead-relu", "fc1"),
    "thermometer": ("unscaled-input", "params"),
    "deep_unnormalised": ("weight-scale", "hidden.1"),
    "deep_default_init": ("vanishing-gradient", "0"),
    "narrow_relu": ("dead-relu", "relu after 4"),
    "chebyshev_too_fast": ("learning-rate-too-high", "4"),
}
HEALTHY = ("moons_mlp", "digits_cnn", "char_transformer", "building_blocks")
QUICK = ("xor_crash", "thermometer", "zero_initialisation", "moons_mlp")


def result(name: str, folder: Path, *words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "torchvitals", "run", "-q", "--json", "result.json"]
    subprocess.run(
        [*command, str(EXAMPLES / f"{name}.py"), *words],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=300,
    )
    return json.loads((folder / "result.json").read_text())


def some_slow(names: Any) -> list[Any]:
    return [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in names]


@pytest.mark.parametrize("name", some_slow(BROKEN))
def test_the_first_finding_on_a_broken_example_is_its_cause(name: str, tmp_path: Path):
    rule, layer = BROKEN[name]
    first = result(name, tmp_path)["findings"][0]
    assert (first["rule"], first["role"], first["severity"]) == (rule, "cause", "error")
    assert layer in first["where"]
    file, line = first["source"].split(":")
    assert file == f"{name}.py"
    assert int(line) > 0


@pytest.mark.parametrize("name", some_slow(HEALTHY))
def test_a_healthy_example_is_silent(name: str, tmp_path: Path):
    said = result(name, tmp_path)
    assert said["verdict"] == "healthy"
    assert [f for f in said["findings"] if f["severity"] != "note"] == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_example_is_silent_on_every_seed(name: str, seed: int, tmp_path: Path):
    said = result(name, tmp_path, "--seed", str(seed))
    assert said["verdict"] == "healthy"
    assert [f for f in said["findings"] if f["severity"] != "note"] == []


def test_the_crash_of_xor_is_explained(tmp_path: Path):
    first = result("xor_crash", tmp_path)["findings"][0]
    assert "all elements of input should be between 0 and 1" in first["because"]
    assert "ReLU" in first["because"]
    assert any("BCEWithLogitsLoss" in remedy["code"] for remedy in first["remedies"])


def test_a_script_that_never_trains_is_told_so(tmp_path: Path):
    (tmp_path / "idle.py").write_text("print('hello')\n")
    command = [sys.executable, "-m", "torchvitals", "run", "idle.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "hello\n"
    assert done.returncode == 0
    assert "never called backward()" in done.stderr
