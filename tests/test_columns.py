from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from torchvitals.columns import columns, padded, wrapped

TEXT = st.text("ab c1.，。（）梯度消失“”", max_size=80)


@given(TEXT)
def test_columns_are_counted_as_the_terminal_counts_them(text: str):
    assert columns(text) == cell_len(text)


@given(TEXT, st.integers(12, 30))
def test_no_line_is_too_wide_unless_a_word_is_and_no_sign_is_lost(text: str, width: int):
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert columns(line) <= width or line.isascii() or len(line.strip("，。（）“”")) > 1


@pytest.mark.parametrize("width", range(8, 24))
def test_no_line_begins_with_a_closing_sign_or_ends_with_an_opening_one(width: int):
    lines = wrapped("梯度（gradient）逐层减小，直到（几乎）消失；它之前的层，学不到东西。", width)
    assert not any(line[0] in "，。；）" or line[-1] in "（" for line in lines)


def test_words_are_not_broken():
    assert wrapped("使用 CrossEntropyLoss 吧", 12) == ["使用", "CrossEntropyLoss", "吧"]


def test_english_is_wrapped_at_its_spaces():
    assert wrapped("bit-identical after every step", 14) == ["bit-identical", "after every", "step"]


def test_padding_counts_columns():
    assert [columns(padded(label, 10)) for label in ("where", "位置", "")] == [10, 10, 10]
    assert padded("longer than that", 4) == "longer than that"
