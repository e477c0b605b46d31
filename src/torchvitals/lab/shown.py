"""An experiment on the terminal: its plan, its tables and claims as they come, and how it ended."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from torchvitals.lab.experiment import Claim, Drawing, Part, Table
from torchvitals.lab.results import PAGES, Result
from torchvitals.words import Words, say, translated


class Face:
    """Shows one language on one console."""

    def __init__(self, console: Console, language: str) -> None:
        self._console = console
        self._language = language

    def show(self, result: Result, part: Part | None) -> None:
        """Show a part; the plan where it is None."""
        if part is None:
            self._show_plan(result)
        elif isinstance(part, Claim):
            self._show_claim(part)
        elif isinstance(part, Table):
            self._show_table(part)
        elif isinstance(part, Drawing):
            self._show_drawing(result, part)
        else:
            self._print(self._tell(part.text))

    def end(self, result: Result) -> None:
        """Say how many claims hold, and where all is."""
        held = sum(claim.holds for claim in result.claims)
        counts = say("{held} of {all} claims hold", held=held, all=len(result.claims))
        if result.interrupted:
            counts = say("Interrupted: of what was done, {counts}", counts=counts)
        self._print("")
        self._print(self._tell(counts), "bold" if result.holds else "bold red")
        if result.undrawn:
            advice = say("No figures: they need Matplotlib. pip install 'torchvitals[lab]'")
            self._print(self._tell(advice))
        kept = say(
            "Kept in {folder}: {page}, result.json, figures",
            folder=result.folder,
            page=PAGES[self._language],
        )
        self._print(self._tell(kept))

    def _show_plan(self, result: Result) -> None:
        plan = result.plan
        self._print(self._tell(plan.title), "bold")
        for label, text in (
            (say("Question"), plan.question),
            (say("Prediction"), plan.prediction),
            (say("Decision"), plan.decision),
            (say("Budget"), plan.budget),
        ):
            self._labelled(label, text, indent="  ")
        self._print("")

    def _show_claim(self, claim: Claim) -> None:
        mark, style = ("✓", "green") if claim.holds else ("✗", "red")
        if self._console.encoding.lower().startswith("utf") is False:
            mark = "+" if claim.holds else "x"
        self._print(f"{mark} {self._tell(claim.claim)}", style)
        self._labelled(say("expected"), claim.expected, indent="    ")
        self._labelled(say("observed"), claim.observed, indent="    ")

    def _show_table(self, table: Table) -> None:
        grid = Grid(box=None, header_style="bold")
        for position, column in enumerate(table.columns):
            grid.add_column(Text(self._tell(column)), justify="right" if position else "left")
        for row in table.rows:
            grid.add_row(*(Text(self._tell(cell)) for cell in row))
        self._print("")
        self._print(self._tell(table.title), "bold")
        self._console.print(grid)
        self._print("")

    def _show_drawing(self, result: Result, drawing: Drawing) -> None:
        files = result.figures.get(drawing.name)
        if files:
            line = say("figure {file}: {caption}", file=files[0], caption=drawing.caption)
            self._print(self._tell(line), "dim")

    def _labelled(self, label: Words, text: str, indent: str) -> None:
        line = Text(indent)
        colon = self._tell(say("{label}: ", label=label))
        line.append(colon, "bold" if indent == "  " else "dim")
        line.append(self._tell(text))
        self._console.print(line, soft_wrap=False)

    def _print(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style))

    def _tell(self, words: Words | str) -> str:
        return translated(words, self._language)
