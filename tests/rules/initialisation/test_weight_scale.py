from __future__ import annotations

import itertools
import math
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from tests.gauntlet import WITHOUT, ask, each_look, findings, the_finding, without
from tests.planted import a_run, learning, level, rising, weight_scale
from tests.probe.watched import watched
from tests.worlds import (
    SAMPLES,
    a_loss,
    a_parameter,
    a_recording,
    an_operation,
    operations,
    parameters,
    statistics,
)
from torchvitals.record.look import Look, Operation
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "a look at step 0", "operations", "parameters", "readable operations"}
FAN_INS = (2, 8, 8)
CRITICAL = (2.0**0.5, 2.0**0.5, 1.0)


def rms_of_growth(growth: float) -> float:
    """The RMS of all weights that makes the 2-8-8-1 net let a signal grow this many times."""
    each = [math.sqrt(fan_in) / gain for fan_in, gain in zip(FAN_INS, CRITICAL, strict=True)]
    return (growth / math.prod(each)) ** (1 / 3)


def scaled(
    rms: float,
    course: list[float] | None = None,
    chain: tuple[Operation, ...] | None = None,
) -> Recording:
    chain = operations() if chain is None else chain
    course = level() if course is None else course
    return a_recording(
        a_run(course, operations=chain, parameters=parameters(weight=statistics(rms)))
    )


def normalised() -> tuple[Operation, ...]:
    """The chain with a batch normalisation after each layer."""
    found: list[Operation] = []
    for operation in operations():
        before = (found[-1].index,) if found else ()
        found.append(operation._replace(index=len(found), inputs=before))
        if operation.kind == "linear":
            norm = an_operation(
                len(found), "batch_norm", "bn", (found[-1].index,), shape=(SAMPLES, 8)
            )
            found.append(norm)
    return tuple(found)


def test_weight_scale_names_the_layers_and_what_their_scale_should_be():
    found = the_finding("weight-scale", weight_scale())
    assert found.where == ("fc1", "fc2", "fc3")
    assert found.observed["weight_rms"] == 10.0
    # The worst excess is that of the last layer, which no activation follows: 10 sqrt(8).
    assert found.expected["weight_rms"] == pytest.approx(1 / math.sqrt(8))


@pytest.mark.parametrize(("side", "fires"), [(0.99, False), (1.01, True)])
def test_weight_scale_begins_at_three_powers_of_e_over_the_net(side: float, fires: bool):
    rms = rms_of_growth(side * math.exp(3.0))
    assert bool(findings("weight-scale", scaled(rms))) is fires


def test_weight_scale_is_silent_on_a_net_that_learns():
    assert findings("weight-scale", scaled(10.0, learning())) == []


@pytest.mark.parametrize(("times_chance", "fires"), [(2.9, False), (3.1, True)])
def test_weight_scale_only_warns_of_a_bad_start_from_which_the_net_learns(
    times_chance: float, fires: bool
):
    start = times_chance * math.log(2)
    found = findings("weight-scale", scaled(10.0, [start, *ending(0.5)]))
    assert bool(found) is fires
    assert not found or found[0].severity is Severity.WARNING


@pytest.mark.parametrize(("share", "fires"), [(0.24, False), (0.26, True)])
def test_weight_scale_forgives_a_bad_start_where_the_net_has_learned(share: float, fires: bool):
    """A quarter of what a constant costs: three quarters are explained."""
    start = 4 * math.log(2)
    found = findings("weight-scale", scaled(10.0, [start, *ending(share)]))
    assert bool(found) is fires


def test_weight_scale_fires_on_a_loss_that_blows_up():
    assert findings("weight-scale", scaled(10.0, rising()))


