from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import rank_divergence, ranked
from tests.worlds import a_look, a_recording, a_segment
from torchvitals.record.look import Look
from torchvitals.record.recording import Ranks, Segment
from torchvitals.rules.base import NotJudged, Severity

SCRIPT = """
import os, sys
import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

how = sys.argv[1]
distributed.init_process_group("gloo")
rank = distributed.get_rank()
torch.manual_seed(rank if how == "seeds" else 0)
model = torch.nn.Sequential(
    torch.nn.Linear(3, 8), torch.nn.BatchNorm1d(8), torch.nn.ReLU(), torch.nn.Linear(8, 1)
)
if how == "ddp":
    model = DistributedDataParallel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
data = torch.Generator().manual_seed(100 + rank)
for step in range(40):
    x = torch.randn(16, 3, generator=data)
    loss = (model(x) - x.sum(1, keepdim=True)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if how == "local" and step % 3 == 2:
        for parameter in model.parameters():
            distributed.all_reduce(parameter.data)
            parameter.data /= 2
distributed.barrier()
distributed.destroy_process_group()
"""


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def launched(how: str, folder: Path) -> dict[str, Any]:
    """Two ranks under `torchvitals run`; what `torchvitals report` says of rank 0 afterwards."""
    (folder / "train.py").write_text(SCRIPT)
    ours = [sys.executable, "-m", "torchvitals"]
    common = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "WORLD_SIZE": "2"}
    processes = [
        subprocess.Popen(
            [*ours, "run", "-q", "--json", f"{rank}.json", "train.py", how],
            cwd=folder,
            env=os.environ | common | {"RANK": str(rank), "OMP_NUM_THREADS": "1"},
        )
        for rank in range(2)
    ]
    assert [process.wait(120) for process in processes] == [0, 0]
    run = json.loads((folder / "0.json").read_text())["run"]
    subprocess.run([*ours, "report", run, "--json", "x.json", "-q"], cwd=folder, check=True)
    return json.loads((folder / "x.json").read_text())


needs_gloo = pytest.mark.skipif(
    not torch.distributed.is_available() or not torch.distributed.is_gloo_available(),
    reason="needs gloo",
)


@needs_gloo
def test_replicas_under_ddp_are_equal(tmp_path: Path):
    told = launched("ddp", tmp_path)
    assert told["findings"] == []
    assert "rank-divergence" not in [entry["rule"] for entry in told["not_judged"]]


@needs_gloo
@pytest.mark.parametrize(("how", "first"), [("seeds", 0), ("alone", 1)])
def test_ranks_without_ddp_drift_apart(how: str, first: int, tmp_path: Path):
    told = launched(how, tmp_path)
    assert [(f["rule"], f["severity"], f["first_step"]) for f in told["findings"]] == [
        ("rank-divergence", "warning", first)
    ]


@needs_gloo
def test_ranks_that_average_their_weights_now_and_then_raise_no_alarm(tmp_path: Path):
    told = launched("local", tmp_path)
    assert told["verdict"] == "healthy"


def moved(segment: Segment, factor: float, since: int = 0) -> Segment:
    """The segment as another rank has it: other losses, and weights this much larger."""

    def change(look: Look) -> Look:
        scale = factor if look.step >= since else 1.0
        parameters = tuple(
            p._replace(weight=p.weight._replace(rms=p.weight.rms * scale)) for p in look.parameters
        )
        return look._replace(parameters=parameters, loss=look.loss * 1.1)

    return replace(segment, looks=tuple(map(change, segment.looks)))


def test_rank_divergence_says_since_when():
    found = the_finding("rank-divergence", rank_divergence())
    assert found.headline == "The ranks of this run train nets of their own"
    assert found.severity is Severity.WARNING
    assert found.first_step == 0
    assert found.observed["ranks_that_differ"] == 2
    assert "DistributedDataParallel(model)" in found.remedies[0].code


def test_rank_divergence_knows_a_common_start():
    found = the_finding("rank-divergence", ranked(lambda s: moved(s, 1.1, since=4)))
    assert found.first_step == 4
    assert "were equal at first, and differ since step 4" in found.because


