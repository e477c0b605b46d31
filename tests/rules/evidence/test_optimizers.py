from __future__ import annotations

import pytest

from tests.worlds import a_group, a_look, a_segment, an_optimizer
from torchvitals.rules.evidence.optimizers import (
    all_optimizers,
    has_memory,
    highest_lr,
    is_adaptive,
    main_group,
)


@pytest.mark.parametrize(
    ("kind", "adaptive"),
    [("Adam", True), ("AdamW8bit", True), ("RMSprop", True), ("SGD", False), ("LBFGS", False)],
)
def test_adaptive_optimizers_are_known_by_name(kind: str, adaptive: bool):
    assert is_adaptive(kind) is adaptive


@pytest.mark.parametrize(
    ("kind", "momentum", "remembers"),
    [("SGD", 0.0, False), ("SGD", None, False), ("SGD", 0.9, True), ("LBFGS", None, True)],
)
def test_momentum_and_moments_are_memory(kind: str, momentum: float | None, remembers: bool):
    optimizer = an_optimizer(kind=kind, groups=(a_group(momentum=momentum),))
    assert has_memory(optimizer) is remembers


def test_every_optimizer_is_told_as_it_was_last_seen():
    looks = [
        a_look(0, optimizers=(an_optimizer(1, steps=1), an_optimizer(0, steps=1))),
        a_look(1, optimizers=(an_optimizer(1, steps=2),)),
    ]
    found = all_optimizers(a_segment(looks))
    assert [(o.number, o.steps) for o in found] == [(0, 1), (1, 2)]


def test_the_main_group_is_the_largest_of_the_optimizer_that_steps():
    small, large = a_group(1.0, parameters=1), a_group(0.1, parameters=9)
    idle = an_optimizer(0, steps=0, held=99)
    works = an_optimizer(1, steps=5, held=10, groups=(small, large))
    found = main_group(a_look(optimizers=(idle, works)))
    assert found == (works, large)
    assert main_group(a_look(optimizers=())) is None


def test_the_highest_rate_is_that_of_any_group_at_any_look():
    looks = [a_look(0, lr=0.1), a_look(1, lr=0.4), a_look(2, lr=0.2)]
    assert highest_lr(a_segment(looks)) == 0.4
    assert highest_lr(a_segment([])) is None
