from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.lab.ensemble.twins import XOR, assert_same, xor
from torchvitals.lab.ensemble import (
    Adam,
    Data,
    Outcomes,
    Plan,
    Sgd,
    join,
    kaiming,
    mean_field,
    normal,
    train,
    train_chunks,
    xavier,
    zeros,
)
from torchvitals.lab.ensemble.chunk import Chunk

LAYOUTS = ("narrow", "wide")
ACTIVATIONS = ("relu", "leaky_relu", "elu", "tanh", "sigmoid", "gelu", "linear")


def circle(samples: int = 12) -> Data:
    angle = np.linspace(0, 6, samples, dtype=np.float32)
    inputs = np.stack((np.cos(angle), np.sin(angle), angle / 6), axis=1)
    targets = np.stack((inputs[:, 0] > 0, inputs[:, 1] > 0.3), axis=1)
    return Data(inputs, targets.astype(np.float32))


def assert_equal(one: Outcomes, two: Outcomes) -> None:
    """To the bit."""
    for name in ("networks", "loss_start", "loss_end", "solved", "crashed_at", "moved", "dead_end"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name), err_msg=name)
    np.testing.assert_array_equal(one.parameters_end, two.parameters_end)
    np.testing.assert_array_equal(one.outputs_end, two.outputs_end)
    for a, b in zip(one.positive_end, two.positive_end, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_network_ends_as_it_does_when_trained_alone(layout: str):
    assert_same(recipe := xor(), train(recipe, 16, 0, Plan(layout=layout)), tolerance=2e-4)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_any_activation_and_depth(hidden: str, layout: str):
    recipe = xor(
        sizes=(3, 4, 3, 2), data=circle(), hidden=hidden, output="linear", loss="mse", steps=40
    )
    assert_same(recipe, train(recipe, 4, 3, Plan(layout=layout)), tolerance=2e-5)


@pytest.mark.parametrize(
    ("output", "loss"),
    [
        ("sigmoid", "bce"),
        ("linear", "bce_with_logits"),
        ("elu", "bce"),
        ("linear", "bce"),
        ("leaky_relu", "bce"),
        ("tanh", "mse"),
        ("gelu", "mse"),
    ],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_output_and_loss(output: str, loss: str, layout: str):
    recipe = xor(hidden="elu", output=output, loss=loss, steps=60)
    assert_same(recipe, train(recipe, 6, 1, Plan(layout=layout)), tolerance=1e-4)


@pytest.mark.parametrize(
    "optimizer",
    [
        Sgd(0.1, momentum=0.9),
        Sgd(0.1, weight_decay=0.01),
        Sgd(0.1, momentum=0.5, weight_decay=0.01, decay_biases=False),
        Sgd(0.1, momentum=0.9, recreated=True),
        Adam(0.05),
        Adam(0.05, weight_decay=0.01, decay_biases=False),
        Adam(0.01, recreated=True),
    ],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_optimizer(optimizer: Sgd | Adam, layout: str):
    solved = xor(output="sigmoid", optimizer=optimizer, steps=50)
    crashing = xor(optimizer=optimizer, steps=30)
    for recipe in (solved, crashing):
        assert_same(recipe, train(recipe, 5, 2, Plan(layout=layout)), tolerance=2e-4)


@pytest.mark.parametrize(
    "initialisation",
    [normal(0.5, 0.1), xavier(), kaiming(), mean_field(1.7, 0.05), zeros(), zeros(-8.0)],
)
def test_any_first_weights(initialisation):
    recipe = xor(initialisation=initialisation, hidden="tanh", output="sigmoid", steps=20)
    assert_same(recipe, train(recipe, 3), tolerance=1e-5)


def test_zero_weights_stay_as_they_are_in_the_first_layer():
    outcomes = train(xor(initialisation=zeros(), hidden="tanh", output="sigmoid", steps=1), 2)
    assert not outcomes.moved[:, :3].any()
    assert outcomes.loss_start == pytest.approx(np.log(2))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_network_is_the_same_to_the_bit_however_the_work_is_split(layout: str):
    recipe = xor(sizes=(2, 5, 3, 1), hidden="tanh", output="sigmoid", steps=30)
    whole = train(recipe, 700, 5, Plan(layout=layout, threads=1))
    halves = [train(recipe, part, 5, Plan(layout=layout)) for part in (range(333), range(333, 700))]
    assert_equal(whole, join(halves))
    assert_equal(whole, train(recipe, 700, 5, Plan(layout=layout, threads=2, chunk_bytes=1)))
    one = train(recipe, range(699, 700), 5, Plan(layout=layout))
    np.testing.assert_array_equal(one.parameters_end[0], whole.parameters_end[699])


@pytest.mark.parametrize("recipe", [xor(), xor(optimizer=Adam(0.01)), xor(sizes=(2, 9, 1))])
def test_leaving_out_what_has_ended_changes_nothing(recipe):
    kept = train(recipe, 500, 0, Plan(drop_settled=False))
    assert_equal(train(recipe, 500), kept)
    assert kept.crashed.any()


def test_other_seeds_are_other_networks():
    recipe = xor(steps=0)
    one, two = train(recipe, 50, 0), train(recipe, 50, 1)
    assert not (one.parameters_start == two.parameters_start).any()


def test_a_chunk_takes_no_more_memory_than_it_may():
    parts = list(train_chunks(xor(steps=1), 1000, 0, Plan(chunk_bytes=70_000)))
    assert [len(part) for part in parts] == [256, 256, 256, 232]


def test_the_layouts_agree():
    recipe = xor(sizes=(2, 8, 8, 1), hidden="gelu", output="sigmoid", steps=100)
    narrow, wide = (train(recipe, 200, 0, Plan(layout=layout)) for layout in LAYOUTS)
    np.testing.assert_allclose(narrow.parameters_end, wide.parameters_end, atol=1e-4)
    np.testing.assert_array_equal(narrow.positive_start[1], wide.positive_start[1])


def test_an_exploding_training_ends_as_it_does_alone(monkeypatch: pytest.MonkeyPatch):
    """Its outputs reach infinity, where a gradient of 0 would not hold a network in place."""
    begun: list[bool] = []
    begin = Chunk._begin

    def begin_told(chunk: Chunk, *, freezes: bool) -> None:
        begun.append(freezes)
        begin(chunk, freezes=freezes)

    monkeypatch.setattr(Chunk, "_begin", begin_told)
    recipe = xor(optimizer=Sgd(1e38), steps=3)
    outcomes = train(recipe, 12)
    assert begun == [True, False]
    assert (outcomes.crashed_at == 1).any()
    assert_same(recipe, outcomes, tolerance=1e-4)


def test_signs_and_dead_units_are_those_of_the_network():
    recipe = xor(steps=20)
    outcomes = train(recipe, 30)
    for parameters, signs, dead in (
        (outcomes.parameters_start, outcomes.positive_start, outcomes.dead_start),
        (outcomes.parameters_end, outcomes.positive_end, outcomes.dead_end),
    ):
        weights = torch.from_numpy(parameters[:, :4]).view(-1, 2, 2)
        z = torch.from_numpy(XOR.inputs) @ weights.mT + torch.from_numpy(parameters[:, None, 4:6])
        np.testing.assert_array_equal(signs[0], (z > 0).numpy())
        np.testing.assert_array_equal(dead[:, 0], (z <= 0).all(1).sum(1).numpy())


def test_without_details_parameters_and_signs_are_left_out():
    full, brief = train(xor(), 100), train(xor(), 100, 0, Plan(details=False))
    assert brief.parameters_end.shape == (100, 0)
    assert brief.positive_end == ()
    np.testing.assert_array_equal(full.moved, brief.moved)


def test_solved_may_be_a_loss():
    recipe = xor(hidden="linear", output="linear", loss="mse", solved_below=0.2501)
    outcomes = train(recipe, 50)
    np.testing.assert_array_equal(outcomes.solved, outcomes.loss_end < 0.2501)
    assert outcomes.solved.any()


def test_torch_has_its_threads_back():
    before = torch.get_num_threads()
    train(xor(steps=1), 10)
    assert torch.get_num_threads() == before


def test_no_networks_are_refused():
    with pytest.raises(ValueError, match="one network or more"):
        train(xor(), 0)
    with pytest.raises(ValueError, match="got none"):
        join([])


@pytest.mark.gpu
def test_a_gpu_gives_the_same():
    cpu, gpu = train(xor(), 1000), train(xor(), 1000, 0, Plan(device="cuda"))
    assert np.mean(cpu.crashed_at == gpu.crashed_at) > 0.99
    np.testing.assert_allclose(cpu.loss_start, gpu.loss_start, rtol=1e-5)
