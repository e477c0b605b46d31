"""Processes that a script spawns are watched as the script itself, and it never knows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import torch

TRAINING = """
    import sys
    import torch
    import torch.multiprocessing as mp


    def train(rank, steps):
        torch.manual_seed(rank)
        model, losses = torch.nn.Linear(3, 1), []
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
        for _ in range(steps):
            x = torch.randn(16, 3)
            loss = (model(x) - x.sum(1, keepdim=True)).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"{rank} {loss.item()}\\n", end="", flush=True)
"""


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [*words, "train.py"], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def watched(
    main: str, folder: Path, status: int = 0
) -> tuple[dict[str, Any], subprocess.CompletedProcess[str]]:
    """What `torchvitals run` says of the training under this main block."""
    (folder / "train.py").write_text(textwrap.dedent(TRAINING) + textwrap.dedent(main))
    done = run(folder, sys.executable, "-m", "torchvitals", "run", "-q", "--json", "r.json")
    assert done.returncode == status, done.stderr
    return json.loads((folder / "r.json").read_text()), done


def stores(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in (folder / "torchvitals_runs").glob("*/*.sqlite"))


def test_what_a_spawned_process_trains_is_judged(tmp_path: Path):
    main = """
        if __name__ == "__main__":
            mp.spawn(train, args=(40,), nprocs=2)
    """
    told, done = watched(main, tmp_path)
    assert told["steps"] == 40
    plain = run(tmp_path, sys.executable)
    assert sorted(done.stdout.splitlines()) == sorted(plain.stdout.splitlines())
    assert len(done.stdout.splitlines()) == 2
    assert (done.stderr, done.returncode) == (plain.stderr, plain.returncode)
    kept = stores(tmp_path)
    assert len(kept) == 2  # one for each process that trained; none of the one that did not
    assert Path(told["run"]).name in kept


def test_no_process_is_waited_for_that_python_would_end(tmp_path: Path):
    """What ends the child is the script's own atexit handler."""
    main = """
        def listen(queue):
            while queue.get() is not None:
                pass


        if __name__ == "__main__":
            import atexit
            queue = mp.get_context("spawn").Queue()
            atexit.register(queue.put, None)
            mp.get_context("spawn").Process(target=listen, args=(queue,)).start()
            train(0, 40)
    """
    told, _ = watched(main, tmp_path)
    assert told["steps"] == 40


def test_a_process_that_was_ended_before_it_trained_is_not_taken_for_one_that_did(tmp_path: Path):
    main = """
        if __name__ == "__main__":
            with mp.get_context("spawn").Pool(1) as pool:
                print(pool.map(float, [1]))
            mp.spawn(train, args=(40,), nprocs=1)
    """
    told, _ = watched(main, tmp_path)
    assert told["steps"] == 40
    assert len(stores(tmp_path)) == 1


def test_workers_that_load_data_leave_nothing(
    tmp_path: Path,
):
    main = """
        if __name__ == "__main__":
            data = torch.utils.data.TensorDataset(torch.arange(32.0))
            loader = torch.utils.data.DataLoader(
                data, num_workers=2, multiprocessing_context="spawn"
            )
            print(sum(x.item() for (x,) in loader))
            train(0, 40)
    """
    told, _ = watched(main, tmp_path)
    assert told["steps"] == 40
    assert len(stores(tmp_path)) == 1


def test_a_child_that_fails_ends_the_script_as_it_would(tmp_path: Path):
    main = """
        if __name__ == "__main__":
            mp.spawn(train, args=("ten",), nprocs=1)
    """
    told, _ = watched(main, tmp_path, status=1)
    assert told["steps"] == 0


@pytest.mark.skipif(
    not torch.distributed.is_available() or not torch.distributed.is_gloo_available(),
    reason="needs gloo",
)
@pytest.mark.parametrize("wrapped", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_spawned_ranks_are_compared(wrapped: bool, tmp_path: Path):
    main = f"""
        def rank_of_two(rank, meeting):
            torch.distributed.init_process_group(
                "gloo", init_method=meeting, rank=rank, world_size=2
            )
            torch.manual_seed(rank)
            model = torch.nn.Linear(3, 1)
            if {wrapped}:
                model = torch.nn.parallel.DistributedDataParallel(model)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
            for _ in range(40):
                x = torch.randn(16, 3)
                loss = (model(x) - x.sum(1, keepdim=True)).square().mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            torch.distributed.destroy_process_group()


        if __name__ == "__main__":
            import tempfile
            meeting = "file://" + tempfile.mktemp()
            mp.spawn(rank_of_two, args=(meeting,), nprocs=2)
    """
    told, _ = watched(main, tmp_path)
    expected = [] if wrapped else ["rank-divergence"]
    assert [finding["rule"] for finding in told["findings"]] == expected
