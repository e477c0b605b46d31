"""docs/rules and docs/zh/rules hold each rule's page, made from its file and the catalogue of
messages; TORCHVITALS_GOLDEN=update writes them.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from torchvitals.lab.catalogue import in_the_lab, showing
from torchvitals.lab.results import PAGES
from torchvitals.rules.base import Rule
from torchvitals.rules.catalogue import all_rules, family_name, is_heading, page, summary
from torchvitals.words import translated

DOCS = Path(__file__).parents[1] / "docs"
FOLDERS = {"en": DOCS / "rules", "zh": DOCS / "zh" / "rules"}
TITLES = {"en": "Rules", "zh": "规则"}


def markdown(rule: Rule, language: str) -> str:
    """The page of a rule with its headings marked."""
    title, _, *lines = page(rule, language).splitlines()
    marked = [f"## {line[:-1]}\n" if is_title(line) else line.strip() for line in lines]
    return "\n".join([f"# {title}", *marked, *lab_links(rule, language)]).rstrip() + "\n"


def lab_links(rule: Rule, language: str) -> list[str]:
    """Links to the experiments that show the fault."""
    up = "../" if language == "en" else "../../"
    return [
        f"\n[{translated(in_the_lab(name), language)}]({up}lab/{name}/{PAGES[language]})"
        for name in showing(rule.name)
    ]


def is_title(line: str) -> bool:
    """Whether a line of a page in either language is a heading."""
    return is_heading(line) or (line.endswith("：") and not line.startswith(" "))


def index(language: str) -> str:
    """The rules by family, one line each."""
    lines = [f"# {TITLES[language]}", ""]
    for family, rules in itertools.groupby(all_rules(), key=lambda rule: rule.family):
        lines += [f"## {family_name(family, language)}", ""]
        lines += [f"- [{rule.name}]({rule.name}.md): {summary(rule, language)}" for rule in rules]
        lines.append("")
    return "\n".join(lines)


def pages(language: str) -> dict[str, str]:
    """Every file that belongs into the folder."""
    own = {f"{rule.name}.md": markdown(rule, language) for rule in all_rules()}
    return {"README.md": index(language), **own}


@pytest.mark.parametrize("language", FOLDERS)
def test_each_rule_has_its_page_and_each_page_its_rule(language: str):
    wanted, folder = pages(language), FOLDERS[language]
    if os.environ.get("TORCHVITALS_GOLDEN") == "update":
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.md"):
            old.unlink()
        for name, text in wanted.items():
            (folder / name).write_text(text, encoding="utf-8")
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == wanted
