"""What evaluations leave behind: hearing loss functions changes nothing and is undone."""

from __future__ import annotations

import contextlib
import copy
import pickle
import timeit
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

import torchvitals
from torchvitals.probe import hearing
from torchvitals.probe.hearing import Hearing
from torchvitals.record.recording import Recording, load
from torchvitals.record.store import Evaluation

X, Y = torch.linspace(-1, 1, 32)[:, None], torch.linspace(-1, 1, 32)[:, None] ** 2


class Trainer:
    """A net, its optimizer and its loss module, in a watch."""

    def __init__(self, folder: Path) -> None:
        self.net = nn.Linear(1, 1)
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.1)
        self.criterion = nn.MSELoss()
        self.vitals = torchvitals.watch(directory=folder)

    def __enter__(self) -> Trainer:
        self.vitals.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.vitals.stop()

    def train(self, steps: int = 1) -> None:
        for _ in range(steps):
            self.optimizer.zero_grad()
            self.criterion(self.net(X), Y).backward()
            self.optimizer.step()

    @torch.no_grad()
    def evaluate(self, batches: int = 1) -> list[float]:
        return [
            self.criterion(self.net(x), y).item()
            for x, y in zip(X.chunk(batches), Y.chunk(batches), strict=True)
        ]

    @property
    def recording(self) -> Recording:
        return self.vitals.recording()

    @property
    def evaluations(self) -> tuple[Evaluation, ...]:
        return self.recording.segments[0].evaluations


def test_an_evaluation_is_kept_as_the_mean_of_its_batches(tmp_path: Path):
    with Trainer(tmp_path) as trainer:
        trainer.train(3)
        values = trainer.evaluate(4)
        trainer.train(2)
    (found,) = trainer.evaluations
    assert found.loss == pytest.approx(sum(values) / 4)
    assert (found.step, found.batches, found.passes, found.segment) == (3, 4, 1, 0)
    assert (found.function, found.reduction) == ("mse_loss", "mean")
    assert found.source is not None
    assert found.source.startswith("test_hearing.py:")
    assert trainer.vitals.path is not None
    assert load(trainer.vitals.path).segments[0].evaluations == (found,)


def test_calls_from_two_lines_are_two_places(tmp_path: Path):
    with Trainer(tmp_path) as trainer:
        for _ in range(3):
            trainer.train()
            trainer.evaluate()
            trainer.evaluate()
    assert [e.place for e in trainer.evaluations] == [0, 1, 0, 1, 0, 1]
    assert [e.step for e in trainer.evaluations] == [1, 1, 2, 2, 3, 3]


def test_what_is_computed_before_any_training_belongs_to_step_0(tmp_path: Path):
    with Trainer(tmp_path) as trainer:
        for _ in range(2):
            trainer.evaluate()
            trainer.train()
    assert [(e.place, e.step) for e in trainer.evaluations] == [(0, 0), (0, 1)]


def test_a_loss_with_gradients_or_of_many_entries_is_not_kept(tmp_path: Path):
    with Trainer(tmp_path) as trainer:
        trainer.train(3)
        trainer.criterion(trainer.net(X), Y)
        with torch.no_grad():
            nn.MSELoss(reduction="none")(trainer.net(X), Y)
    assert trainer.evaluations == ()


def test_a_script_that_only_evaluates_has_no_training(tmp_path: Path):
    with Trainer(tmp_path) as trainer:
        trainer.evaluate()
    assert trainer.recording.segments == ()


def test_functions_are_heard_as_modules_are(tmp_path: Path):
    with Trainer(tmp_path) as trainer:
        trainer.train(3)
        with torch.no_grad():
            value = functional.mse_loss(trainer.net(X), Y).item()
            functional.mse_loss(trainer.net(X), Y, reduction="sum")
    assert [(e.function, e.reduction) for e in trainer.evaluations] == [
        ("mse_loss", "mean"),
        ("mse_loss", "sum"),
    ]
    assert trainer.evaluations[0].loss == value


def test_a_subclass_of_the_users_is_heard_once(tmp_path: Path):
    class Smooth(nn.CrossEntropyLoss):
        pass

    with Trainer(tmp_path) as trainer:
        trainer.train()
        with torch.inference_mode():
            Smooth()(torch.randn(4, 3), torch.tensor([0, 1, 2, 0]))
    assert [e.function for e in trainer.evaluations] == ["cross_entropy"]


