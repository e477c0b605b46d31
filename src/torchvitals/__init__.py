"""The vital signs of a PyTorch training run: what is wrong, since when, where, why, and what to
do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torchvitals._version import __version__

if TYPE_CHECKING:
    from torchvitals.report.shown import Report
    from torchvitals.vitals import Vitals, watch

__all__ = ["Report", "Vitals", "__version__", "watch"]

_HOMES = {
    "Report": "torchvitals.report.shown",
    "Vitals": "torchvitals.vitals",
    "watch": "torchvitals.vitals",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        import importlib

        return getattr(importlib.import_module(_HOMES[name]), name)
    message = f"module 'torchvitals' has no attribute {name!r}"
    raise AttributeError(message)
