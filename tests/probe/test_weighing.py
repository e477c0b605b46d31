from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch.nn import functional

from torchvitals.probe.graph import walk
from torchvitals.probe.weighing import crossed_terms, weights_of_terms
from torchvitals.record.look import Statistics

ADVANTAGES = torch.linspace(-1.0, 2.0, 16)


def weights(loss: torch.Tensor) -> Statistics | None:
    return weights_of_terms(walk(loss.grad_fn).root)


def log_probabilities() -> torch.Tensor:
    torch.manual_seed(0)
    logits = torch.randn(16, 4, requires_grad=True)
    return functional.log_softmax(logits, 1)[:, 0]


def test_the_advantages_of_a_policy_are_weights():
    found = weights(-(log_probabilities() * ADVANTAGES).mean())
    assert found is not None
    assert (found.minimum, found.maximum, found.count) == (-1.0, 2.0, 16)


def test_so_are_those_of_a_clipped_objective_and_beside_an_entropy():
    logs = log_probabilities()
    ratio = (logs - logs.detach()).exp()
    lesser = torch.min(ratio * ADVANTAGES, ratio.clamp(0.8, 1.2) * ADVANTAGES)
    found = weights(-lesser.mean() - 0.01 * logs.exp().sum())
    assert found is not None
    assert (found.minimum, found.maximum) == (-1.0, 2.0)


def test_so_are_numbers_that_one_term_after_another_is_multiplied_by():
    logs = log_probabilities()
    terms = [-one * float(weight) for one, weight in zip(logs, ADVANTAGES, strict=True)]
    found = weights(torch.stack(terms).sum())
    assert found is not None
    assert (found.minimum, found.maximum) == (-1.0, 2.0)


def test_of_several_those_that_differ_in_sign_are_told():
    logs = log_probabilities()
    found = weights((logs * torch.arange(16.0)).mean() + (logs * ADVANTAGES).mean())
    assert found is not None
    assert found.minimum == -1.0


@pytest.mark.parametrize("bound", [torch.relu, torch.abs, torch.square, functional.softplus])
def test_what_is_weighed_before_a_bound_is_none(bound: Callable[[torch.Tensor], torch.Tensor]):
    assert weights(bound(log_probabilities() * ADVANTAGES).mean()) is None


def test_weights_of_one_sign_are_those_of_classes_where_they_have_few_values():
    logs = log_probabilities()
    classes = torch.tensor([1.0, 20.0]).repeat(8)
    assert weights(-(logs * classes).mean()) is None
    found = weights(-(logs * (ADVANTAGES + 1)).mean())
    assert found is not None
    assert found.minimum == 0.0


def test_the_coefficients_of_a_few_parts_are_none():
    logs = log_probabilities()
    assert weights(logs.mean() * 0.5 - 0.01 * logs.sum()) is None


@pytest.mark.parametrize(
    ("terms", "weights", "crossed"),
    [
        ((16,), (16, 1), True),
        ((16, 1), (16,), True),
        ((16,), (16,), False),
        ((16, 1), (16, 1), False),
        ((16,), (4, 1), False),
        ((1,), (1, 1), False),
        ((16,), (1,), False),
    ],
)
@pytest.mark.parametrize("clipped", [False, True])
def test_terms_cross_weights_where_a_row_meets_a_column_of_its_length(
    terms: tuple[int, ...], weights: tuple[int, ...], crossed: bool, clipped: bool
):
    ratio = torch.rand(terms, requires_grad=True) * 2
    factor = torch.linspace(-1.0, 2.0, weights[0]).reshape(weights)
    product = ratio * factor
    if clipped:
        product = torch.min(product, ratio.clamp(0.8, 1.2) * factor)
    found = crossed_terms(walk((-product.mean()).grad_fn).root)
    assert (found is not None) is crossed
    if found is not None:
        assert (found.terms, found.weights, found.signed) == (terms, weights, True)
