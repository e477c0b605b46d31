"""One thread for small work: others, woken for a few thousand numbers, cost more than they do."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

import torch


@contextlib.contextmanager
def one_thread() -> Generator[None]:
    """PyTorch computes in one thread within; then in as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
