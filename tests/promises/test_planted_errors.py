"""The observer never kills the run: an error in any part of ours is told once, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys
import torch

torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x = torch.randn(8, 2)
for step in range(12):
    loss = (model(x) - 1).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(loss.item())
print([p.sum().item() for p in model.parameters()])
sys.exit(5)
"""
DRIVER = """
import importlib, sys

def fails(*arguments, **options):
    raise RuntimeError("planted")

module, name = sys.argv.pop(1).split(":")
owner = importlib.import_module(module)
*path, last = name.split(".")
for part in path:
    owner = getattr(owner, part)
setattr(owner, last, fails)
sys.argv[0] = "torchvitals"
from torchvitals.cli import main
main()
"""
PARTS = [
    "torchvitals.probe.streams:walk",
    "torchvitals.probe.condense:condense",
    "torchvitals.probe.activity:describe_all",
    "torchvitals.probe.parameters:describe_all",
    "torchvitals.probe.streams:name_leaves",
    "torchvitals.probe.stepping:Stepping.after_step",
    "torchvitals.probe.clock:Clock.wants",
    "torchvitals.record.store:Store.add_look",
    "torchvitals.record.store:Store.commit",
    "torchvitals.rules.signal.dead_relu:unit_histories",
    "torchvitals.report.shown:render",
    "torchvitals.report.shown:to_json",
]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("plain")
    (folder / "train.py").write_text(SCRIPT)
    (folder / "driver.py").write_text(DRIVER)
    done = subprocess.run(
        [sys.executable, "train.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 5
    return folder, done.stdout


@pytest.mark.parametrize("part", PARTS)
def test_an_error_of_ours_leaves_the_script_as_it_was(part: str, plain: tuple[Path, str]):
    folder, stdout = plain
    words = ["driver.py", part, "run", "--json", "result.json", "train.py"]
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.stdout == stdout
    assert done.returncode == 5
    assert "Traceback" not in done.stderr
    assert done.stderr.count("planted") == 1, done.stderr
