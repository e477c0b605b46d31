"""Ways to train that are not the plain loop: what the looks say of each."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader, TensorDataset

import torchvitals
from tests.gauntlet import findings
from tests.probe.watched import fit, names, only, operation, parameter, rms, watched
from torchvitals.probe.clock import Clock, is_scheduled


def near(value: float, rel: float = 1e-4) -> object:
    return pytest.approx(value, rel=rel, abs=1e-9)


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def a_net() -> nn.Sequential:
    return nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))


# -------------------------------------------------------------------------- updates written by hand


@pytest.mark.parametrize("style", ["no_grad", "data"])
def test_bare_tensors_are_named_by_their_variables_and_their_update_is_seen(
    style: str, tmp_path: Path
):
    x = torch.linspace(-1, 1, 20)
    target = 3 * x + 1
    w = torch.tensor(0.5, requires_grad=True)
    b = torch.zeros(1, requires_grad=True)
    moved: list[float] = []

    def train() -> None:
        nonlocal w, b
        for _ in range(4):
            loss = ((w * x + b - target) ** 2).mean()
            loss.backward()
            before = w.item()
            if style == "no_grad":
                with torch.no_grad():
                    w -= 0.1 * w.grad
                    b -= 0.1 * b.grad
                    w.grad = b.grad = None
            else:
                w.data -= 0.1 * w.grad.data
                b.data -= 0.1 * b.grad.data
                w.grad = b.grad = None
            moved.append(abs(w.item() - before))

    segment = only(watched(train, tmp_path))
    assert segment.record.handwritten
    assert [look.step for look in segment.looks] == [0, 1, 2, 3]
    for look, distance in zip(segment.looks, moved, strict=True):
        assert {p.name for p in look.parameters} == {"w", "b"}
        weight = parameter(look, "w")
        assert (weight.optimizer, weight.owned) == (None, False)
        assert weight.update_rms == near(distance, 1e-3)
        assert look.optimizers == ()
    assert segment.looks[0].losses[0].function == "mse_loss"


def test_an_update_that_makes_new_tensors_is_one_training(tmp_path: Path):
    x = torch.linspace(-1, 1, 20)

    def train() -> None:
        w = torch.tensor([0.5], requires_grad=True)
        for _ in range(5):
            loss = ((w * x - 2 * x) ** 2).mean()
            loss.backward()
            w = (w - 0.1 * w.grad).detach().requires_grad_()

    segment = only(watched(train, tmp_path))
    assert len(segment.looks) == 5
    assert {p.name for look in segment.looks for p in look.parameters} == {"w"}
    assert len(segment.losses) == 1


# ------------------------------------------------------------------ several models and optimizers


def test_a_gan_has_each_net_with_its_own_optimizer(tmp_path: Path):
    generator = nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 2))
    critic = nn.Sequential(nn.Linear(2, 6), nn.LeakyReLU(0.2), nn.Linear(6, 1))
    bce = nn.BCEWithLogitsLoss()

    def train() -> None:
        for_critic = torch.optim.Adam(critic.parameters(), lr=1e-3)
        for_generator = torch.optim.Adam(generator.parameters(), lr=1e-2)
        real, ones, zeros = torch.randn(16, 2) + 2, torch.ones(16, 1), torch.zeros(16, 1)
        for _ in range(4):
            fake = generator(torch.randn(16, 2))
            loss = bce(critic(real), ones) + bce(critic(fake.detach()), zeros)
            for_critic.zero_grad()
            loss.backward()
            for_critic.step()
            wanted = bce(critic(fake), ones)
            for_generator.zero_grad()
            wanted.backward()
            for_generator.step()

    recording = watched(train, tmp_path)
    looks = [look for segment in recording.segments for look in segment.looks]
    assert len(looks) == 8
    rates = {o.number: o.groups[0].lr for look in looks for o in look.optimizers}
    assert sorted(rates.values()) == [1e-3, 1e-2]
    for look in looks:
        for p in look.parameters:
            assert p.optimizer is not None
            assert rates[p.optimizer] == (1e-3 if p.name.startswith("critic") else 1e-2)
    whole = next(look for look in looks if any("tanh" in name for name in names(look)))
    assert {p.name.split(".")[0] for p in whole.parameters} == {"generator", "critic"}
    of_generator = parameter(whole, "generator.0.weight")
    of_critic = parameter(whole, "critic.0.weight")
    assert of_generator.update_rms
    assert not of_critic.update_rms, "the step of the generator moves no weight of the critic"


@pytest.mark.parametrize("together", [False, True])
def test_adversaries_that_share_no_gradient_show_each_its_own_optimizer(
    together: bool, tmp_path: Path
):
    """Whether each steps after its own backward, or both after both."""
    generator, critic = nn.Linear(2, 2), nn.Linear(2, 1)
    bce = nn.BCEWithLogitsLoss()

    def train() -> None:
        for_critic = torch.optim.Adam(critic.parameters(), lr=1e-3)
        for_generator = torch.optim.Adam(generator.parameters(), lr=1e-2)
        ones, zeros = torch.ones(16, 1), torch.zeros(16, 1)
        for _ in range(4):
            fake = generator(torch.randn(16, 2))
            critic.requires_grad_(True)
            for_critic.zero_grad()
            bce(critic(fake.detach()), zeros).backward()
            if not together:
                for_critic.step()
            critic.requires_grad_(False)
            for_generator.zero_grad()
            bce(critic(fake), ones).backward()
            if together:
                for_critic.step()
            for_generator.step()

    of_critic, of_generator = watched(train, tmp_path).segments
    for segment, lr in ((of_critic, 1e-3), (of_generator, 1e-2)):
        assert [len(look.optimizers) for look in segment.looks] == [1] * 4
        assert {o.groups[0].lr for look in segment.looks for o in look.optimizers} == {lr}
        assert segment.steps == 4


@pytest.mark.parametrize("trained_before", [False, True])
def test_an_optimizer_of_a_head_that_is_replaced_is_shown_beside_the_new_head(
    trained_before: bool, tmp_path: Path
):
    body, old, new = nn.Linear(3, 8), nn.Linear(8, 1), nn.Linear(8, 1)
    x, y = torch.randn(16, 3), torch.randn(16, 1)

    def train() -> None:
        whole = nn.Sequential(body, nn.Tanh(), old)
        for_all = torch.optim.SGD(whole.parameters(), lr=0.1)
        if trained_before:
            fit(whole, x, y, steps=4, optimizer=for_all)
        body.requires_grad_(False)
        for_old = torch.optim.SGD(old.parameters(), lr=0.05)
        fit(nn.Sequential(body, nn.Tanh(), new), x, y, steps=4, optimizer=for_old)

    segments = watched(train, tmp_path).segments
    assert len(segments) == 1 + trained_before
    looks = segments[-1].looks
    assert len(looks) == 4
    for look in looks:
        shown = {o.groups[0].lr: o for o in look.optimizers}
        assert shown[0.05].steps > 0
        assert not trained_before or list(shown) == [0.05], "the other has stepped on what it holds"
        assert {(p.optimizer, p.update_rms) for p in look.parameters} == {(None, 0.0)}
    if trained_before:
        rates = [{o.groups[0].lr for o in look.optimizers} for look in segments[0].looks]
        assert rates[:3] == [{0.1}] * 3


def test_the_optimizer_of_a_model_that_is_done_is_not_shown_beside_the_next(tmp_path: Path):
    first, second = nn.Linear(3, 1), nn.Linear(3, 1)
    x, y = torch.randn(16, 3), torch.randn(16, 1)

    def train() -> None:
        rates = {first: 0.1, second: 0.05}
        made = {net: torch.optim.SGD(net.parameters(), lr=lr) for net, lr in rates.items()}
        for net, optimizer in made.items():
            fit(net, x, y, steps=4, optimizer=optimizer)

    of_second = watched(train, tmp_path).segments[1]
    rates = [{o.groups[0].lr for o in look.optimizers} for look in of_second.looks]
    assert rates == [{0.05}] * 4


def test_one_model_after_another_are_segments(tmp_path: Path):
    x, y = torch.randn(16, 3), torch.randn(16, 1)

    def train() -> None:
        for width in (4, 6, 9):
            model = nn.Sequential(nn.Linear(3, width), nn.Tanh(), nn.Linear(width, 1))
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for _ in range(5):
                loss = F.mse_loss(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()

    recording = watched(train, tmp_path)
    assert [segment.steps for segment in recording.segments] == [5, 5, 5]
    assert [segment.record.number for segment in recording.segments] == [0, 1, 2]
    widths = [parameter(s.looks[0], "0.weight").shape[0] for s in recording.segments]
    assert widths == [4, 6, 9]
    assert recording.steps == 15


def test_one_trained_by_two_call_sites_has_a_loss_of_each(tmp_path: Path):
    model, x, y = a_net(), torch.randn(16, 3), torch.randn(16, 1)

    def train() -> None:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(4):
            optimizer.zero_grad()
            F.mse_loss(model(x), y).backward()
            optimizer.step()
            optimizer.zero_grad()
            F.l1_loss(model(x), y).backward()
            optimizer.step()

    segment = only(watched(train, tmp_path))
    assert [len(series.values) for series in segment.losses] == [4, 4]
    assert segment.steps == 8


# -------------------------------------------------------------------- steps that are not one-to-one


def test_gradient_accumulation_counts_updates_and_not_backwards(tmp_path: Path):
    model, x, y = a_net(), torch.randn(16, 3), torch.randn(16, 1)

    def train() -> None:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for step in range(12):
            (F.mse_loss(model(x), y) / 4).backward()
            if step % 4 == 3:
                optimizer.step()
                optimizer.zero_grad()

    segment = only(watched(train, tmp_path))
    assert (segment.record.backwards, segment.steps) == (12, 3)
    assert [look.step for look in segment.looks[4:]] == [1] * 4 + [2] * 4
    stepped = [any(p.update_rms for p in look.parameters) for look in segment.looks]
    assert stepped == [k % 4 == 3 for k in range(12)]
    assert [look.after_step for look in segment.looks] == [k in (4, 8) for k in range(12)]


def test_lbfgs_is_seen_through_its_closure(tmp_path: Path):
    model, x, y = nn.Linear(3, 1), torch.randn(30, 3), torch.randn(30, 1)
    losses: list[float] = []

    def train() -> None:
        optimizer = torch.optim.LBFGS(model.parameters(), lr=1.0, max_iter=5)

        def closure() -> torch.Tensor:
            optimizer.zero_grad()
            loss = F.mse_loss(model(x), y)
            loss.backward()
            losses.append(loss.item())
            return loss

        for _ in range(3):
            optimizer.step(closure)

    segment = only(watched(train, tmp_path))
    assert segment.losses[0].values.tolist() == losses
    assert segment.steps == 3
    assert segment.looks[-1].optimizers[0].kind == "LBFGS", "though it is gone by now"
    assert {p.optimizer for look in segment.looks for p in look.parameters} == {0}


def test_a_second_order_gradient_beside_the_backward_is_no_step_of_its_own(tmp_path: Path):
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))

    def train() -> None:
        optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
        for _ in range(3):
            x = torch.randn(16, 2, requires_grad=True)
            out = net(x)
            (slope,) = torch.autograd.grad(out.sum(), x, create_graph=True)
            loss = out.square().mean() + (slope.norm(2, dim=1) - 1).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    segment = only(watched(train, tmp_path))
    assert (segment.record.backwards, segment.steps, len(segment.looks)) == (3, 3, 3)
    named = {p.name for p in segment.looks[0].parameters if p.optimizer is not None}
    assert named == {f"net.{name}" for name, _ in net.named_parameters()}


def test_a_backward_that_raises_leaves_the_watch_whole(tmp_path: Path):
    class Failing(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            raise ArithmeticError

    model, x, y = a_net(), torch.randn(16, 3), torch.randn(16, 1)

    def train() -> None:
        fit(model, x, y, steps=1)
        with pytest.raises(ArithmeticError):
            F.mse_loss(Failing.apply(model(x)), y).backward()
        fit(model, x, y, steps=2)

    segment = only(watched(train, tmp_path))
    assert len(segment.looks) == 4
    assert not torch.is_anomaly_enabled()


# ------------------------------------------------------------------------------- mixed precision


def test_autocast_is_seen_by_the_types_of_operations(tmp_path: Path):
    model, x, y = a_net(), torch.randn(16, 3), torch.randn(16, 1)

    def train() -> None:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(3):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = F.mse_loss(model(x), y.bfloat16())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    first = only(watched(train, tmp_path)).looks[0]
    layer = operation(first, "0")
    assert (layer.dtype, layer.parameters) == ("bfloat16", ("0.weight", "0.bias"))
    weight = parameter(first, "0.weight")
    assert weight.dtype == "float32"
    assert weight.update_rms


def test_a_gradient_scaler_is_taken_out_of_the_loss(tmp_path: Path):
    model, x, y = a_net(), torch.randn(16, 3), torch.randn(16, 1)
    plain: list[float] = []

    def train() -> None:
        scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(4):
            loss = F.mse_loss(model(x), y)
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            plain.append(loss.item())
            scaler.step(optimizer)
            scaler.update()

    segment = only(watched(train, tmp_path))
    assert [look.loss for look in segment.looks] == [near(value) for value in plain]
    assert [look.loss_scale for look in segment.looks] == [1024.0] * 4
    assert segment.losses[0].values.tolist() == [near(value) for value in plain]
    assert all(look.stepped for look in segment.looks)


@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize("scales", [(1024.0,), (1024.0, 2048.0)], ids=["same", "others"])
def test_a_gradient_scaler_made_anew_in_every_step_is_taken_out_of_each_loss(
    scales: tuple[float, ...], every: int, tmp_path: Path
):
    model, x, y = a_net(), torch.randn(16, 3), torch.randn(16, 1)
    plain: list[float] = []
    factors = [scales[k % len(scales)] for k in range(9)]

    def train() -> None:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for factor in factors:
            scaler = torch.amp.GradScaler("cpu", init_scale=factor)
            loss = F.mse_loss(model(x), y)
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            plain.append(loss.item())
            scaler.step(optimizer)
            scaler.update()

    with torchvitals.watch(directory=tmp_path, every=every) as vitals:
        train()
    segment = only(vitals.recording())
    assert segment.losses[0].values.tolist() == [near(value) for value in plain]
    assert [look.loss for look in segment.looks] == [near(value) for value in plain[::every]]
    assert [look.loss_scale for look in segment.looks] == factors[::every]
    assert all(look.stepped for look in segment.looks)


def test_a_run_that_goes_on_without_its_scaler_has_plain_losses(tmp_path: Path):
    model, x, y = a_net(), torch.randn(16, 3), torch.randn(16, 1)
    plain: list[float] = []

    def train() -> None:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        scaler: torch.amp.GradScaler | None = torch.amp.GradScaler("cpu", init_scale=1024.0)
        for step in range(6):
            if step == 3:
                scaler = None
            loss = F.mse_loss(model(x), y)
            optimizer.zero_grad()
            (loss if scaler is None else scaler.scale(loss)).backward()
            plain.append(loss.item())
            if scaler is None:
                optimizer.step()
            else:
                scaler.step(optimizer)
                scaler.update()

    segment = only(watched(train, tmp_path))
    assert segment.losses[0].values.tolist() == [near(value) for value in plain]
    assert [look.loss_scale for look in segment.looks] == [1024.0] * 3 + [1.0] * 3


def test_a_step_that_the_scaler_skips_moves_nothing(tmp_path: Path):
    model, x, y = a_net(), torch.randn(16, 3), torch.randn(16, 1)

    def train() -> None:
        scaler = torch.amp.GradScaler("cpu", init_scale=3e38, growth_interval=1000)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(4):
            loss = 100 * F.mse_loss(model(x), y)
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()

    segment = only(watched(train, tmp_path))
    assert not segment.looks[0].stepped
    assert all(not p.update_rms for p in segment.looks[0].parameters)


# ------------------------------------------------------------------- parts that hide their inside


def test_checkpointed_layers_are_seen_by_parameters_and_gradients_and_run_once(tmp_path: Path):
    calls: list[int] = []

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(6, 6)
            self.out = nn.Linear(6, 6)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            calls.append(1)
            return self.out(torch.relu(self.fc(x)))

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.block = Block()
            self.head = nn.Linear(6, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head(checkpoint(self.block, x, use_reentrant=False))

    x, y = torch.randn(8, 6), torch.randn(8, 1)
    first = only(watched(lambda: fit(Net(), x, y, steps=2), tmp_path)).looks[0]
    assert len(calls) == 4, "forward and recomputation of each step, and none of ours"
    layer = operation(first, "block.fc")
    assert layer.gradient is not None
    assert layer.gradient.rms > 0
    assert operation(first, "relu after block.fc").output is None
    weight = parameter(first, "block.fc.weight")
    assert weight.gradient is not None
    assert weight.update_rms == near(0.1 * weight.gradient.rms, 1e-3)


def test_reentrant_checkpointing_is_one_backward(tmp_path: Path):
    body, head = nn.Linear(6, 6), nn.Linear(6, 1)
    x, y = torch.randn(8, 6, requires_grad=True), torch.randn(8, 1)

    def train() -> None:
        optimizer = torch.optim.SGD([*body.parameters(), *head.parameters()], lr=0.1)
        for _ in range(3):
            hidden = checkpoint(lambda z: torch.relu(body(z)), x, use_reentrant=True)
            optimizer.zero_grad()
            F.mse_loss(head(hidden), y).backward()
            optimizer.step()

    segment = only(watched(train, tmp_path))
    assert (segment.record.backwards, segment.steps) == (3, 3)
    assert segment.looks[0].opaque == ("checkpoint",)


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
def test_a_compiled_model_shows_its_layers_on_the_steps_that_are_looked_at(
    backend: str, tmp_path: Path
):
    torch.compiler.reset()
    model, x, y = a_net(), torch.randn(16, 3), torch.randn(16, 1)

    def train() -> None:
        compiled = torch.compile(model, backend=backend)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(6):
            loss = F.mse_loss(compiled(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    segment = only(watched(train, tmp_path))
    assert segment.steps == 6
    last = segment.looks[-1]
    assert {p.name for p in last.parameters} == {"0.weight", "0.bias", "2.weight", "2.bias"}
    assert all(p.update_rms for p in last.parameters)
    assert names(last)[:3] == ["0", "relu after 0", "2"]
    assert torch.compiler.is_compiling() is False


# ------------------------------------------------------------------- losses of another shape


def _flattened(scores: torch.Tensor, target: torch.Tensor, **fields: int) -> torch.Tensor:
    rows = F.log_softmax(scores, dim=-1).reshape(-1, scores.shape[-1])
    return F.nll_loss(rows, target.reshape(-1), **fields)


def _classes_second(scores: torch.Tensor, target: torch.Tensor, **fields: int) -> torch.Tensor:
    """Scores whose second dimension is that of the classes: (6, 5, 7)."""
    return F.cross_entropy(scores, target, **fields)


@pytest.mark.parametrize(
    ("layer", "shape", "compute"),
    [
        (nn.Linear(4, 5), (6, 7, 4), _flattened),
        (nn.Linear(7, 7), (6, 5, 7), _classes_second),
    ],
    ids=["flattened", "classes second"],
)
@pytest.mark.parametrize("ignored", [-100, 0, 255])
def test_a_loss_over_tokens_is_read_in_whatever_shape_it_has(
    layer: nn.Linear,
    shape: tuple[int, ...],
    compute: Callable[..., torch.Tensor],
    ignored: int,
    tmp_path: Path,
):
    x, target = torch.randn(shape), torch.randint(0, 5, (6, 7))
    target[0] = ignored
    losses: list[float] = []

    def train() -> None:
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            loss = compute(layer(x), target, ignore_index=ignored)
            loss.backward()
            losses.append(loss.item())
            optimizer.step()

    segment = only(watched(train, tmp_path))
    assert [len(look.losses) for look in segment.looks] == [1] * 3
    for look, loss in zip(segment.looks, losses, strict=True):
        read = look.losses[0]
        assert look.opaque == ()
        assert (read.function, read.whole) == ("cross_entropy", True)
        assert read.value == near(loss) == look.loss
        assert math.prod(read.target_shape) == 42
        assert read.row_logsumexp is not None
        assert read.fed_shape == tuple(layer(x).shape)


def test_a_loss_whose_targets_are_fewer_than_its_rows_has_no_value_of_its_own(tmp_path: Path):
    """The last token of each row is dropped between the log-softmax and the loss."""
    layer, x, target = nn.Linear(4, 5), torch.randn(6, 7, 4), torch.randint(0, 5, (6, 6))

    def short(scores: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        rows = F.log_softmax(scores, dim=-1)[:, :-1].reshape(-1, 5)
        return F.nll_loss(rows, target.reshape(-1))

    segment = only(watched(lambda: fit(layer, x, target, short), tmp_path))
    assert all(look.opaque == () for look in segment.looks)
    assert {loss.value for look in segment.looks for loss in look.losses} == {None}


@pytest.mark.parametrize(
    ("given", "fires"), [("logits of scores", False), ("probs", False), ("logits", True)]
)
def test_a_distribution_shows_whether_its_logits_are_probabilities(
    given: str, fires: bool, tmp_path: Path
):
    model, x, chosen = nn.Linear(3, 4), torch.randn(16, 3), torch.randint(0, 4, (16,))

    def surprise(scores: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        name, _, of_scores = given.partition(" of ")
        made = torch.distributions.Categorical(
            **{name: scores if of_scores else scores.softmax(-1)}
        )
        return -made.log_prob(target).mean()

    recording = watched(lambda: fit(model, x, chosen, surprise), tmp_path)
    found = findings("double-softmax", recording)
    assert bool(found) is fires
    assert not found or "taken for logits" in found[0].headline


# ------------------------------------------------------------------------------------- the rest


def test_looks_at_scheduled_steps_are_thorough_however_many_came_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Twelve at once put the counts of looks and steps out of step: 16 and 32 are no. 12 and 13."""
    monkeypatch.setattr(Clock, "wants", lambda _, count: count < 12 or is_scheduled(count))
    model, x, y = a_net(), torch.randn(16, 3), torch.randn(16, 1)
    with torchvitals.watch(directory=tmp_path) as vitals:
        fit(model, x, y, steps=40)
    looks = only(vitals.recording()).looks
    assert [look.step for look in looks] == [*range(12), 16, 32]
    thorough = [look.step for look in looks if look.losses]
    assert thorough == [look.step for look in looks if look.data] == [0, 1, 2, 4, 8, 16, 32]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of fork beside threads