def test_rank_divergence_is_silent_about_replicas():
    assert ask("rank-divergence", ranked(lambda segment: moved(segment, 1.0))) == []


@pytest.mark.parametrize(("factor", "fires"), [(1 + 2**-21, False), (1 + 2**-18, True)])
def test_rank_divergence_allows_for_rounding(factor: float, fires: bool):
    said = findings("rank-divergence", ranked(lambda segment: moved(segment, factor)))
    assert bool(said) is fires


def test_rank_divergence_is_silent_where_the_losses_are_the_same():
    def parallel(segment: Segment) -> Segment:
        looks = zip(moved(segment, 1.1).looks, segment.looks, strict=True)
        return replace(segment, looks=tuple(a._replace(loss=b.loss) for a, b in looks))

    assert ask("rank-divergence", ranked(parallel)) == []


def test_rank_divergence_is_silent_where_some_parameters_are_shared():
    def partly(segment: Segment) -> Segment:
        looks = zip(moved(segment, 1.1).looks, segment.looks, strict=True)
        return replace(
            segment,
            looks=tuple(
                a._replace(parameters=(*a.parameters[:-1], b.parameters[-1])) for a, b in looks
            ),
        )

    assert ask("rank-divergence", ranked(partly)) == []


def test_rank_divergence_is_silent_where_nets_are_made_equal_now_and_then():
    apart = {0: 1.0, 1: 1.001, 2: 1.002, 4: 1.0, 8: 1.004, 16: 1.0, 32: 1.001, 64: 1.004}

    def averaged(segment: Segment) -> Segment:
        looks = [
            moved(replace(segment, looks=(look,)), apart[look.step]).looks[0]
            for look in segment.looks
        ]
        return replace(segment, looks=tuple(looks))

    assert ask("rank-divergence", ranked(averaged)) == []


@pytest.mark.parametrize("exchanges", [None, 1, 40])
def test_rank_divergence_is_a_note_where_the_ranks_may_average(exchanges: int | None):
    segment = rank_divergence().segments[0]
    assert segment.ranks is not None
    speaking = replace(segment, ranks=replace(segment.ranks, exchanges=exchanges))
    found = the_finding("rank-divergence", a_recording(speaking))
    assert found.severity is Severity.NOTE
    assert "it may be averages of the weights" in found.because


def test_rank_divergence_is_silent_about_sharded_parameters():
    recording = rank_divergence()
    segment = recording.segments[0]
    assert segment.ranks is not None
    sharded = replace(segment, ranks=replace(segment.ranks, sharded=True))
    assert ask("rank-divergence", a_recording(sharded)) == []


def test_rank_divergence_is_silent_about_nets_of_other_shapes():
    def other(segment: Segment) -> Segment:
        look = a_look(0, parameters=())
        return replace(segment, looks=(look,))

    assert findings("rank-divergence", ranked(other)) == []


@pytest.mark.parametrize("others", [(), ((1, a_segment([])),), ((1, a_segment([a_look(3)])),)])
def test_rank_divergence_is_not_judged_without_the_other_ranks(others: Any):
    alone = replace(a_segment(), ranks=Ranks(0, 2, sharded=False, others=others))
    (said,) = ask("rank-divergence", a_recording(alone))
    assert isinstance(said, NotJudged)
    assert "of the 2 ranks only the recording of rank 0 was found" in said.because


def test_rank_divergence_is_silent_where_there_is_one_process():
    assert ask("rank-divergence", a_recording()) == []


def test_rank_divergence_is_silent_about_weights_that_do_not_move():
    segment = rank_divergence().segments[0]
    assert findings("rank-divergence", a_recording(replace(a_segment(), ranks=segment.ranks))) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_rank_divergence_is_silent_without_what_it_needs(missing: str):
    said = findings("rank-divergence", without(missing, rank_divergence()))
    needs = {"looks", "a second look", "parameters", "a look that lived"}
    assert not (said and missing in needs)