def test_what_is_kept_does_not_grow_with_the_evaluations():
    told: list[Evaluation] = []
    ear = Hearing(told.append)
    for step in range(20_000):
        ear.hear("mse_loss", "mean", torch.tensor(float(step)), 0, step)
    ear.finish()
    assert len(told) < 8 * hearing._PASSES
    assert sum(e.passes for e in told) == 20_000
    assert sum(e.loss * e.passes for e in told) == pytest.approx(sum(range(20_000)))
    assert told[-1].step == 19_999


def test_what_is_kept_does_not_grow_with_the_places():
    told: list[Evaluation] = []
    ear = Hearing(told.append)
    for segment in range(200):
        ear.hear("mse_loss", "mean", torch.tensor(1.0), segment, 0)
    ear.finish()
    assert len(told) == hearing._PLACES


@pytest.mark.parametrize("raises", [False, True])
def test_the_loss_functions_are_as_they_were(raises: bool, tmp_path: Path):
    mse_loss = functional.mse_loss

    def watched() -> float:
        with Trainer(tmp_path):
            assert functional.mse_loss is not mse_loss
            return 1 / (not raises)

    with pytest.raises(ZeroDivisionError) if raises else contextlib.nullcontext():
        watched()
    assert functional.mse_loss is mse_loss


def test_watches_within_watches_end_in_any_order(tmp_path: Path):
    mse_loss = functional.mse_loss
    outer, inner = Trainer(tmp_path), Trainer(tmp_path)
    with outer:
        inner.vitals.start()
        inner.train()
        inner.evaluate()
    inner.evaluate()
    inner.vitals.stop()
    assert functional.mse_loss is mse_loss
    assert len(outer.evaluations) == 1
    assert inner.evaluations[0].batches == 1


def test_losses_can_be_copied_and_pickled_in_a_watch(tmp_path: Path):
    with Trainer(tmp_path) as trainer:
        for loss in (copy.deepcopy(trainer.criterion), pickle.loads(pickle.dumps(nn.L1Loss()))):
            assert float(loss(X, X)) == 0.0
        assert pickle.loads(pickle.dumps(functional.mse_loss))(X, X) == 0


class WithLoss(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer, self.criterion = nn.Linear(1, 1), nn.MSELoss()

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return self.criterion(self.layer(x), y)


class WithFunction(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(1, 1)

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return functional.mse_loss(self.layer(x), y)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")  # mse_loss itself gives one
@pytest.mark.parametrize("grad", [True, False])
@pytest.mark.parametrize("how", ["script", "trace", "fx", "export", "compile"])
@pytest.mark.parametrize("kind", [WithLoss, WithFunction])
def test_what_transforms_a_module_with_a_loss_gives_the_same(
    kind: type[nn.Module], how: str, grad: bool, tmp_path: Path
):
    torch.manual_seed(0)
    net = kind()
    expected = net(X, Y).item()
    with Trainer(tmp_path), torch.set_grad_enabled(grad):
        if how == "script":
            made = torch.jit.script(net)
        elif how == "trace":
            made = torch.jit.trace(net, (X, Y))
        elif how == "fx":
            made = torch.fx.symbolic_trace(net)
            assert ("self.criterion(" if kind is WithLoss else "functional.mse_loss(") in made.code
        elif how == "export":
            made = torch.export.export(net, (X, Y)).module()
        else:
            made = torch.compile(net, backend="eager", fullgraph=True)
        assert made(X, Y).item() == pytest.approx(expected)
    assert made(X, Y).item() == pytest.approx(expected)


def test_a_loss_under_vmap_is_left_alone(tmp_path: Path):
    with Trainer(tmp_path) as trainer:
        trainer.train()
        with torch.no_grad():
            torch.func.vmap(trainer.criterion)(X, Y)
        assert trainer.vitals._attachment.on
    assert trainer.evaluations == ()


def test_a_training_step_pays_less_than_ten_microseconds(tmp_path: Path):
    loss = nn.MSELoss()
    x = torch.zeros(1, requires_grad=True)

    def seconds() -> float:
        return min(timeit.repeat(lambda: loss(x, x), number=2000, repeat=7)) / 2000

    plain = seconds()
    with Trainer(tmp_path) as trainer:
        trainer.train(20)  # the first looks wait for the modules to run
        watched = seconds()
    assert watched - plain < 10e-6
