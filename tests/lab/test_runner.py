"""The learner's runner: what it keeps, what it loads, and in which mode it leaves the model."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy
from torch.optim import SGD

from torchvitals.lab.forgetful import ForgetfulRunner
from torchvitals.lab.moons import two_moons
from torchvitals.lab.runner import Runner, accuracy

MOONS = two_moons(0)


def model(seed: int = 0) -> nn.Sequential:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        layers = [nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 1)]
        return nn.Sequential(*layers, nn.Sigmoid())


def runner(kind: type[Runner] = Runner, **options: Any) -> Runner:
    net = model()
    return kind(net, SGD(net.parameters(), 0.5), binary_cross_entropy, **options)


def batches(found: Runner) -> int:
    return int(found.model[1].num_batches_tracked)  # type: ignore[index, union-attr]


def test_the_history_has_a_number_for_each_epoch():
    ours = runner()
    ours.train(MOONS.train, MOONS.dev, 3)
    history = ours.train(MOONS.train, MOONS.dev, 2)
    columns = (
        history.train_losses,
        history.train_scores,
        history.dev_losses,
        history.dev_scores,
    )
    assert [len(column) for column in columns] == [5, 5, 5, 5]
    assert ours.epoch == 5
    assert history.train_losses[-1] < history.train_losses[0]


def test_the_best_by_dev_score_is_kept_and_restored():
    ours = runner()
    ours.train(MOONS.train, MOONS.dev, 30)
    scores = ours.history.dev_scores
    assert ours.best_score == max(scores)
    assert ours.best_epoch == scores.index(max(scores)) + 1
    ours.restore_best()
    assert ours.evaluate(MOONS.dev).score == ours.best_score


def test_there_is_no_best_before_training():
    with pytest.raises(RuntimeError, match="call train"):
        runner().restore_best()


def test_the_hook_is_called_between_backward_and_step():
    seen: list[tuple[Tensor, Tensor]] = []

    def look(running: Runner) -> None:
        weight: Any = running.model[0].weight  # type: ignore[index]
        seen.append((weight.detach().clone(), weight.grad.clone()))

    ours = runner(between=look)
    ours.train(MOONS.train, MOONS.dev, 2)
    (before, gradient), (after, _) = seen
    assert torch.allclose(after, before - 0.5 * gradient)


def test_evaluation_leaves_each_module_in_its_mode():
    ours = runner()
    ours.model.train()
    ours.model[1].eval()  # type: ignore[index]
    modes = [module.training for module in ours.model.modules()]
    ours.evaluate(MOONS.dev)
    assert [module.training for module in ours.model.modules()] == modes
    assert ours.predict(MOONS.dev.inputs).requires_grad is False


def test_the_mode_is_restored_even_where_the_model_fails():
    ours = runner()
    ours.model.train()
    with pytest.raises(RuntimeError):
        ours.predict(torch.zeros(3, 7))
    assert ours.model.training


def test_the_texts_runner_trains_in_eval_mode_after_the_first_epoch():
    ours, theirs = runner(), runner(ForgetfulRunner)
    for one in (ours, theirs):
        one.train(MOONS.train, MOONS.dev, 5)
    assert batches(ours) == 5
    assert ours.model.training
    assert batches(theirs) == 1
    assert not theirs.model.training


def test_what_is_saved_is_loaded(tmp_path: Path):
    ours = runner()
    ours.train(MOONS.train, MOONS.dev, 3)
    ours.save(tmp_path / "model.pt")
    other = runner()
    other.load(tmp_path / "model.pt")
    for name, value in ours.model.state_dict().items():
        assert torch.equal(other.model.state_dict()[name], value)


class Trap:
    """Unpickling it writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (open, (str(self.path), "w"))  # type: ignore[return-value]


def test_a_file_that_holds_code_is_refused_and_not_run(tmp_path: Path):
    torch.save({"trap": Trap(tmp_path / "sprung")}, tmp_path / "bad.pt")
    with pytest.raises(pickle.UnpicklingError):
        runner().load(tmp_path / "bad.pt")
    assert not (tmp_path / "sprung").exists()


def test_accuracy_counts_the_right_side_of_a_half():
    predictions = torch.tensor([[0.9], [0.5], [0.2], [0.6]])
    labels = torch.tensor([[1.0], [0.0], [1.0], [1.0]])
    assert float(accuracy(predictions, labels)) == 0.75
