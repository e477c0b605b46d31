from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import DEEP, a_run, alike, learning, level, rank_collapse
from tests.probe.watched import fit, watched
from tests.worlds import (
    LOOKED_AT,
    SAMPLES,
    a_look,
    a_loss,
    a_recording,
    a_segment,
    an_operation,
)
from torchvitals.record.look import Attended, Operation
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "a second look", "operations", "losses", "loss series", "a look that lived"}


def run(
    factor: float, course: list[float] | None = None, widths: tuple[int, ...] = DEEP
) -> Recording:
    chain = alike(factor, widths)
    return a_recording(a_run(level() if course is None else course, operations=chain))


def test_rank_collapse_names_the_layer_from_which_all_are_alike():
    found = the_finding("rank-collapse", rank_collapse())
    assert found.severity is Severity.ERROR
    assert found.headline == "All samples are alike from tanh after fc4 on"
    assert found.where == ("tanh after fc4", "fc4")


@pytest.mark.parametrize(("factor", "fires"), [(0.29, True), (0.31, False)])
def test_rank_collapse_asks_for_six_correlation_lengths(factor: float, fires: bool):
    """Six hidden layers: the last lies five factors behind the first, and e^-6 is 0.301^5."""
    assert bool(findings("rank-collapse", run(factor))) is fires


def test_rank_collapse_is_silent_on_a_net_that_learns():
    assert findings("rank-collapse", run(0.1, learning())) == []


def mixing(times: int, *, around: bool = False) -> tuple[Operation, ...]:
    """Layers, each followed by a product with a constant from the left."""
    chain: list[Operation] = []
    before: tuple[int, ...] = ()
    for layer in range(1, times + 1):
        at = len(chain)
        own = an_operation(at, "linear", f"gc{layer}", before)
        mix = an_operation(at + 1, "linear", f"gc{layer}", (at,), parameters=(), mixes=True)
        chain += [own, mix]
        if around:
            chain.append(an_operation(at + 2, "add", f"gc{layer}", (*before, at + 1)))
        before = (len(chain) - 1,)
    return (*chain, an_operation(len(chain), "linear", "head", before))


@pytest.mark.parametrize(("times", "fires"), [(7, False), (8, True)])
def test_rank_collapse_counts_how_often_rows_are_mixed_with_their_neighbours(
    times: int, fires: bool
):
    found = findings("rank-collapse", a_recording(a_run(level(), operations=mixing(times))))
    assert [one.observed for one in found] == [{"propagations_in_a_row": times}] * fires


def test_rank_collapse_counts_each_call_of_one_that_mixes():
    chain = mixing(1)
    chain = (chain[0], chain[1]._replace(calls=8), chain[2])
    found = the_finding("rank-collapse", a_recording(a_run(level(), operations=chain)))
    assert found.where == ("gc1",)


def test_rank_collapse_is_silent_on_mixed_rows_with_a_way_around_or_that_learn():
    around = mixing(9, around=True)
    first = an_operation(0, "linear", "entry")
    moved = [o._replace(index=o.index + 1, inputs=(*(k + 1 for k in o.inputs),)) for o in around]
    moved[0] = moved[0]._replace(inputs=(0,))
    moved[2] = moved[2]._replace(inputs=(0, *moved[2].inputs))
    assert findings("rank-collapse", a_recording(a_run(level(), operations=[first, *moved]))) == []
    assert findings("rank-collapse", a_recording(a_run(learning(), operations=mixing(9)))) == []


class GraphNet(nn.Module):
    """Graph convolutions over a fixed graph, dense or sparse."""

    def __init__(self, depth: int, adjacency: torch.Tensor) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(8, 8) for _ in range(depth))
        self.adjacency = adjacency

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = torch.mm(self.adjacency, layer(x)).relu()
        return x


