"""What a look says of each kind of layer: its name, its output, its gradient, its parameters."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from tests.probe.watched import Diary, fit, names, only, operation, parameter, rms, watched


def near(value: float) -> object:
    return pytest.approx(value, rel=1e-4, abs=1e-9)


class Functional(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(3, 8)
        self.fc2 = nn.Linear(8, 5)
        self.out = nn.Linear(5, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(torch.sigmoid(self.fc2(F.relu(self.fc1(x)))))


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def test_functional_activations_are_named_after_the_layer_that_feeds_them(tmp_path: Path):
    model, x, y = Functional(), torch.randn(16, 3), torch.randn(16, 1)
    segment = only(watched(lambda: fit(model, x, y), tmp_path))
    first = segment.looks[0]
    assert names(first)[:5] == ["fc1", "relu after fc1", "fc2", "sigmoid after fc2", "out"]
    assert segment.classes == {"fc1": "Linear", "fc2": "Linear", "out": "Linear"}
    assert operation(first, "fc1").parameters == ("fc1.weight", "fc1.bias")
    line = Functional.forward.__code__.co_firstlineno + 1
    assert operation(first, "fc1").source == f"test_layers.py:{line}"
    assert first.losses[0].function == "mse_loss"


def test_outputs_are_described_as_the_training_saw_them(tmp_path: Path):
    model, x, y = Functional(), torch.randn(16, 3), torch.randn(16, 1)
    hidden = F.relu(model.fc1(x)).detach()
    squashed = torch.sigmoid(model.fc2(hidden)).detach()
    first = only(watched(lambda: fit(model, x, y), tmp_path)).looks[0]
    relu, sigmoid = operation(first, "relu after fc1"), operation(first, "sigmoid after fc2")
    assert relu.output is not None
    assert relu.output.mean == near(float(hidden.mean()))
    assert relu.output.rms == near(rms(hidden))
    assert relu.output.zero_fraction == near(float((hidden == 0).float().mean()))
    assert relu.slope == near(float((hidden > 0).float().mean()))
    assert relu.units is not None
    silent = sum(1 << k for k in range(8) if not hidden[:, k].any())
    assert (relu.units.total, relu.units.samples) == (8, 16)
    assert int(relu.units.silent, 16) == silent
    assert sigmoid.output is not None
    assert (sigmoid.output.minimum, sigmoid.output.maximum) == (
        near(float(squashed.min())),
        near(float(squashed.max())),
    )
    assert sigmoid.slope == near(float((squashed * (1 - squashed)).square().mean()))


def test_the_gradient_that_arrives_is_that_of_autograd(tmp_path: Path):
    model, x, y = Functional(), torch.randn(16, 3), torch.randn(16, 1)
    hidden = model.fc1(x)
    hidden.retain_grad()
    activated = F.relu(hidden)
    activated.retain_grad()
    F.mse_loss(model.out(torch.sigmoid(model.fc2(activated))), y).backward()
    assert hidden.grad is not None
    assert activated.grad is not None
    model.zero_grad()
    first = only(watched(lambda: fit(model, x, y), tmp_path)).looks[0]
    arrived = [operation(first, name).gradient for name in ("fc1", "relu after fc1")]
    assert arrived[0] is not None
    assert arrived[1] is not None
    assert arrived[0].rms == near(rms(hidden.grad))
    assert arrived[0].zero_fraction == near(float((hidden.grad == 0).float().mean()))
    assert arrived[1].rms == near(rms(activated.grad))


@pytest.mark.parametrize("kind", ["SGD", "momentum", "Adam", "AdamW", "RMSprop"])
def test_weights_gradients_and_updates_are_those_of_the_training(kind: str, tmp_path: Path):
    model, x, y = Functional(), torch.randn(16, 3), torch.randn(16, 1)
    optimizer: torch.optim.Optimizer = {
        "SGD": lambda p: torch.optim.SGD(p, lr=0.1),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
        "Adam": lambda p: torch.optim.Adam(p, lr=0.01),
        "AdamW": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.5),
        "RMSprop": lambda p: torch.optim.RMSprop(p, lr=0.01),
    }[kind](model.parameters())
    diaries: list[Diary] = []
    segment = only(
        watched(lambda: diaries.append(fit(model, x, y, steps=5, optimizer=optimizer)), tmp_path)
    )
    (diary,) = diaries
    assert [look.loss for look in segment.looks] == diary.loss
    assert [look.step for look in segment.looks] == [0, 1, 2, 3, 4]
    for k, look in enumerate(segment.looks):
        assert {p.name for p in look.parameters} == set(diary.weight[k])
        for p in look.parameters:
            assert p.weight.rms == near(diary.weight[k][p.name])
            assert p.gradient is not None
            assert p.gradient.rms == near(diary.gradient[k][p.name])
            assert p.update_rms == pytest.approx(diary.update[k][p.name], rel=1e-3)
            assert (p.owned, p.optimizer, p.stale_gradient) == (True, 0, False)
        norm = sum(parameter.grad.square().sum() for parameter in model.parameters()) ** 0.5
    assert segment.looks[-1].gradient_norm == near(float(norm))
    (optimizer_look,) = segment.looks[-1].optimizers
    assert (optimizer_look.held, optimizer_look.steps) == (6, 5)


def test_the_layers_of_a_sequential_are_named_by_their_numbers(tmp_path: Path):
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Sequential(nn.Linear(4, 2), nn.ELU()))
    x, y = torch.randn(8, 3), torch.randn(8, 2)
    first = only(watched(lambda: fit(net, x, y), tmp_path)).looks[0]
    assert names(first)[:4] == ["0", "tanh after 0", "2.0", "elu after 2.0"]
    assert {p.name for p in first.parameters} == {"0.weight", "0.bias", "2.0.weight", "2.0.bias"}


def test_an_activation_in_place_is_seen_like_any_other(tmp_path: Path):
    net = nn.Sequential(nn.Linear(3, 6), nn.ReLU(inplace=True), nn.Linear(6, 1))
    x, y = torch.randn(8, 3), torch.randn(8, 1)
    hidden = F.relu(net[0](x)).detach()
    first = only(watched(lambda: fit(net, x, y), tmp_path)).looks[0]
    relu = operation(first, "relu after 0")
    assert relu.output is not None
    assert relu.output.rms == near(rms(hidden))
    assert names(first)[:3] == ["0", "relu after 0", "2"]


class Convolutional(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.head = nn.Linear(4 * 6 * 6, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.norm(self.conv(x)))
        return self.head(x.flatten(1))


@pytest.mark.parametrize("training", [True, False])
def test_convolution_and_batch_norm_are_seen_with_their_mode(training: bool, tmp_path: Path):
    model = Convolutional().train(training)
    x, y = torch.randn(5, 1, 8, 8), torch.randint(0, 3, (5,))
    convolved = model.conv(x).detach()
    first = only(watched(lambda: fit(model, x, y, F.cross_entropy), tmp_path)).looks[0]
    conv, norm = operation(first, "conv"), operation(first, "norm")
    assert (conv.kind, conv.shape) == ("conv", (5, 4, 6, 6))
    assert conv.output is not None
    assert conv.output.rms == near(rms(convolved))
    assert (norm.kind, norm.training) == ("batch_norm", training)
    relu = operation(first, "relu after norm")
    assert relu.units is not None
    assert (relu.units.total, relu.units.samples) == (4, 5 * 6 * 6)
    (loss,) = first.losses
    assert (loss.function, loss.fed_shape, loss.target_dtype) == ("cross_entropy", (5, 3), "int64")


def test_layer_norm_and_dropout_are_seen(tmp_path: Path):
    net = nn.Sequential(nn.Linear(6, 20), nn.LayerNorm(20), nn.Dropout(0.5), nn.Linear(20, 1))
    x, y = torch.randn(50, 6), torch.randn(50, 1)
    normed = net[1](net[0](x)).detach()
    first = only(watched(lambda: fit(net, x, y), tmp_path)).looks[0]
    norm = operation(first, "1")
    assert (norm.kind, norm.parameters) == ("layer_norm", ("1.weight", "1.bias"))
    assert rms(normed) == near(1.0)
    dropped = [o for o in first.operations if o.layer == "1" and o.kind in ("dropout", "mul")]
    assert dropped, names(first)


class Tagger(nn.Module):
    def __init__(self, recurrent: type[nn.LSTM] | type[nn.GRU]) -> None:
        super().__init__()
        self.embed = nn.Embedding(11, 6)
        self.rnn = recurrent(6, 7, batch_first=True)
        self.head = nn.Linear(7, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.rnn(self.embed(x))[0][:, -1])


@pytest.mark.parametrize("recurrent", [nn.LSTM, nn.GRU])
def test_embedding_and_recurrence_are_seen(recurrent: type[nn.LSTM] | type[nn.GRU], tmp_path: Path):
    model, x, y = Tagger(recurrent), torch.randint(0, 11, (9, 5)), torch.randint(0, 2, (9,))
    embedded = model.embed(x).detach()
    first = only(watched(lambda: fit(model, x, y, F.cross_entropy), tmp_path)).looks[0]
    embedding = operation(first, "embed")
    assert (embedding.kind, embedding.shape) == ("embedding", (9, 5, 6))
    if embedding.output is not None:
        assert embedding.output.rms == near(rms(embedded))
    assert any(o.layer == "rnn" for o in first.operations)
    held = {p.name for p in first.parameters}
    assert held == {name for name, _ in model.named_parameters()}
    assert {p.name for p in first.parameters if p.optimizer is None} == set()
    table = parameter(first, "embed.weight")
    assert table.gradient is not None
    unused = 11 - len(x.unique())
    assert table.gradient.zero_fraction >= unused / 11 - 1e-9


class Attention(nn.Module):
    def __init__(self, *, fused: bool) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(8, 8) for _ in range(3))
        self.head = nn.Linear(8, 3)
        self.fused = fused

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = (
            layer(x).reshape(4, 6, 2, 4).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        if self.fused:
            mixed = F.scaled_dot_product_attention(q, k, v)
        else:
            mixed = torch.softmax(q @ k.transpose(-2, -1) / 2, -1) @ v
        return self.head(mixed.transpose(1, 2).reshape(4, 6, 8).mean(1))


@pytest.mark.parametrize("fused", [True, False])
def test_attention_is_seen_fused_or_by_hand(fused: bool, tmp_path: Path):
    model, x, y = Attention(fused=fused), torch.randn(4, 6, 8), torch.randint(0, 3, (4,))
    first = only(watched(lambda: fit(model, x, y, F.cross_entropy), tmp_path)).looks[0]
    kinds = [o.kind for o in first.operations]
    assert kinds.count("linear") == 4
    assert ("attention" in kinds) is fused
    if not fused:
        (softmax,) = (o for o in first.operations if o.kind == "softmax")
        assert softmax.output is not None
        assert softmax.output.mean == near(1 / 6)
        assert softmax.dim in (-1, 3)
    assert {p.name for p in first.parameters} == {name for name, _ in model.named_parameters()}


def test_multi_head_attention_and_an_encoder_layer_are_seen(tmp_path: Path):
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
    net = nn.Sequential(layer, nn.Flatten(), nn.Linear(8 * 5, 2))
    x, y = torch.randn(4, 5, 8), torch.randint(0, 2, (4,))
    first = only(watched(lambda: fit(net, x, y, F.cross_entropy), tmp_path)).looks[0]
    assert "attention" in [o.kind for o in first.operations]
    assert {p.name for p in first.parameters} == {name for name, _ in net.named_parameters()}
    assert operation(first, "relu after 0.linear1").units is not None


def test_shared_weights_are_one_parameter_and_calls_are_counted(tmp_path: Path):
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = nn.Linear(4, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for _ in range(3):
                x = torch.tanh(self.cell(x))
            return x

    first = only(
        watched(lambda: fit(Twice(), torch.randn(7, 4), torch.zeros(7, 4)), tmp_path)
    ).looks[0]
    cell, tanh = operation(first, "cell"), operation(first, "tanh after cell")
    assert (cell.calls, tanh.calls) == (3, 3)
    assert {p.name for p in first.parameters} == {"cell.weight", "cell.bias"}


def test_the_data_that_enters_is_told_by_feature(tmp_path: Path):
    x = torch.randn(64, 2) * torch.tensor([1.0, 50.0]) + torch.tensor([0.0, 300.0])
    first = only(
        watched(lambda: fit(nn.Linear(2, 1), x, torch.randn(64, 1), steps=1), tmp_path)
    ).looks[0]
    (data,) = first.data
    assert (data.samples, data.features) == (64, 2)
    assert data.means == tuple(near(float(m)) for m in x.mean(0))
    assert data.stds == tuple(near(float(s)) for s in x.std(0, unbiased=False))
    table = torch.cat([x, torch.ones(64, 1)], 1).double()
    eigenvalues = torch.linalg.eigvalsh(table.t() @ table / 64)
    assert data.largest == near(float(eigenvalues[-1]))
    assert data.smallest == pytest.approx(float(eigenvalues[0]), rel=1e-3)


@pytest.mark.filterwarnings("ignore:Sparse")
@pytest.mark.parametrize("layout", [torch.sparse_coo, torch.sparse_csr])
def test_a_sparse_matrix_of_edges_is_no_obstacle(layout: torch.layout, tmp_path: Path):
    edges = torch.eye(6).to_sparse(layout=layout)
    x, y = torch.randn(6, 3), torch.randint(0, 2, (6,))
    layers = nn.ModuleList([nn.Linear(3, 4), nn.Linear(4, 2)])

    def train() -> None:
        optimizer = torch.optim.SGD(layers.parameters(), lr=0.1)
        for _ in range(3):
            loss = F.cross_entropy(edges @ layers[1](F.relu(edges @ layers[0](x))), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    segment = only(watched(train, tmp_path))
    assert len(segment.looks) == 3
    assert {p.name.rsplit(".")[-1] for p in segment.looks[0].parameters} == {"weight", "bias"}
    assert "relu" in [o.kind for o in segment.looks[0].operations]


def test_the_rows_of_a_sparse_gradient_that_were_not_picked_stay(tmp_path: Path):
    model = nn.Sequential(nn.Embedding(50, 4, sparse=True), nn.Flatten(), nn.Linear(8, 1))
    x, y = torch.tensor([[1, 2], [3, 1]]), torch.randn(2, 1)
    segment = only(watched(lambda: fit_sparse(model, x, y), tmp_path))
    table = parameter(segment.looks[0], "0.weight")
    assert table.gradient is not None
    assert table.gradient.count == 3 * 4
    assert table.gradient.zero_fraction == near(1 - 3 / 50)
    assert table.unchanged == near(1 - 3 / 50)


def fit_sparse(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> None:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        F.mse_loss(model(x), y).backward()
        optimizer.step()
