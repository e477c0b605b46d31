"""Against the table of theory.md, section 3."""

from __future__ import annotations

import pytest

from torchvitals.theory.born_dead import lower_bound, safe_width, single_input

TABLE = [
    (1, 3, 0.75000, 0.50000),
    (2, 2, 0.25000, 0.0),
    (2, 5, 0.68359, 0.47668),
    (2, 10, 0.92492, 0.87026),
    (3, 10, 0.69934, 0.51339),
    (4, 10, 0.44058, 0.20416),
    (5, 10, 0.24854, 0.06399),
    (10, 10, 0.00875, 0.00008),
    (4, 20, 0.70660, 0.51985),
    (5, 20, 0.45296, 0.21379),
    (8, 50, 0.17451, 0.03084),
    (10, 50, 0.04675, 0.00219),
]


@pytest.mark.parametrize(("width", "depth", "upper", "lower"), TABLE)
def test_both_bounds_are_those_of_the_table(width: int, depth: int, upper: float, lower: float):
    assert single_input(width, depth) == pytest.approx(upper, abs=1e-5)
    assert lower_bound(width, depth) == pytest.approx(lower, abs=1e-5)


def test_the_safe_width_is_the_first_below_the_chance():
    width = safe_width(50, 1e-3)
    assert single_input(width, 50) < 1e-3 <= single_input(width - 1, 50)
