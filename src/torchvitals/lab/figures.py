"""Drawings to PNG and PDF, in one style: readable alone, and by the colour-blind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torchvitals.lab.experiment import Drawing

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's colours (jfly.uni-koeln.de/color), told apart with any kind of colour vision; the
yellow, which is faint on white, left out."""
_STYLE: Any = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "font.size": 9.5,
    "axes.titlesize": 10.5,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "savefig.dpi": 160,
    "pdf.fonttype": 42,
}
MARKERS = "os^Dv*X"
"""So that lines are told apart without colour too."""


class NoMatplotlibError(Exception):
    """Matplotlib, which figures need, is not installed."""


def save(drawing: Drawing, folder: Path) -> list[str]:
    """Draw it; the names of the files made.

    Raises:
        NoMatplotlibError: it is an extra, and absent.
    """
    try:
        import matplotlib as mpl  # noqa: PLC0415  an extra, and slow to import
        from cycler import cycler  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise NoMatplotlibError from error
    with mpl.rc_context({**_STYLE, "axes.prop_cycle": cycler(color=COLOURS)}):
        canvas = Figure(figsize=drawing.size, layout="constrained")
        drawing.draw(canvas)
        names = [f"{drawing.name}.png", f"{drawing.name}.pdf"]
        for name in names:
            metadata = {"CreationDate": None} if name.endswith("pdf") else {}
            canvas.savefig(folder / name, metadata=metadata)
    return names
