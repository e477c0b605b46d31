"""What an experiment found: kept on disk as it comes, as JSON, figures and a page."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from torchvitals._version import __version__
from torchvitals.lab.experiment import Claim, Drawing, Parameters, Part, Plan, Remark, Table
from torchvitals.lab.figures import NoMatplotlibError, save
from torchvitals.words import ENGLISH, LANGUAGES, Words, say, translated

RESULT = "result.json"
PAGES = {ENGLISH: "page.md"} | {lang: f"page.{lang}.md" for lang in LANGUAGES if lang != ENGLISH}
"""The page in each language."""


@dataclass
class Result:
    """What one run of an experiment has found so far."""

    name: str
    plan: Plan
    parameters: Parameters
    seed: int
    folder: Path
    parts: list[Part] = field(default_factory=list[Part])
    figures: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Of each drawing the files made of it."""
    undrawn: bool = False
    """Matplotlib is absent."""
    interrupted: bool = False

    @property
    def claims(self) -> list[Claim]:
        """Those made so far."""
        return [part for part in self.parts if isinstance(part, Claim)]

    @property
    def holds(self) -> bool:
        """Whether every claim so far does."""
        return all(claim.holds for claim in self.claims)

    def add(self, part: Part) -> None:
        """Take a part; a drawing is drawn at once."""
        self.parts.append(part)
        if isinstance(part, Drawing):
            try:
                self.figures[part.name] = save(part, self.folder)
            except NoMatplotlibError:
                self.undrawn = True

    def as_json(self) -> dict[str, Any]:
        """As plain data: what JSON can't hold (inf, nan) is text."""
        tables = [part for part in self.parts if isinstance(part, Table)]
        drawings = [part for part in self.parts if isinstance(part, Drawing)]
        return _plain(
            {
                "experiment": self.name,
                "parameters": asdict(self.parameters),
                "seed": self.seed,
                "claims": [claim._asdict() for claim in self.claims],
                "figures": [name for names in self.figures.values() for name in names],
                "data": {drawing.name: dict(drawing.data) for drawing in drawings},
                "tables": [table._asdict() for table in tables],
                "interrupted": self.interrupted,
                "torchvitals": __version__,
            }
        )

    def write(self) -> None:
        """Write the JSON and the pages into the folder."""
        text = json.dumps(self.as_json(), indent=1, ensure_ascii=False)
        (self.folder / RESULT).write_text(text + "\n", encoding="utf-8")
        for language, name in PAGES.items():
            (self.folder / name).write_text(self.page(language), encoding="utf-8")

    def page(self, language: str) -> str:
        """The experiment as a page of Markdown; figures are beside it."""

        def tell(words: Words | str) -> str:
            return translated(words, language)

        lines = [f"# {tell(self.plan.title)}", ""]
        for heading, text in _headed(self.plan):
            lines += [f"**{tell(heading)}** {tell(text)}", ""]
        lines += [f"`torchvitals lab run {self.name} --seed {self.seed}`", ""]
        for part in self.parts:
            lines += _part_lines(part, self.figures, tell)
        return "\n".join(lines).rstrip() + "\n"


def _headed(plan: Plan) -> list[tuple[Words, Words]]:
    return [
        (say("Question."), plan.question),
        (say("Prediction."), plan.prediction),
        (say("Decision."), plan.decision),
        (say("Budget."), plan.budget),
    ]


def _part_lines(part: Part, figures: dict[str, list[str]], tell: Any) -> list[str]:
    if isinstance(part, Claim):
        verdict = tell(say("holds") if part.holds else say("does not hold"))
        expected, observed = tell(say("expected")), tell(say("observed"))
        return [
            f"- **{verdict}**: {tell(part.claim)}",
            f"    - {expected}: {tell(part.expected)}",
            f"    - {observed}: {tell(part.observed)}",
            "",
        ]
    if isinstance(part, Remark):
        return [tell(part.text), ""]
    if isinstance(part, Table):
        columns = [tell(column) for column in part.columns]
        rows = [[tell(cell) for cell in row] for row in part.rows]
        marks = ["---"] * len(columns)
        return [
            f"**{tell(part.title)}**",
            "",
            *(f"| {' | '.join(row)} |" for row in [columns, marks, *rows]),
            "",
        ]
    names = figures.get(part.name)
    picture = [f"![{tell(part.caption)}]({names[0]})", ""] if names else []
    return [*picture, f"*{tell(part.caption)}*", ""]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return str(value) if isinstance(value, Words) else value
