"""The page that lists what a run of all experiments found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from torchvitals.lab.catalogue import entry
from torchvitals.lab.results import PAGES, Result
from torchvitals.words import LANGUAGES, say, translated

CONTENTS = {language: page.replace("page", "README") for language, page in PAGES.items()}
"""The file of each language, beside the folders of the experiments."""


def write_contents(results: Sequence[Result], folder: Path) -> None:
    """List the results, each with a link to its page, in every language."""
    for language in LANGUAGES:
        text = _contents(results, language)
        (folder / CONTENTS[language]).write_text(text, encoding="utf-8")


def _contents(results: Sequence[Result], language: str) -> str:
    def tell(text: str) -> str:
        return translated(text, language)

    heads = [tell(say("experiment")), tell(say("what it asks")), tell(say("claims that hold"))]
    lines = [f"# {tell(say('The lab'))}", ""]
    lines += [
        tell(say("Each runs by `torchvitals lab run NAME`; these pages are from such a run."))
    ]
    lines += ["", f"| {' | '.join(heads)} |", "| --- | --- | --- |"]
    for result in results:
        link = f"[{result.name}]({result.name}/{PAGES[language]})"
        held = sum(claim.holds for claim in result.claims)
        lines.append(
            f"| {link} | {tell(entry(result.name).asks)} | {held} / {len(result.claims)} |"
        )
    return "\n".join(lines) + "\n"
