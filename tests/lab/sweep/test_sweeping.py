"""Sweeps in processes of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.lab.sweep.harness import LEANER, axe, points, runs, swept
from torchvitals.lab.sweep.parquet import FILE

parquet = pytest.importorskip("pyarrow.parquet")


def rows(folder: Path) -> list[dict[str, object]]:
    return parquet.read_table(folder / FILE).to_pylist()


def no_place() -> None:
    raise AssertionError("nothing was missing")


def test_results_are_joined_sorted_by_parameters_and_not_computed_twice(tmp_path: Path):
    log = tmp_path / "log"
    state = swept(tmp_path, points(log, "good", 3, "3,1"))
    assert (len(state.known), state.found_before, state.failures) == (6, 0, [])
    found = rows(tmp_path)
    assert [(row["width"], row["seed"]) for row in found[::3]] == [
        (width, seed) for width in (1, 3) for seed in (0, 1, 2)
    ]
    assert found[3]["name"] == "third"
    assert found[3]["value"] == 1 / 3 + 1
    again = swept(tmp_path, points(log, "good", 3, "3,1"), no_place)  # type: ignore[arg-type]
    assert again.found_before == 6
    assert len(runs(log)) == 6


def test_more_seeds_and_values_run_only_what_is_new(tmp_path: Path):
    log = tmp_path / "log"
    swept(tmp_path, points(log, "good", 2, "1"))
    swept(tmp_path, points(log, "good", 3, "1,2"))
    assert sorted(runs(log)) == [f"{w}-0.1-{s}" for w in (1, 2) for s in range(3)]


def test_a_failure_is_reported_with_its_parameters_and_run_again(tmp_path: Path):
    asked = points(tmp_path / "log", "bad", 3, "1")
    state = swept(tmp_path, asked)
    assert [failure.point for failure in state.failures] == [asked[1]]
    assert {row["seed"] for row in rows(tmp_path)} == {0, 2}
    swept(tmp_path, asked)
    assert sorted(runs(tmp_path / "log")) == ["1-0.1-0", "1-0.1-1", "1-0.1-1", "1-0.1-2"]


def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path):
    asked = points(tmp_path / "log", "deadly", 3, "1")
    with axe(tmp_path / "log"):
        state = swept(tmp_path, asked)
    assert (state.losses, state.failures, len(state.known)) == (1, [], 3)


@pytest.mark.slow
def test_a_chunk_that_kills_every_worker_is_given_up_and_the_rest_goes_on(tmp_path: Path):
    state = swept(tmp_path, points(tmp_path / "log", "fatal", 20, "1"))
    assert [failure.point.seed for failure in state.failures] == [1]
    assert "lost 3 times" in state.failures[0].reason
    assert len(state.known) == 19


def start(tmp_path: Path) -> subprocess.Popen[str]:
    log = tmp_path / "log"
    log.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "torchvitals", "lab", "sweep", LEANER, "--workers", "1"]
    for param in ("mode=slow", f"log={log}", "width=1,2"):
        command += ["--param", param]
    command += ["--seeds", "10", "--out", str(tmp_path / "out")]
    environment = os.environ | {"PYTHONPATH": "."}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_a_sweep_that_is_killed_goes_on_where_it_was(tmp_path: Path):
    chunks = tmp_path / "out" / LEANER.replace(":", "-") / "chunks"
    first = start(tmp_path)
    while len(list(chunks.glob("*.json"))) < 2:
        assert first.poll() is None
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    time.sleep(0.5)
    begun = len(runs(tmp_path / "log"))
    time.sleep(0.5)
    assert len(runs(tmp_path / "log")) == begun, "the worker outlived the sweep"
    finished = 2 * len(list(chunks.glob("*.json")))
    second = start(tmp_path)
    told, _ = second.communicate()
    assert second.returncode == 0
    assert told.startswith(f"20 of 20 points measured, {finished} of them before; 60 rows in")
    assert len(runs(tmp_path / "log")) == begun + 20 - finished
