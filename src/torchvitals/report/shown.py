"""A diagnosis that shows itself: as text, in a terminal, in a notebook as HTML, and as JSON."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult

from torchvitals.diagnosis import Diagnosis, Ranked
from torchvitals.report.result import to_json, to_result
from torchvitals.report.terminal import render, to_text
from torchvitals.rules.base import Finding
from torchvitals.words import ENGLISH, check_language

_HTML = '<pre style="font-family:monospace;white-space:pre-wrap;line-height:1.35">{code}</pre>'


@dataclass(frozen=True)
class Report:
    """A diagnosis with its faces: `print(report)`, or leave it as the last line of a cell."""

    diagnosis: Diagnosis
    language: str = ENGLISH
    """What a person reads is in this language; the result and its JSON are always English."""

    def __post_init__(self) -> None:
        check_language(self.language)

    def translated(self, language: str) -> Report:
        """The same report in another language: `print(report.translated("zh"))`.

        Raises:
            UnknownLanguageError: there is no such language.
        """
        return Report(self.diagnosis, language)

    @property
    def verdict(self) -> str:
        """'healthy', 'suspect' or 'unhealthy'."""
        return self.diagnosis.verdict

    @property
    def findings(self) -> tuple[Ranked, ...]:
        """All findings; the first is the primary cause where there is any."""
        return self.diagnosis.findings

    @property
    def primary(self) -> Finding | None:
        """The primary cause; None where nothing is wrong."""
        return self.diagnosis.primary

    def to_result(self) -> dict[str, Any]:
        """The result as plain JSON values, as `--json` writes them."""
        return to_result(self.diagnosis)

    def to_json(self) -> str:
        """The result as JSON text."""
        return to_json(self.diagnosis)

    def __str__(self) -> str:
        return to_text(self.diagnosis, self.language)

    def __rich_console__(self, _console: Console, _options: ConsoleOptions) -> RenderResult:
        yield from render(self.diagnosis, self.language)

    def _repr_html_(self) -> str:
        """What a notebook shows; all text is escaped."""
        console = Console(record=True, file=io.StringIO(), width=110, highlight=False)
        console.print(self)
        return console.export_html(inline_styles=True, code_format=_HTML)
