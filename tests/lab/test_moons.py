"""Two moons: their shape, their split, and that the global random state is left alone."""

from __future__ import annotations

import math

import torch

from torchvitals.lab.moons import two_moons


def test_a_thousand_points_are_split_as_in_the_text():
    moons = two_moons(0)
    assert [tuple(part.inputs.shape) for part in moons] == [(640, 2), (160, 2), (200, 2)]
    assert [tuple(part.labels.shape) for part in moons] == [(640, 1), (160, 1), (200, 1)]
    assert sum(float(part.labels.sum()) for part in moons) == 500


def test_without_noise_the_points_lie_on_the_two_arcs():
    train = two_moons(0, noise=0.0).train
    outer = train.inputs[train.labels[:, 0] == 0]
    inner = train.inputs[train.labels[:, 0] == 1]
    assert torch.allclose(outer.norm(dim=1), torch.ones(len(outer)), atol=1e-5)
    centre = torch.tensor([1.0, 0.5])
    assert torch.allclose((inner - centre).norm(dim=1), torch.ones(len(inner)), atol=1e-5)
    assert bool((outer[:, 1] >= -1e-6).all())
    assert bool((inner[:, 1] <= 0.5 + 1e-6).all())


def test_the_noise_has_the_standard_deviation_asked_for():
    quiet, noisy = two_moons(3, noise=0.0), two_moons(3, noise=0.2)
    error = (noisy.train.inputs - quiet.train.inputs).double()
    n = error.numel()
    assert abs(float(error.std()) - 0.2) < 4 * 0.2 / math.sqrt(2 * n)
    assert abs(float(error.mean())) < 4 * 0.2 / math.sqrt(n)


def test_a_seed_gives_the_same_points_and_spares_the_global_state():
    state = torch.get_rng_state()
    assert torch.equal(two_moons(1).train.inputs, two_moons(1).train.inputs)
    assert not torch.equal(two_moons(1).train.inputs, two_moons(2).train.inputs)
    assert torch.equal(torch.get_rng_state(), state)
