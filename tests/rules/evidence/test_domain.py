from __future__ import annotations

import pytest

from tests.worlds import a_look, a_loss, a_segment, statistics
from torchvitals.rules.evidence.domain import clamped, escaped, is_outside, worst_row


@pytest.mark.parametrize(
    ("low", "high", "outside"),
    [(0.0, 1.0, False), (-1e-9, 0.5, False), (-1e-3, 0.5, True), (0.5, 1.0001, True)],
)
def test_the_bounds_belong_to_the_range(low: float, high: float, outside: bool):
    assert is_outside(statistics(minimum=low, maximum=high)) is outside


def test_the_first_value_that_escaped_is_found_for_its_function():
    out = a_loss("mse_loss", fed=statistics(minimum=-1.0, maximum=2.0))
    inside = a_loss("mse_loss", fed=statistics(minimum=0.0, maximum=1.0))
    looks = [a_look(k, losses=(loss,)) for k, loss in enumerate([inside, out, out])]
    found = escaped(a_segment(looks), "mse_loss")
    assert found is not None
    assert found[0].step == 1
    assert escaped(a_segment(looks), "l1_loss") is None


@pytest.mark.parametrize(("loss", "seen"), [(24.9, False), (25.0, True), (float("nan"), False)])
def test_one_clamped_logarithm_among_four_is_enough(loss: float, seen: bool):
    entropy = a_loss("binary_cross_entropy")
    for look in (
        a_look(0, loss=loss, losses=(entropy._replace(value=None),)),
        a_look(0, loss=200.0, losses=(entropy._replace(value=loss),)),
    ):
        assert (clamped(a_segment([look]), "binary_cross_entropy") is not None) is seen
        assert clamped(a_segment([look]), "mse_loss") is None


@pytest.mark.parametrize(("rows", "worst"), [(None, 0.0), ((-3.0, 0.1), -3.0), ((-0.1, 2.0), 2.0)])
def test_the_worst_row_is_the_furthest_from_zero(rows: tuple[float, float] | None, worst: float):
    assert worst_row(a_loss(row_logsumexp=rows)) == worst