@pytest.mark.parametrize(("depth", "fires"), [(2, False), (9, True)])
@pytest.mark.parametrize("sparse", [False, True])
def test_rank_collapse_sees_the_propagations_of_a_real_graph_net(
    depth: int, sparse: bool, fires: bool, tmp_path: Path
):
    torch.manual_seed(0)
    adjacency = (torch.rand(40, 40) < 0.2).float() + torch.eye(40)
    adjacency = adjacency / adjacency.sum(1, keepdim=True)
    net = GraphNet(depth, adjacency.to_sparse() if sparse else adjacency)
    x, labels = torch.randn(40, 8), torch.randint(0, 8, (40,))

    def train() -> None:
        optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
        for _ in range(25):
            optimizer.zero_grad()
            F.cross_entropy(net(x), labels).backward()
            optimizer.step()

    found = findings("rank-collapse", watched(train, tmp_path))
    assert [one.observed.get("propagations_in_a_row") for one in found] == [9] * fires


def test_rank_collapse_is_silent_on_a_shallow_net():
    assert findings("rank-collapse", run(1e-4, widths=(2, 8, 8, 8, 1))) == []


def test_rank_collapse_is_silent_where_it_came_in_training():
    looks = [a_look(step, operations=alike(0.1 if step else 0.9)) for step in LOOKED_AT]
    assert findings("rank-collapse", a_recording(a_segment(looks, level()))) == []


READ = Attended(64, 16, 0.9, 0.0, 0.0, 2.0, 0.5)


def fused(entry: int, start: int, layer: str) -> list[Operation]:
    """A layer for queries, keys and values, and the attention over them."""
    return [
        an_operation(start, "linear", f"{layer}.qkv", (entry,) if start else ()),
        an_operation(start + 1, "attention", layer, (start,), attended=READ),
    ]


def by_hand(entry: int, start: int, layer: str) -> list[Operation]:
    """The same with a softmax, and dropout on the weights: the values lead around both."""
    weights = (SAMPLES, 16, 16)
    return [
        an_operation(start, "linear", f"{layer}.qkv", (entry,) if start else ()),
        an_operation(start + 1, "matmul", layer, (start,), shape=weights),
        an_operation(start + 2, "softmax", layer, (start + 1,), shape=weights, attended=READ),
        an_operation(start + 3, "mul", layer, (start + 2,), shape=weights),
        an_operation(start + 4, "matmul", layer, (start + 3, start)),
    ]


ATTENTIONS = {"fused": fused, "by hand": by_hand}


def attending(
    layers: int = 4,
    how: str = "fused",
    *,
    skips: int = 0,
    course: list[float] | None = None,
) -> Recording:
    """A net of so many attention layers, with a connection around the first `skips` of them."""
    chain = [an_operation(0, "linear", "embed")]
    for number in range(layers):
        entry = chain[-1].index
        chain += ATTENTIONS[how](entry, len(chain), f"block{number}")
        if number < skips:
            chain.append(an_operation(len(chain), "add", "", (entry, chain[-1].index)))
    chain.append(an_operation(len(chain), "linear", "fc", (chain[-1].index,)))
    head = chain[-1].index
    chain.append(an_operation(head + 1, "binary_cross_entropy_with_logits", "fc", (head,)))
    loss = a_loss(operation=head + 1, head=head)
    course = level() if course is None else course
    return a_recording(a_run(course, operations=chain, losses=(loss,)))


@pytest.mark.parametrize("how", ATTENTIONS)
def test_rank_collapse_names_attention_layers_that_nothing_leads_around(how: str):
    found = the_finding("rank-collapse", attending(how=how))
    assert found.severity is Severity.ERROR
    assert found.headline == "4 attention layers follow one another and nothing leads around them"
    assert found.where == ("block0", "block1", "block2", "block3")
    assert found.observed == {"attention_layers_in_a_row": 4}
    assert found.expected == {"attention_layers_in_a_row_below": 4}
    assert [remedy.name for remedy in found.remedies] == ["residual-connections"]


@pytest.mark.parametrize("how", ATTENTIONS)
@pytest.mark.parametrize(("layers", "fires"), [(1, False), (3, False), (4, True), (6, True)])
def test_rank_collapse_wants_four_attention_layers_in_a_row(layers: int, fires: bool, how: str):
    assert bool(findings("rank-collapse", attending(layers, how))) is fires


