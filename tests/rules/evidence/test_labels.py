from __future__ import annotations

import math
from typing import Any

import pytest

from tests.worlds import SAMPLES, a_loss, statistics
from torchvitals.record.look import Loss
from torchvitals.rules.evidence.labels import marks_a_row


def rows(a_row: float, classes: int = 5, **fields: Any) -> Loss:
    """A cross-entropy whose targets are zeros and ones, so many ones a row."""
    share, shape = a_row / classes, (SAMPLES, classes)
    told = {
        "target": statistics(
            math.sqrt(share), share, minimum=0.0, maximum=1.0, count=SAMPLES * classes
        ),
        "fed_shape": shape,
        "target_shape": shape,
    }
    return a_loss(fields.pop("function", "cross_entropy"), **(told | fields))


@pytest.mark.parametrize("classes", [2, 5, 50])
@pytest.mark.parametrize("a_row", [0.5, 1.0, 1.7])
def test_rows_of_zeros_and_ones_mark_so_many_classes(a_row: float, classes: int):
    assert marks_a_row(rows(a_row, classes)) == pytest.approx(a_row)


@pytest.mark.parametrize(
    "fields",
    [
        {"function": "binary_cross_entropy_with_logits"},
        {"target": None},
        {"target_shape": (SAMPLES,)},
        {"fed_shape": (SAMPLES,), "target_shape": (SAMPLES,)},
        {"target": statistics(0.5, 0.25, minimum=0.0, maximum=1.0, count=16)},
        {"target": statistics(0.4, 0.2, minimum=0.0, maximum=0.9, count=SAMPLES * 5)},
        {"target": statistics(0.4, 0.2, minimum=0.0, maximum=1.0, count=SAMPLES * 5)},
        {"target": statistics(0.5, 0.25, minimum=-1.0, maximum=1.0, count=SAMPLES * 5)},
    ],
    ids=[
        "each class for itself",
        "unknown",
        "class numbers",
        "no classes",
        "a part of them",
        "smoothed",
        "shares",
        "signs",
    ],
)
def test_other_targets_mark_no_classes(fields: dict[str, Any]):
    assert marks_a_row(rows(1.7, **fields)) is None
