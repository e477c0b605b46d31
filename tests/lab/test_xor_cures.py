from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from torchvitals.lab.ensemble import train
from torchvitals.lab.xor_cures import CURES, cures


def test_the_cures_are_ranked_as_known():
    by_name = {x.name: x for x in cures(150, steps=1500)}
    assert list(by_name) == [name for name, _ in CURES]
    assert by_name["none"].solved.value < 0.02
    logits = by_name["logits"].solved
    assert abs(logits.value - 0.236) < 4 * math.hypot(logits.error, 0.02)
    assert by_name["logits, 16 hidden units"].solved.value > 0.98
    assert by_name["16 hidden units"].dead.value == pytest.approx(0.33, abs=0.1)
    assert by_name["all ELU"].crashed.value > 0.8
    rates = [by_name[f"logits, {n} hidden units"].solved.value for n in (3, 4, 8, 16)]
    assert rates == sorted(rates)


def test_sigmoid_and_bce_are_logits_and_their_loss():
    by_name = dict(CURES)
    one, two = (
        train(replace(by_name[name], steps=100), 200) for name in ("sigmoid output", "logits")
    )
    np.testing.assert_allclose(one.loss_end, two.loss_end, atol=1e-4)