@pytest.mark.parametrize("how", ATTENTIONS)
@pytest.mark.parametrize(("skips", "fires"), [(6, False), (3, False), (2, True)])
def test_rank_collapse_counts_no_attention_that_a_connection_leads_around(
    skips: int, fires: bool, how: str
):
    assert bool(findings("rank-collapse", attending(6, how, skips=skips))) is fires


@pytest.mark.parametrize(
    "course", [learning(), level(steps=10), [0.69 * 0.9995**step for step in range(100)]]
)  # one that learns, one too short to tell, and one that has hardly begun to fall
def test_rank_collapse_blames_no_attention_in_a_run_that_is_not_stuck(course: list[float]):
    assert findings("rank-collapse", attending(course=course)) == []


def ending(share: float) -> list[float]:
    """A loss that falls to this share of what a constant costs."""
    return [math.log(2) * (share + (1 - share) * 0.9**step) for step in range(100)]


@pytest.mark.parametrize("how", ATTENTIONS)
def test_rank_collapse_warns_of_attentions_alone_in_a_run_that_learned_a_little(how: str):
    found = the_finding("rank-collapse", attending(how=how, course=ending(0.8)))
    assert found.severity is Severity.WARNING
    assert found.headline == "4 attention layers follow one another and nothing leads around them"
    assert found.observed == {"attention_layers_in_a_row": 4}


@pytest.mark.parametrize(("share", "fires"), [(0.48, False), (0.52, True)])
def test_rank_collapse_is_silent_on_attentions_of_a_run_that_halved_its_loss(
    share: float, fires: bool
):
    assert bool(findings("rank-collapse", attending(course=ending(share)))) is fires


@pytest.mark.parametrize(("layers", "skips"), [(3, 0), (6, 3), (6, 6)])
def test_rank_collapse_is_silent_on_few_attentions_of_a_run_that_learned_a_little(
    layers: int, skips: int
):
    world = attending(layers, skips=skips, course=ending(0.8))
    assert findings("rank-collapse", world) == []


def test_rank_collapse_is_silent_on_layers_alike_in_a_run_that_learned_a_little():
    assert findings("rank-collapse", run(0.1, ending(0.8))) == []


class Attention(nn.Module):
    def __init__(self, how: str) -> None:
        super().__init__()
        self.qkv, self.how = nn.Linear(8, 24), how

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = self.qkv(x).unsqueeze(1).chunk(3, -1)
        if self.how == "fused":
            return F.scaled_dot_product_attention(q, k, v).squeeze(1)
        weights = (q @ k.transpose(-1, -2) / math.sqrt(8)).softmax(-1)
        if self.how == "masked":  # the factor before the softmax, and the one after, are one line
            weights = (q @ k.transpose(-1, -2) * 0.35).softmax(-1) * torch.ones(6)
        return (weights @ v).squeeze(1)


class Attending(nn.Module):
    """Five attentions and a head over the mean of the tokens, with or without a way around each."""

    def __init__(self, how: str, *, skips: bool) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Attention(how) for _ in range(5))
        self.head, self.skips = nn.Linear(8, 1), skips

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = x + layer(x) if self.skips else layer(x)
        return self.head(x).mean(1)


@pytest.mark.parametrize("how", ["fused", "by hand", "masked"])
@pytest.mark.parametrize("skips", [False, True])
def test_rank_collapse_finds_attentions_of_a_real_net_however_they_are_written(
    how: str, skips: bool, tmp_path: Path
):
    torch.manual_seed(0)
    x, y = torch.randn(4, 6, 8), torch.randn(4, 1)
    net = Attending(how, skips=skips)
    still = torch.optim.SGD(net.parameters(), lr=1e-4)
    recording = watched(lambda: fit(net, x, y, steps=20, optimizer=still), tmp_path)
    heads = [found.headline for found in findings("rank-collapse", recording)]
    count = "5 attention layers follow one another and nothing leads around them"
    assert heads == ([] if skips else [count])


@pytest.mark.parametrize("missing", WITHOUT)
def test_rank_collapse_is_silent_without_what_it_needs(missing: str):
    said = ask("rank-collapse", without(missing, rank_collapse()))
    assert not (said and missing in NEEDS)
