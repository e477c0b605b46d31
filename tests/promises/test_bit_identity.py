"""Watching changes nothing: weights, losses, generators, hooks."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.nn.modules import module as module_hooks
from torch.optim import Optimizer, optimizer

import torchvitals

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
QUICK = ("xor_crash", "thermometer", "building_blocks")
DIGEST = Path(__file__).with_name("digest.py")


def output(*words: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=cwd, capture_output=True, text=True, check=False, timeout=300
    )
    assert "torchvitals: stepped back" not in done.stderr, done.stderr
    return done.stdout


def params() -> list[object]:
    return [
        pytest.param(path, id=path.stem, marks=[] if path.stem in QUICK else [pytest.mark.slow])
        for path in EXAMPLES
    ]


@pytest.mark.parametrize("example", params())
def test_a_training_is_the_same_to_the_last_bit_with_and_without(example: Path, tmp_path: Path):
    plain = output(str(DIGEST), str(example), cwd=tmp_path)
    watch = ("-m", "torchvitals", "run", "--quiet")
    assert output(*watch, str(DIGEST), str(example), cwd=tmp_path) == plain
    assert output(*watch, "--every", "1", str(DIGEST), str(example), cwd=tmp_path) == plain


def interceptions() -> tuple[object, ...]:
    return (
        torch.autograd.backward,
        torch.compile,
        Optimizer.__init__,
        dict(optimizer._global_optimizer_pre_hooks),
        dict(optimizer._global_optimizer_post_hooks),
        dict(module_hooks._global_forward_hooks),
        torch.is_anomaly_enabled(),
    )


def train(model: torch.nn.Module, steps: int) -> None:
    adam = torch.optim.Adam(model.parameters())
    for _ in range(steps):
        adam.zero_grad()
        model(torch.ones(4, 3)).square().mean().backward()
        adam.step()


@pytest.mark.parametrize("raises", [False, True])
def test_nothing_of_ours_remains_after_the_watch(raises: bool, tmp_path: Path):
    before = interceptions()
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))

    def watched() -> None:
        with torchvitals.watch(directory=tmp_path, every=1):
            train(model, 5)
            assert interceptions() != before
            if raises:
                raise ZeroDivisionError

    if raises:
        with pytest.raises(ZeroDivisionError):
            watched()
    else:
        watched()
    assert interceptions() == before
    assert not any(m._forward_hooks or m._backward_hooks for m in model.modules())
    assert not any(p._backward_hooks for p in model.parameters())
