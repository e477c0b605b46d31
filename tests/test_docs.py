"""docs/rules holds each rule's page, made from its file; TORCHVITALS_GOLDEN=update writes them."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from torchvitals.rules.base import Rule
from torchvitals.rules.catalogue import all_rules, is_heading, page, summary

FOLDER = Path(__file__).parents[1] / "docs" / "rules"


def markdown(rule: Rule) -> str:
    """The page of a rule with its headings marked."""
    title, _, *lines = page(rule).splitlines()
    marked = [f"## {line[:-1]}\n" if is_heading(line) else line.strip() for line in lines]
    return "\n".join([f"# {title}", *marked]).rstrip() + "\n"


def index() -> str:
    """The rules by family, one line each."""
    lines = ["# Rules", ""]
    for family, rules in itertools.groupby(all_rules(), key=lambda rule: rule.family):
        lines += [f"## {family}", ""]
        lines += [f"- [{rule.name}]({rule.name}.md): {summary(rule)}" for rule in rules]
        lines.append("")
    return "\n".join(lines)


def pages() -> dict[str, str]:
    """Every file that belongs into the folder."""
    return {"README.md": index(), **{f"{rule.name}.md": markdown(rule) for rule in all_rules()}}


def test_each_rule_has_its_page_and_each_page_its_rule():
    wanted = pages()
    if os.environ.get("TORCHVITALS_GOLDEN") == "update":
        for old in FOLDER.glob("*.md"):
            old.unlink()
        for name, text in wanted.items():
            (FOLDER / name).write_text(text, encoding="utf-8")
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == wanted
