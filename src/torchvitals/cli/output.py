"""Where a verb's words go: the terminal, and the file of --json."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from torchvitals.refusal import tell
from torchvitals.words import say, translated

if TYPE_CHECKING:
    from torchvitals.report.shown import Report


def show(report: Report, json: Path | None, *, quiet: bool, stderr: bool) -> None:
    """Write the JSON and print the words; that a file can't be written is said, and is no failure
    of the run.
    """
    from rich.console import Console

    if json is not None:
        write(json, report.to_json(), report.language)
    if not quiet:
        console = Console(stderr=stderr, highlight=False)
        if stderr:
            console.print()
        console.print(report, soft_wrap=True)


def write(file: Path, text: str, lang: str) -> None:
    """Write it; that it can't be written is said."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        failed = say("torchvitals: can't write {file}: {error}", file=file, error=error.strerror)
        tell(translated(failed, lang))


def described(error: Exception) -> str:
    """An error, in a line."""
    return f"{type(error).__name__}: {error}"