def test_weight_scale_is_silent_where_a_normalisation_undoes_the_scale():
    assert findings("weight-scale", scaled(10.0, chain=normalised())) == []


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_weight_scale_is_silent_on_the_gain_that_each_activation_needs(activation: str):
    gain = {"relu": 2.0**0.5, "tanh": 5 / 3, "sigmoid": 4.0}[activation]
    critical = tuple(
        p._replace(weight=statistics(gain / math.sqrt(math.prod(p.shape[1:]))))
        for p in parameters()
    )
    recording = a_recording(a_run(level(), operations=operations(activation), parameters=critical))
    assert findings("weight-scale", recording) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_weight_scale_is_silent_without_what_it_needs(missing: str):
    said = ask("weight-scale", without(missing, weight_scale()))
    assert not (said and missing in NEEDS)


def small(share: float, course: list[float] | None = None) -> Recording:
    """Three layers that together pass on this share of what default weights would."""
    factor = share ** (1 / 3)
    usual = {f"fc{k}.weight": 1.0 / math.sqrt(3.0 * n) for k, n in enumerate(FAN_INS, 1)}
    weights = tuple(
        p._replace(weight=statistics(factor * usual.get(p.name, 1.0))) for p in parameters()
    )
    return a_recording(a_run(level() if course is None else course, parameters=weights))


@pytest.mark.parametrize(("side", "fires"), [(0.99, True), (1.01, False)])
def test_weight_scale_begins_at_three_powers_of_e_below_the_default(side: float, fires: bool):
    assert bool(findings("weight-scale", small(side * math.exp(-3.0)))) is fires


def test_weight_scale_says_that_weights_are_too_small():
    found = the_finding("weight-scale", small(1e-6))
    assert found.headline.startswith("the initial weights are too small: 3 layers pass on 1.0e-06")
    assert found.where == ("fc1", "fc2", "fc3")


def test_weight_scale_lets_small_weights_be_in_a_net_that_learns():
    assert findings("weight-scale", small(1e-6, learning())) == []


def test_weight_scale_has_no_say_on_weights_that_are_all_zero():
    assert findings("weight-scale", small(0.0)) == []


TARGETS = statistics(3.6, 3.464, count=SAMPLES, minimum=1.0, maximum=5.0)
"""Ratings about 3.5, of a standard deviation of 0.98."""


def factorised(rms: float, course: list[float]) -> Recording:
    """Ratings told by the product of 64 entries of a user with those of an item."""
    chain = (
        an_operation(0, "embedding", "user", parameters=("user.weight",), shape=(SAMPLES, 64)),
        an_operation(1, "embedding", "item", parameters=("item.weight",), shape=(SAMPLES, 64)),
        an_operation(2, "mul", "item", (0, 1), shape=(SAMPLES, 64)),
        an_operation(3, "mse_loss", "item", (2,), shape=()),
    )
    tables = tuple(
        a_parameter(f"{name}.weight", (100, 64), weight=statistics(rms, count=6400))
        for name in ("user", "item")
    )
    loss = a_loss("mse_loss", operation=3, head=2, target=TARGETS)
    return a_recording(a_run(course, operations=chain, parameters=tables, losses=(loss,)))


def falling(last: float) -> list[float]:
    return [last + 60 * math.exp(-step / 20) for step in range(100)]


def test_weight_scale_tells_of_embeddings_whose_products_drown_the_targets():
    found = the_finding("weight-scale", factorised(1.0, falling(13.0)))
    assert found.where == ("user", "item")
    assert found.observed["product_std"] == pytest.approx(8.0)
    assert found.expected["product_std"] == pytest.approx(TARGETS.std, rel=0.01)
    assert "nn.init.normal_(model.user.weight, std=0.11)" in found.remedies[0].code


@pytest.mark.parametrize(
    ("rms", "last"),
    [(1.0, 0.1), (0.4, 13.0)],
    ids=["they are unlearned in time", "their products are no larger than the targets"],
)
def test_weight_scale_is_silent_on_embeddings(rms: float, last: float):
    assert findings("weight-scale", factorised(rms, falling(last))) == []


def ending(share: float) -> list[float]:
    """A loss that falls to this share of what a constant costs."""
    return [math.log(2) * (share + (1 - share) * 0.9**step) for step in range(100)]


@pytest.mark.parametrize("share", [0.48, 0.52])
def test_weight_scale_lets_large_weights_be_in_a_net_that_learns_a_little(share: float):
    """The scale may be undone where it is not seen, by a factor on the way."""
    assert findings("weight-scale", scaled(10.0, ending(share))) == []


