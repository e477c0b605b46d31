"""Sweeps on a real Ray cluster of this machine, begun here. Run by `make test-ray`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.sweep.harness import axe, points, runs, swept
from torchvitals.lab.sweep.on_ray import RayCluster
from torchvitals.lab.sweep.parquet import FILE

ray = pytest.importorskip("ray")
pytestmark = [
    pytest.mark.ray,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    os.environ["PYTHONPATH"] = str(Path.cwd())
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


def test_results_are_the_same_bits_as_locally(tmp_path: Path):
    for folder in (here := tmp_path / "here", there := tmp_path / "there"):
        folder.mkdir()
    asked = points(tmp_path / "log", "good", 3)
    swept(here, asked)
    swept(there, asked, RayCluster)
    assert (here / FILE).read_bytes() == (there / FILE).read_bytes()


def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path):
    asked = points(tmp_path / "log", "deadly", 4)
    with axe(tmp_path / "log"):
        state = swept(tmp_path, asked, RayCluster)
    assert state.losses >= 1
    assert (state.failures, len(state.known)) == ([], 8)
    before = len(runs(tmp_path / "log"))
    again = swept(tmp_path, asked, RayCluster)
    assert again.found_before == 8
    assert len(runs(tmp_path / "log")) == before


def test_a_failure_is_reported_and_the_rest_goes_on(tmp_path: Path):
    asked = points(tmp_path / "log", "bad", 3, "1")
    state = swept(tmp_path, asked, RayCluster)
    assert [failure.point for failure in state.failures] == [asked[1]]
    assert len(state.known) == 2