def test_a_loader_with_workers_is_no_obstacle(tmp_path: Path):
    model = a_net()
    data = TensorDataset(torch.randn(32, 3), torch.randn(32, 1))

    def train() -> None:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(2):
            for x, y in DataLoader(data, batch_size=8, num_workers=2):
                optimizer.zero_grad()
                F.mse_loss(model(x), y).backward()
                optimizer.step()

    segment = only(watched(train, tmp_path))
    assert (segment.steps, len(segment.looks)) == (8, 8)


def test_what_never_trains_has_no_segment(tmp_path: Path):
    model = a_net()

    def infer() -> None:
        with torch.no_grad():
            model(torch.randn(4, 3))
        model(torch.randn(4, 3))

    recording = watched(infer, tmp_path)
    assert (recording.segments, recording.steps, recording.events) == ((), 0, ())


def test_a_backward_without_a_graph_is_an_event_with_its_line(tmp_path: Path):
    def train() -> None:
        loss = torch.tensor(1.0, requires_grad=True)
        loss.backward()

    recording = watched(train, tmp_path)
    (event,) = [e for e in recording.events if e.kind == "loss-is-leaf"]
    assert event.source == f"test_training.py:{train.__code__.co_firstlineno + 2}"


def test_parameters_that_no_optimizer_holds_are_told_from_those_held(tmp_path: Path):
    model, x, y = a_net(), torch.randn(16, 3), torch.randn(16, 1)
    optimizer = torch.optim.SGD(model[2].parameters(), lr=0.1)
    segment = only(watched(lambda: fit(model, x, y, optimizer=optimizer), tmp_path))
    held = {p.name: p.optimizer for p in segment.looks[0].parameters}
    assert held == {"0.weight": None, "0.bias": None, "2.weight": 0, "2.bias": 0}
    assert parameter(segment.looks[0], "0.weight").update_rms == 0.0
    assert parameter(segment.looks[0], "0.weight").unchanged == 1.0