STEPS_IN_A_ROW = 24
TANH = 5 / 3


def looped(
    *, bound: str = "tanh", norm: bool = False, calls: int = STEPS_IN_A_ROW
) -> tuple[Operation, ...]:
    """A cell that reads data and its own state, over and over, and a head on its last state."""
    kinds = [("linear", "entry", ()), ("linear", "state", (4 if norm else 3,)), ("add", "", (0, 1))]
    kinds += [(bound, "", (2,))]
    kinds += [("layer_norm", "norm", (3,))] if norm else []
    cell = [
        an_operation(k, kind, layer, inputs, calls=calls, shape=(SAMPLES, 64))
        for k, (kind, layer, inputs) in enumerate(kinds)
    ]
    last = len(cell)
    head = an_operation(last, "linear", "head", (last - 1,), shape=(SAMPLES, 1))
    loss = an_operation(last + 1, "binary_cross_entropy_with_logits", "head", (last,), shape=())
    return (*cell, head, loss)


def recurring(
    gain: float, course: list[float] | None = None, chain: tuple[Operation, ...] | None = None
) -> Recording:
    """A recurrent net of 64 units whose state is multiplied by this gain at each step."""
    chain = looped() if chain is None else chain
    weights = (
        a_parameter("entry.weight", (64, 2)),
        a_parameter("state.weight", (64, 64), weight=statistics(gain / 8, count=4096)),
        a_parameter("head.weight", (1, 64)),
    )
    loss = a_loss(operation=chain[-1].index, head=chain[-2].index)
    fields = {"operations": chain, "parameters": weights, "losses": (loss,)}
    return a_recording(a_run(level() if course is None else course, **fields))


def test_weight_scale_names_recurrent_weights_and_the_steps_that_multiply_by_them():
    found = the_finding("weight-scale", recurring(5.0))
    assert found.severity is Severity.ERROR
    assert found.headline == (
        "the initial recurrent weights are too large: each of 24 steps multiplies by 5"
    )
    assert found.where == ("state",)
    assert found.source == "train.py:11"
    assert found.observed == {
        "weight_rms": pytest.approx(5 / 8),
        "gain": pytest.approx(5.0),
        "steps_in_a_row": STEPS_IN_A_ROW,
    }
    assert found.expected["gain_at_most"] == pytest.approx(TANH)
    assert found.expected["weight_rms"] == pytest.approx(TANH / 8)
    assert found.remedies[0].code == "nn.init.orthogonal_(model.state.weight)"


@pytest.mark.parametrize(("side", "fires"), [(0.99, False), (1.01, True)])
@pytest.mark.parametrize("calls", [4, STEPS_IN_A_ROW])
def test_weight_scale_begins_at_three_powers_of_e_over_the_steps(
    calls: int, side: float, fires: bool
):
    gain = TANH * (side * math.exp(3.0)) ** (1 / calls)
    assert bool(findings("weight-scale", recurring(gain, chain=looped(calls=calls)))) is fires


@pytest.mark.parametrize("gain", [1.0, TANH])
def test_weight_scale_is_silent_on_recurrent_weights_that_keep_the_state(gain: float):
    assert findings("weight-scale", recurring(gain)) == []


def test_weight_scale_knows_what_the_activation_of_a_recurrent_cell_makes_up_for():
    """The slope of a sigmoid is a quarter; a ReLU passes half of the squares on."""
    assert findings("weight-scale", recurring(4.0, chain=looped(bound="sigmoid"))) == []
    assert findings("weight-scale", recurring(2.0, chain=looped(bound="relu")))


def test_weight_scale_is_silent_on_recurrent_weights_under_a_normalisation():
    assert findings("weight-scale", recurring(5.0, chain=looped(norm=True))) == []


@pytest.mark.parametrize(("share", "severity"), [(0.8, Severity.WARNING), (0.48, None)])
def test_weight_scale_is_silent_on_recurrent_weights_in_a_net_that_halved_its_loss(
    share: float, severity: Severity | None
):
    found = findings("weight-scale", recurring(5.0, ending(share)))
    assert [one.severity for one in found] == ([] if severity is None else [severity])


