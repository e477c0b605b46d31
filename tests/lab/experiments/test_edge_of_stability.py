"""The edge of stability: the numbers of theory, and every claim over several seeds."""

from pathlib import Path

import pytest
import torch

from tests.lab.experiments.bench import Alone, claims_of
from torchvitals.lab.catalogue import entry
from torchvitals.lab.doctor import diagnosed
from torchvitals.lab.experiments.edge_of_stability import EXPERIMENT, Knobs
from torchvitals.lab.sharpness import Net, catapult

SHORT = Knobs(lr=0.1, steps=2000)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("seed", range(3))
def test_every_claim_holds(seed: int):
    claims = claims_of(EXPERIMENT, SHORT, seed)
    assert [claim for claim in claims if not claim.holds] == []
    assert any("settles" in claim.claim for claim in claims)


def test_the_sharpness_is_the_largest_eigenvalue_of_the_hessian():
    net = Net(4, seeded(1))
    shapes = [parameter.shape for parameter in net.parameters]
    flat = torch.cat([parameter.detach().flatten() for parameter in net.parameters])

    def loss(values: torch.Tensor) -> torch.Tensor:
        parts = values.split([shape.numel() for shape in shapes])
        net.parameters = [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]
        return net.loss()

    kept = net.parameters
    hessian = torch.autograd.functional.hessian(loss, flat)
    net.parameters = kept
    net.sharpness()
    for _ in range(20):
        found = net.sharpness()
    assert found == pytest.approx(float(torch.linalg.eigvalsh(hessian)[-1]), rel=1e-4)


def test_descent_is_that_of_the_optimizer():
    net, twin = Net(5, seeded(2)), Net(5, seeded(2))
    net.descend(0.05, range(30), 10)
    optimizer = torch.optim.SGD(twin.parameters, lr=0.05)
    for _ in range(30):
        optimizer.zero_grad()
        twin.loss().backward()
        optimizer.step()
    for mine, its in zip(net.parameters, twin.parameters, strict=True):
        torch.testing.assert_close(mine, its)


@pytest.mark.parametrize(("times", "lost"), [(1.9, False), (3.9, False), (4.1, True)])
def test_the_solvable_model_is_lost_beyond_four(times: float, lost: bool):
    last = catapult(times, 1024, 400, seeded(3)).losses[-1]
    assert (last > 1e6) is lost


def test_only_the_catapult_flattens():
    lazy, thrown = (catapult(times, 1024, 400, seeded(4)).sharpness for times in (1.5, 3.0))
    assert lazy[-1] == pytest.approx(1.5, abs=0.05)
    assert thrown[0] == pytest.approx(3.0)
    assert thrown[-1] < 2


@pytest.mark.parametrize(
    "knobs",
    [
        Knobs(lr=1e-3, steps=100),
        Knobs(lr=5.0, steps=100, width=3),
        Knobs(lr=0.2, steps=150, width=1),
    ],
)
def test_odd_parameters_leave_out_what_they_can_not_say(knobs: Knobs):
    assert [claim for claim in claims_of(EXPERIMENT, knobs, 0) if not claim.holds] == []


def test_the_global_random_state_is_left_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    list(EXPERIMENT.run(Knobs(steps=100), Alone(0)))
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.slow
def test_the_broken_script_is_diagnosed(tmp_path: Path):
    claim = diagnosed(entry("edge-of-stability"), tmp_path)
    assert claim is not None
    assert claim.holds, claim.observed