def test_gradients_that_are_never_cleared_are_stale(tmp_path: Path):
    model, x, y = a_net(), torch.randn(16, 3), torch.randn(16, 1)

    def train() -> None:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        for _ in range(4):
            F.mse_loss(model(x), y).backward()
            optimizer.step()

    segment = only(watched(train, tmp_path))
    stale = [parameter(look, "0.weight").stale_gradient for look in segment.looks]
    assert stale == [False, True, True, True]


def test_an_optimizer_built_anew_at_each_step_is_counted(tmp_path: Path):
    model, x, y = a_net(), torch.randn(16, 3), torch.randn(16, 1)

    def train() -> None:
        for _ in range(5):
            optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
            F.mse_loss(model(x), y).backward()
            optimizer.step()
            optimizer.zero_grad()

    segment = only(watched(train, tmp_path))
    assert segment.steps == 5
    assert max(o.rebuilt for look in segment.looks for o in look.optimizers) == 4


def test_a_loss_that_is_not_finite_is_read_whole_with_its_line(tmp_path: Path):
    model, y = nn.Linear(300, 300), torch.zeros(64, 300)
    x = torch.randn(64, 300)
    x[17, 123] = math.nan
    first = only(watched(lambda: fit(model, x, y, steps=1), tmp_path)).looks[0]
    layer = next(o for o in first.operations if o.kind == "linear")
    assert math.isnan(first.loss)
    assert layer.source is not None
    assert first.data[0].overall.nonfinite <= 1
    if layer.output is not None:
        assert layer.output.nonfinite == 300


def test_the_predicted_change_is_the_slope_times_the_step(tmp_path: Path):
    model, x, y = a_net(), torch.randn(16, 3), torch.randn(16, 1)
    segment = only(watched(lambda: fit(model, x, y), tmp_path))
    look = segment.looks[0]
    squares = sum(
        p.gradient.rms**2 * math.prod(p.shape) for p in look.parameters if p.gradient is not None
    )
    assert look.predicted_change == near(-0.1 * squares, 1e-3)


def test_watching_leaves_the_weights_as_they_would_be(tmp_path: Path):
    x, y = torch.randn(16, 3), torch.randn(16, 1)
    ends: list[float] = []
    for watch in (True, False):
        torch.manual_seed(1)
        model = a_net()
        if watch:
            watched(lambda model=model: fit(model, x, y, steps=9), tmp_path)
        else:
            fit(model, x, y, steps=9)
        ends.append(rms(model[0].weight))
    assert ends[0] == ends[1]
