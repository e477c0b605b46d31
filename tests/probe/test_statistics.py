"""Each statistic against a naive twin, over types, layouts and numbers that go wrong."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from torchvitals.probe.parameters import rows_equal
from torchvitals.probe.statistics import (
    BRIEF_SAMPLE,
    EVERYTHING,
    FOLLOWED_UNITS,
    SAMPLE,
    describe,
    describe_units,
    dot,
    mask_of,
    sample,
    spread,
    stored_share,
    stride_for,
    unwarned,
)
from torchvitals.record.look import Statistics, Units

Tensor = torch.Tensor


def naive(entries: list[float]) -> Statistics:
    """Each field by its definition, one entry after the other."""
    finite = [entry for entry in entries if math.isfinite(entry)]
    size = max(len(finite), 1)
    return Statistics(
        count=len(entries),
        mean=math.fsum(finite) / size,
        rms=math.sqrt(math.fsum(e * e for e in finite) / size),
        minimum=min(finite, default=0.0),
        maximum=max(finite, default=0.0),
        zero_fraction=finite.count(0.0) / size,
        nonfinite=len(entries) - len(finite),
    )


def numbers(tensor: Tensor) -> list[float]:
    tensor = tensor.detach()
    tensor = tensor.abs() if tensor.is_complex() else tensor
    return [float(entry) for entry in tensor.reshape(-1).tolist()]


def assert_near(found: Statistics | None, expected: Statistics, rel: float = 1e-4) -> None:
    assert found is not None
    scale = max(expected.rms, 1e-35)
    assert found.count == expected.count
    assert found.nonfinite == expected.nonfinite
    assert found.mean == pytest.approx(expected.mean, rel=rel, abs=rel * scale)
    assert found.rms == pytest.approx(expected.rms, rel=rel, abs=0)
    assert (found.minimum, found.maximum) == (expected.minimum, expected.maximum)
    assert found.zero_fraction == pytest.approx(expected.zero_fraction)


# ------------------------------------------------------------------------------ types and layouts

TYPES = [
    torch.float32,
    torch.float64,
    torch.bfloat16,
    torch.float16,
    torch.int64,
    torch.int32,
    torch.int16,
    torch.int8,
    torch.uint8,
    torch.bool,
    torch.complex64,
]


@pytest.mark.parametrize("size", [1, 5, 32, 33, 700])
@pytest.mark.parametrize("dtype", TYPES, ids=str)
def test_statistics_are_those_of_a_naive_twin_for_every_type(dtype: torch.dtype, size: int):
    torch.manual_seed(size)
    tensor = (torch.randn(size) * 40).abs().floor().clamp(max=100).to(dtype)
    if dtype.is_floating_point or dtype.is_complex:
        tensor = torch.randn(size).to(dtype)
    assert_near(describe(tensor), naive(numbers(tensor)))


LAYOUTS: dict[str, Callable[[Tensor], Tensor]] = {
    "transposed": lambda t: t.t(),
    "every second row": lambda t: t[::2],
    "every third column": lambda t: t[:, ::3],
    "one column": lambda t: t[:, 4],
    "expanded": lambda t: t[:, :1].expand(-1, 7),
    "repeated scalar": lambda t: t[0, 0].expand(50),
    "negated view": torch._neg_view,
    "permuted": lambda t: t.reshape(4, 5, 6).permute(2, 0, 1),
    "channels last": lambda t: t.reshape(2, 4, 5, 3).to(memory_format=torch.channels_last),
    "scalar": lambda t: t[1, 1],
    "conjugated": lambda t: torch.complex(t, t).conj(),
    "imaginary part": lambda t: torch.complex(t, t + 1).conj().imag,
    "wants a gradient": lambda t: t.clone().requires_grad_() * 2,
    "offset": lambda t: t.reshape(-1)[13:90],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_statistics_are_those_of_a_naive_twin_for_every_layout(layout: str):
    torch.manual_seed(0)
    tensor = LAYOUTS[layout](torch.randn(10, 12))
    assert_near(describe(tensor), naive(numbers(tensor)))


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 5, 2)])
def test_a_tensor_without_entries_has_no_statistics(shape: tuple[int, ...]):
    assert describe(torch.empty(shape)) is None


@pytest.mark.filterwarnings("ignore:Sparse")
def test_statistics_of_a_sparse_tensor_are_those_of_the_entries_that_it_stores():
    indices = torch.tensor([[0, 3, 3, 9], [1, 0, 0, 2]])
    tensor = torch.sparse_coo_tensor(indices, torch.tensor([1.0, 2.0, 3.0, -4.0]), (10, 3))
    assert_near(describe(tensor), naive([1.0, 5.0, -4.0]))


@pytest.mark.filterwarnings("ignore:Sparse")
def test_a_sparse_tensor_that_stores_nothing_has_no_statistics():
    assert describe(torch.sparse_coo_tensor(size=(10, 3))) is None


@pytest.mark.filterwarnings("ignore:Sparse")
def test_statistics_of_a_compressed_sparse_tensor_are_those_of_the_entries_that_it_stores():
    dense = torch.tensor([[0.0, 2.0, 0.0], [0.0, 0.0, -3.0]])
    assert_near(describe(dense.to_sparse_csr()), naive([2.0, -3.0]))


@pytest.mark.filterwarnings("ignore:Sparse")
def test_stored_entries_are_spread_over_the_whole():
    dense = torch.zeros(40, 3)
    dense[[4, 9]] = torch.tensor([[1.0, 2.0, 0.0], [-3.0, 1.0, 5.0]])
    sparse = dense.to_sparse(1)
    whole = spread(describe(sparse), stored_share(sparse))
    assert whole is not None
    assert_near(whole._replace(count=dense.numel()), naive(dense.reshape(-1).tolist()))


# ------------------------------------------------------------------------- numbers that go wrong

anything = st.one_of(
    st.floats(width=32, allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -0.0, math.nan, math.inf, -math.inf, 1e-30, 1e30, 3e38]),
)


@given(st.lists(anything, min_size=1, max_size=80))
def test_what_is_not_finite_is_counted_and_left_out(entries: list[float]):
    tensor = torch.tensor(entries, dtype=torch.float32)
    found, expected = describe(tensor), naive(numbers(tensor))
    assert found is not None
    assert (found.count, found.nonfinite) == (expected.count, expected.nonfinite)
    assert (found.minimum, found.maximum) == (expected.minimum, expected.maximum)
    assert found.rms == pytest.approx(expected.rms, rel=1e-3, abs=1e-38)
    assert found.zero_fraction == pytest.approx(expected.zero_fraction)


@unwarned
@pytest.mark.parametrize("size", [3, 1000])
@pytest.mark.parametrize("value", [1e30, 1e-30, 3e38])
def test_squares_that_leave_the_range_of_the_type_do_not_spoil_the_rms(value: float, size: int):
    found = describe(torch.full((size,), value))
    assert found is not None
    assert (found.mean, found.rms) == (pytest.approx(value, rel=1e-5),) * 2
    assert found.nonfinite == 0


@pytest.mark.parametrize("place", [0, 5000, 999_999])
def test_a_single_nan_is_found_where_everything_is_read(place: int):
    tensor = torch.ones(1_000_000)
    tensor[place] = math.nan
    found = describe(tensor, EVERYTHING)
    assert found is not None
    assert (found.count, found.nonfinite) == (1_000_000, 1)


@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=1, max_size=50), st.integers(0, 60))
def test_an_inner_product_holds_what_underflows(entries: list[float], halvings: int):
    small = np.array(entries, dtype=np.float32) * np.float32(0.5**halvings)
    expected = math.fsum(float(e) ** 2 for e in small)
    assert dot(small, small) == pytest.approx(expected, rel=1e-4, abs=1e-60)


# --------------------------------------------------------------------------------- large tensors

LARGE: dict[str, Callable[[Tensor], Tensor]] = {
    "contiguous": lambda t: t,
    "transposed": lambda t: t.t(),
    "every second column": lambda t: t[:, ::2],
    "four dimensions": lambda t: t.reshape(60, 10, 40, 50).permute(3, 0, 2, 1),
    "bfloat16": lambda t: t.bfloat16(),
}


@pytest.mark.parametrize("limit", [SAMPLE, BRIEF_SAMPLE])
@pytest.mark.parametrize("kind", LARGE)
def test_a_sample_of_a_large_tensor_is_small_and_tells_its_scale(kind: str, limit: int):
    torch.manual_seed(1)
    tensor = LARGE[kind](torch.randn(600, 2000) * 3 + 1)
    entries = sample(tensor, limit)
    assert limit // 16 <= entries.size <= 1.1 * limit
    error = 5 / math.sqrt(min(entries.size, 600))
    assert float(np.sqrt(np.mean(entries.astype(float) ** 2))) == pytest.approx(10**0.5, rel=error)
    assert entries.astype(float).mean() == pytest.approx(1.0, abs=3 * error)


@pytest.mark.parametrize("width", [512, 768, 1000, 1024, 4096])
def test_a_sample_reads_every_column_of_a_matrix(width: int):
    columns = torch.arange(width, dtype=torch.float32).expand(800, width).contiguous()
    assert set(sample(columns).tolist()) == set(range(width))


def test_the_entries_of_two_samples_of_one_tensor_correspond():
    weights = torch.randn(300, 700)
    before = sample(weights)
    weights += 1
    assert np.allclose(sample(weights) - before, 1, atol=1e-5)


def test_a_sample_holds_no_memory_of_the_tensor():
    weights = torch.zeros(10)
    entries = sample(weights)
    weights += 1
    assert not entries.any()


@given(st.integers(1, 10**9), st.sampled_from([SAMPLE, BRIEF_SAMPLE, 64]))
def test_a_stride_leaves_few_enough_entries(entries: int, limit: int):
    stride = stride_for(entries, limit)
    assert -(-entries // stride) <= limit
    assert stride_for(entries, limit) <= max(2 * -(-entries // limit), 2)


# ----------------------------------------------------------------------------------------- units


def naive_units(tensor: Tensor, unit_dim: int) -> tuple[str, str]:
    rows = [unit.reshape(-1).tolist() for unit in tensor.unbind(unit_dim)]
    silent = sum(1 << k for k, row in enumerate(rows) if all(entry <= 0 for entry in row))
    constant = sum(1 << k for k, row in enumerate(rows) if len(set(row)) == 1)
    return format(silent, "x"), format(constant, "x")


@pytest.mark.parametrize(
    ("shape", "unit_dim"), [((16, 40), 1), ((4, 7, 30), 2), ((5, 12, 6, 6), 1), ((1, 9), 1)]
)
def test_units_are_those_of_a_naive_twin(shape: tuple[int, ...], unit_dim: int):
    torch.manual_seed(2)
    tensor = (
        torch.randn(shape)
        + torch.randn(shape[unit_dim]).reshape(
            [-1 if d == unit_dim else 1 for d in range(len(shape))]
        )
    ).relu()
    tensor.select(unit_dim, 0).zero_()
    tensor.select(unit_dim, 1).fill_(2.5)
    found = describe_units(tensor, unit_dim)
    silent, constant = naive_units(tensor, unit_dim)
    total = shape[unit_dim]
    assert found == Units(total, total, tensor.numel() // total, silent, constant)


def test_a_unit_that_fires_once_in_a_large_batch_is_not_silent():
    tensor = torch.zeros(20_000, 64)
    tensor[13_579, 5] = 1.0
    found = describe_units(tensor, 1)
    assert found is not None
    assert int(found.silent, 16) == (1 << 64) - 1 - (1 << 5)
    assert found.samples == 20_000


def test_a_brief_look_at_units_says_how_many_samples_it_read():
    found = describe_units(torch.zeros(20_000, 64), 1, brief=True)
    assert found is not None
    assert 50 <= found.samples <= 128
    assert int(found.silent, 16) == (1 << 64) - 1


def test_of_a_wide_layer_an_even_sample_of_units_is_followed():
    tensor = torch.ones(3, 3 * FOLLOWED_UNITS)
    tensor[:, 3] = -1.0
    found = describe_units(tensor, 1)
    assert found is not None
    assert (found.total, found.followed) == (3 * FOLLOWED_UNITS, FOLLOWED_UNITS)
    assert int(found.silent, 16) == 1 << 1


def test_a_unit_of_nan_is_neither_silent_nor_constant():
    tensor = torch.zeros(8, 2)
    tensor[:, 1] = math.nan
    found = describe_units(tensor, 1)
    assert found is not None
    assert (found.silent, found.constant) == ("1", "1")


@pytest.mark.parametrize("tensor", [torch.zeros(4), torch.zeros(0, 4), torch.tensor(1.0)])
def test_what_has_no_samples_has_no_units(tensor: Tensor):
    assert describe_units(tensor, tensor.dim() - 1) is None


@given(st.lists(st.booleans(), max_size=200))
def test_a_mask_has_bit_k_for_unit_k(flags: list[bool]):
    expected = sum(1 << k for k, flag in enumerate(flags) if flag)
    assert int(mask_of(np.array(flags, dtype=bool)), 16) == expected


# ------------------------------------------------------------------------------------------ rows


@pytest.mark.parametrize(
    ("tensor", "expected"),
    [
        (torch.ones(5, 3), True),
        (torch.arange(3.0).expand(5, 3), True),
        (torch.arange(3.0).expand(5, 3) * (1 + 1e-6 * torch.randn(5, 1)), True),
        (torch.eye(3), False),
        (torch.randn(64, 32), False),
        (torch.zeros(8, 2, 3, 3), True),
        (torch.ones(4, 1), True),
        (torch.arange(4.0).reshape(4, 1), False),
        (torch.ones(1, 5), None),
        (torch.ones(5), None),
        (torch.tensor(1.0), None),
        (torch.ones(5, 3).t(), True),
        (torch.randn(5, 3).t(), False),
    ],
)
def test_rows_are_the_same_or_not(tensor: Tensor, expected: bool | None):
    assert rows_equal(tensor) is expected


def test_one_row_that_differs_in_one_entry_is_seen():
    tensor = torch.ones(100, 100)
    tensor[57, 31] = 1.01
    assert rows_equal(tensor) is False