class Elman(nn.Module):
    """A cell over 24 steps, written by hand, whose recurrent weights have this gain."""

    def __init__(self, gain: float, *, norm: bool) -> None:
        super().__init__()
        self.entry, self.state, self.head = nn.Linear(3, 32), nn.Linear(32, 32), nn.Linear(32, 4)
        self.norm = nn.LayerNorm(32) if norm else nn.Identity()
        nn.init.normal_(self.state.weight, std=gain / math.sqrt(32))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = torch.zeros(len(x), 32)
        for step in range(x.shape[1]):
            h = torch.tanh(self.norm(self.entry(x[:, step]) + self.state(h)))
        return self.head(h)


@pytest.mark.parametrize(
    ("gain", "norm", "fires"), [(4.0, False, True), (1.0, False, False), (4.0, True, False)]
)
def test_weight_scale_finds_recurrent_weights_of_a_real_net(
    gain: float, norm: bool, fires: bool, tmp_path: Path
):
    torch.manual_seed(0)
    x, labels = torch.randn(64, STEPS_IN_A_ROW, 3), torch.randint(0, 4, (64,))
    net = Elman(gain, norm=norm)

    def train() -> None:
        optimizer = torch.optim.SGD(net.parameters(), lr=1e-4)
        for _ in range(25):
            optimizer.zero_grad()
            F.cross_entropy(net(x), labels).backward()
            optimizer.step()

    found = findings("weight-scale", watched(train, tmp_path))
    assert [one.where for one in found] == ([("state",)] if fires else [])
    assert all(one.observed["steps_in_a_row"] == STEPS_IN_A_ROW for one in found)


@pytest.mark.parametrize(("sizes", "fires"), [((1.0, 0.9), False), ((1.0, 1.1), True)])
def test_weight_scale_believes_what_is_seen_of_the_signal(sizes: tuple[float, float], fires: bool):
    def shown(look: Look) -> Look:
        left = iter(sizes)
        chain = tuple(
            o._replace(output=statistics(next(left))) if o.kind == "relu" else o
            for o in look.operations
        )
        return look._replace(operations=chain)

    assert bool(findings("weight-scale", each_look(scaled(rms_of_growth(100.0)), shown))) is fires


UNIFORM_MEAN, UNIFORM_STD = 0.5, 12**-0.5
FIVE_TANHS = (2, *[5] * 5, 1)


def one_sided(
    mean: float, std: float, activation: str = "tanh", widths: tuple[int, ...] = FIVE_TANHS
) -> Recording:
    """A stuck net of narrow layers whose weights have this mean and standard deviation."""
    drawn = tuple(
        p._replace(weight=statistics(math.hypot(mean, std), mean, count=math.prod(p.shape)))
        for p in parameters(widths)
    )
    return a_recording(a_run(level(), operations=operations(activation, widths), parameters=drawn))


def test_weight_scale_adds_up_what_the_inputs_share_in_weights_of_one_sign():
    """Of U(0, 1) over five inputs, the RMS alone is a gain of 1.3, and the mean one of 2.5."""
    found = the_finding("weight-scale", one_sided(UNIFORM_MEAN, UNIFORM_STD))
    assert found.where[:3] == ("fc2", "fc3", "fc4")
    assert found.observed["weight_mean"] == UNIFORM_MEAN
    assert found.expected["weight_mean"] == 0.0
    assert "weights of mean 0.5, not 0, over 5 inputs" in found.because


@pytest.mark.parametrize(
    ("mean", "std"),
    [(0.0, math.hypot(UNIFORM_MEAN, UNIFORM_STD)), (0.2, 0.5), (0.2, 0.0), (0.19, 0.02)],
    ids=["about zero", "mostly about zero", "averages", "nearly averages"],
)
def test_weight_scale_is_silent_on_narrow_layers(mean: float, std: float):
    assert findings("weight-scale", one_sided(mean, std)) == []


