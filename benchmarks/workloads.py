"""The trainings that are timed: ordinary models at ordinary sizes, on data made up in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

Step = Callable[[], None]


@dataclass(frozen=True)
class Workload:
    """One training: `build` gives a function that takes one step of it."""

    name: str
    build: Callable[[], Step]
    default_target: float
    """Greatest ratio of step times, with and without a watch under its default settings."""
    every_target: float
    """The same where the watch looks at each step."""


def _classifier(model: nn.Module, inputs: torch.Tensor, classes: int, lr: float) -> Step:
    labels = torch.randint(0, classes, (len(inputs),))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)

    def step() -> None:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()

    return step


def mlp() -> Step:
    widths = (784, 512, 512, 512, 512)
    hidden = [
        layer
        for before, after in pairwise(widths)
        for layer in (nn.Linear(before, after), nn.ReLU())
    ]
    return _classifier(nn.Sequential(*hidden, nn.Linear(512, 10)), torch.randn(128, 784), 10, 0.01)


class ResidualBlock(nn.Module):
    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(after)
        self.shortcut = nn.Conv2d(before, after, 1, stride) if stride != 1 else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


def resnet() -> Step:
    """Fourteen layers: three stages of two blocks, as ResNet-20 has of three."""
    stem = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
    stages = [ResidualBlock(16, 16, 1), ResidualBlock(16, 16, 1),
              ResidualBlock(16, 32, 2), ResidualBlock(32, 32, 1),
              ResidualBlock(32, 64, 2), ResidualBlock(64, 64, 1)]  # fmt: skip
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    return _classifier(nn.Sequential(stem, *stages, head), torch.randn(32, 3, 32, 32), 10, 0.05)


class Block(nn.Module):
    """One pre-norm transformer block, with PyTorch's own attention."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        query, key, value = (
            part.view(batch, length, self.heads, -1).transpose(1, 2)
            for part in self.qkv(self.norm1(x)).chunk(3, dim=-1)
        )
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class GPT(nn.Module):
    def __init__(self, vocabulary: int, length: int, width: int, layers: int) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(length, width)
        self.blocks = nn.ModuleList([Block(width, 8) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def gpt() -> Step:
    vocabulary, length = 256, 128
    model = GPT(vocabulary, length, width=256, layers=6)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
    text = torch.randint(0, vocabulary, (8, length + 1))

    def step() -> None:
        optimizer.zero_grad()
        logits = model(text[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), text[:, 1:].flatten())
        loss.backward()
        optimizer.step()

    return step


def tiny() -> Step:
    """A 2-5-1 net on the four cases of XOR: Python's own cost is all there is."""
    model = nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    targets = torch.tensor([[0.0], [1.0], [1.0], [0.0]])

    def step() -> None:
        optimizer.zero_grad()
        loss = F.binary_cross_entropy_with_logits(model(inputs), targets)
        loss.backward()
        optimizer.step()

    return step


WORKLOADS = (
    Workload("MLP 784-512x4-10, batch 128", mlp, 1.02, 1.15),
    Workload("ResNet-14 with BatchNorm, 32x32, batch 32", resnet, 1.02, 1.15),
    Workload("GPT 6 x 256, 8 x 128 tokens, AdamW", gpt, 1.02, 1.15),
    Workload("2-5-1 net on XOR", tiny, 1.10, 5.0),
)
