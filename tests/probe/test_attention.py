from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from torchvitals.probe.attention import attended
from torchvitals.probe.graph import walk
from torchvitals.record.look import Attended

BATCH, LENGTH, WIDTH = 3, 6, 8


def read(output: torch.Tensor) -> Attended | None:
    graph = walk(output.grad_fn)  # knows what consumes what for as long as it lives
    found = (attended(node) for node in graph.nodes)
    return next((one for one in found if one is not None), None)


def queries_and_keys() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return (
        torch.randn(BATCH, LENGTH, WIDTH, requires_grad=True),
        torch.randn(BATCH, LENGTH, WIDTH, requires_grad=True),
    )


def naive_entropy(logits: torch.Tensor) -> float:
    rows = logits.softmax(-1).flatten(0, -2)
    rows = rows[(rows > 0).sum(-1) > 1]
    spread = torch.special.entr(rows).sum(-1) / (rows > 0).sum(-1).log()
    return float(spread.mean())


@pytest.mark.parametrize("scale", [1.0, 1 / math.sqrt(WIDTH)])
def test_an_attention_by_hand_is_read_as_a_naive_twin_would(scale: float):
    q, k = queries_and_keys()
    logits = q @ k.transpose(1, 2) * scale
    found = read(logits.softmax(-1) @ k)
    assert found is not None
    assert found.entropy == pytest.approx(naive_entropy(logits.detach()), rel=1e-4)
    assert found.largest_logit == pytest.approx(float(logits.detach().abs().max()), rel=1e-4)
    assert found.logit_std == pytest.approx(float(logits.detach().std(-1).mean()), rel=1e-4)


@pytest.mark.parametrize("causal", [False, True])
def test_a_fused_attention_is_read_as_one_by_hand(causal: bool):
    q, k = queries_and_keys()
    logits = (q @ k.transpose(1, 2) / math.sqrt(WIDTH)).detach()
    if causal:
        hidden = torch.ones(LENGTH, LENGTH).triu(1).bool()
        logits = logits.masked_fill(hidden, -math.inf)
    fused = functional.scaled_dot_product_attention(
        q.unsqueeze(1), k.unsqueeze(1), k.unsqueeze(1), is_causal=causal
    )
    found = read(fused)
    assert found is not None
    assert found.entropy == pytest.approx(naive_entropy(logits), rel=1e-3)


def test_even_weights_and_one_hot_ones_are_told_apart():
    q, k = queries_and_keys()
    even = read((q @ k.transpose(1, 2) * 1e-6).softmax(-1) @ k)
    sharp = read((q @ k.transpose(1, 2) * 1e4).softmax(-1) @ k)
    assert even is not None
    assert sharp is not None
    assert (even.uniform, even.sharp) == (1.0, 0.0)
    assert sharp.sharp == 1.0


def test_a_softmax_over_classes_is_no_attention():
    q, _ = queries_and_keys()
    assert read(q.softmax(-1).log().sum()) is None