def test_weight_scale_is_silent_on_weights_of_one_sign_that_a_net_learns_with():
    recording = one_sided(UNIFORM_MEAN, UNIFORM_STD)
    (segment,) = recording.segments
    learns = a_run(
        learning(),
        operations=segment.looks[0].operations,
        parameters=segment.looks[0].parameters,
    )
    assert findings("weight-scale", a_recording(learns)) == []


def test_weight_scale_knows_that_a_relu_cuts_off_what_negative_weights_add_up():
    assert findings("weight-scale", one_sided(0.7, 0.29, "relu"))
    assert findings("weight-scale", one_sided(-0.7, 0.29, "relu")) == []
    assert findings("weight-scale", one_sided(-0.7, 0.29, "tanh"))


class Narrow(nn.Module):
    """Five layers of five tanhs, whose weights are drawn by this."""

    def __init__(self, low: float, high: float) -> None:
        super().__init__()
        widths = (2, 5, 5, 5, 5, 5, 1)
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(widths))
        for layer in self.layers:
            nn.init.uniform_(layer.weight, low, high)
            nn.init.zeros_(layer.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers[:-1]:
            x = torch.tanh(layer(x))
        return self.layers[-1](x)


@pytest.mark.parametrize(("low", "fires"), [(0.0, True), (-1.0, False)])
def test_weight_scale_finds_weights_of_one_sign_of_a_real_net(
    low: float, fires: bool, tmp_path: Path
):
    torch.manual_seed(0)
    net = Narrow(low, 1.0)
    x, labels = torch.randn(64, 2), torch.randint(0, 2, (64, 1)).float()

    def train() -> None:
        optimizer = torch.optim.SGD(net.parameters(), lr=1e-4)
        for _ in range(25):
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(net(x), labels).backward()
            optimizer.step()

    found = findings("weight-scale", watched(train, tmp_path))
    assert bool(found) is fires
    assert all("weight_mean" in one.observed for one in found)


class Reader(nn.Module):
    """Words, read by an LSTM; the last state is classified."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(30, 16)
        self.lstm = nn.LSTM(16, 32, batch_first=True)
        self.head = nn.Linear(32, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.lstm(self.words(x))[0][:, -1])


def reading(net: Reader, folder: Path) -> Recording:
    torch.manual_seed(1)
    x, labels = torch.randint(0, 30, (64, 12)), torch.randint(0, 2, (64,))

    def train() -> None:
        optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
        for _ in range(25):
            optimizer.zero_grad()
            F.cross_entropy(net(x), labels).backward()
            optimizer.step()

    return watched(train, folder)


def test_weight_scale_is_silent_on_a_real_lstm_that_learns_nothing(tmp_path: Path):
    torch.manual_seed(0)
    assert findings("weight-scale", reading(Reader(), tmp_path)) == []


def test_weight_scale_finds_recurrent_weights_of_a_real_lstm(tmp_path: Path):
    torch.manual_seed(0)
    net = Reader()
    nn.init.normal_(net.lstm.get_parameter("weight_hh_l0"), std=4.0)
    (found,) = findings("weight-scale", reading(net, tmp_path))
    assert found.where == ("lstm",)
    assert found.observed["steps_in_a_row"] == 12
    assert found.remedies[0].code == "nn.init.orthogonal_(model.lstm.weight_hh_l0)"


def test_weight_scale_finds_recurrent_weights_of_one_sign_of_a_real_lstm(tmp_path: Path):
    torch.manual_seed(0)
    net = Reader()
    nn.init.uniform_(net.lstm.get_parameter("weight_hh_l0"))
    (found,) = findings("weight-scale", reading(net, tmp_path))
    assert found.where == ("lstm",)
    assert "adds up instead of averaging out" in found.because


def test_weight_scale_finds_embeddings_that_flood_the_gates_of_a_real_lstm(tmp_path: Path):
    torch.manual_seed(0)
    net = Reader()
    nn.init.normal_(net.words.weight, std=60.0)
    (found,) = findings("weight-scale", reading(net, tmp_path))
    assert found.where == ("words", "lstm")
    assert found.remedies[0].code == "nn.init.normal_(model.words.weight)"


@pytest.mark.parametrize(
    ("std", "lr", "fires"), [(1.0, 1e-4, True), (0.02, 1e-4, False), (1.0, 0.1, False)]
)
def test_weight_scale_finds_a_table_that_is_shared_with_the_last_layer(
    std: float, lr: float, fires: bool, tmp_path: Path
):
    """Unless the run has taken back in time what it began with."""
    torch.manual_seed(0)
    words, norm, head = nn.Embedding(100, 64), nn.LayerNorm(64), nn.Linear(64, 100, bias=False)
    head.weight = words.weight
    nn.init.normal_(words.weight, std=std)
    mix = nn.Linear(64, 64)
    net = nn.Sequential(words, mix, norm, head)
    x = torch.randint(0, 100, (256,))

    def train() -> None:
        optimizer = torch.optim.Adam(net.parameters(), lr=lr)
        for _ in range(30):
            optimizer.zero_grad()
            F.cross_entropy(net(x), (x + 1) % 100).backward()
            optimizer.step()

    found = findings("weight-scale", watched(train, tmp_path))
    assert bool(found) is fires
    assert all(one.observed["score_std"] == pytest.approx(8.0, rel=0.1) for one in found)


@pytest.mark.parametrize(("std", "fires"), [(3.0, True), (0.2, False)])
def test_weight_scale_finds_twins_whose_scale_a_normalisation_hides(
    std: float, fires: bool, tmp_path: Path
):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
    net.append(nn.Linear(64, 8))
    for layer in net:
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, std=std)
    one, other = torch.randn(64, 16), torch.randn(64, 16)
    same = torch.randint(0, 2, (64,)).float()

    def train() -> None:
        optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
        for _ in range(100):
            optimizer.zero_grad()
            apart = (F.normalize(net(one), dim=1) - F.normalize(net(other), dim=1)).pow(2).sum(1)
            (same * apart + (1 - same) * (1 - apart).clamp(min=0)).mean().backward()
            optimizer.step()

    assert bool(findings("weight-scale", watched(train, tmp_path))) is fires


def bounded(kind: str, gain: float, slope: float, losses: list[float]) -> Recording:
    """A net whose first hidden layer has weights of this gain, and units of this slope."""
    largest = {"sigmoid": 0.25, "tanh": 1.0}[kind]
    chain = tuple(
        o._replace(slope=slope * largest**2) if o.kind == kind and o.layer == "fc1" else o
        for o in operations(kind)
    )
    read = tuple(
        p._replace(weight=statistics(gain / math.sqrt(2))) if p.name == "fc1.weight" else p
        for p in parameters()
    )
    return a_recording(a_run(losses, operations=chain, parameters=read))


@pytest.mark.parametrize(("kind", "critical"), [("sigmoid", 4.0), ("tanh", 5 / 3)])
@pytest.mark.parametrize(
    ("excess", "slope", "fires"),
    [(2.8, 0.11, True), (2.6, 0.11, False), (2.8, 0.14, False)],
)
def test_weight_scale_sees_one_layer_that_shuts_its_units(
    kind: str, critical: float, excess: float, slope: float, fires: bool
):
    found = findings("weight-scale", bounded(kind, excess * critical, slope, level()))
    assert [f.where for f in found] == [("fc1",)] * fires


def test_weight_scale_lets_a_net_learn_with_units_at_their_ends():
    assert findings("weight-scale", bounded("tanh", 10.0, 0.05, learning())) == []
    trained = [0.2 * loss for loss in level()]
    assert findings("weight-scale", bounded("tanh", 10.0, 0.05, trained)) == []


@pytest.mark.parametrize(("share", "fires"), [(0.74, False), (0.76, True)])
def test_weight_scale_only_warns_of_shut_units_where_a_net_learns_a_little(
    share: float, fires: bool
):
    found = findings("weight-scale", bounded("tanh", 10.0, 0.05, ending(share)))
    assert [f.severity for f in found] == [Severity.WARNING] * fires
