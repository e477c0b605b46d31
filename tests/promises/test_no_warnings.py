"""Watching says nothing on the script's stderr that the script would not say by itself."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import torch
from torch.nn import functional as F

torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters())
x, y = torch.randn(16, 3), torch.rand(16)
for _ in range(9):
    prediction = model(x)
    loss = LOSS
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
LOSSES = [
    "F.l1_loss(prediction, y)",
    "F.mse_loss(prediction, y)",
    "F.smooth_l1_loss(prediction, y)",
    "F.huber_loss(prediction, y)",
    "((prediction - y) ** 2).mean()",
    "(prediction - y).abs().mean()",
    "F.smooth_l1_loss(prediction.squeeze(1), y)",
    "F.binary_cross_entropy(torch.sigmoid(prediction).squeeze(1), y)",
    "F.kl_div(F.log_softmax(prediction.T, 1), F.softmax(y, 0)[None], reduction='sum')",
    "F.cross_entropy(prediction.T, torch.tensor([3]))",
]


@pytest.mark.parametrize("loss", LOSSES)
def test_a_watched_script_warns_of_nothing_that_it_would_not_warn_of(loss: str, tmp_path: Path):
    script = tmp_path / "train.py"
    script.write_text(SCRIPT.replace("LOSS", loss))
    words = (
        [sys.executable, "train.py"],
        [sys.executable, "-m", "torchvitals", "run", "-q", "train.py"],
    )
    plain, watched = (
        subprocess.run(w, cwd=tmp_path, capture_output=True, text=True, check=True) for w in words
    )
    assert watched.stderr == plain.stderr
    assert watched.stdout == plain.stdout
