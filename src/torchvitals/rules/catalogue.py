"""Find every rule of the package: a rule exists by being a file in a family's folder."""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
from functools import cache

import torchvitals.rules
from torchvitals.columns import wrapped
from torchvitals.rules.base import Rule
from torchvitals.words import ENGLISH, translated

_WIDTH = 96
_INDENT = "    "


class UnknownRuleError(ValueError):
    """No rule has this name; the message suggests the nearest."""


@cache
def all_rules() -> tuple[Rule, ...]:
    """One instance of every rule with its default thresholds, by family and name."""
    found: list[Rule] = []
    package = torchvitals.rules
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        module = importlib.import_module(info.name)
        for _, thing in inspect.getmembers(module, inspect.isclass):
            if (
                issubclass(thing, Rule)
                and not inspect.isabstract(thing)
                and thing.__module__ == info.name
            ):
                found.append(thing())
    return tuple(sorted(found, key=lambda rule: (rule.family, rule.name)))


def find_rule(name: str) -> Rule:
    """The rule of this name.

    Raises:
        UnknownRuleError: there is none.
    """
    check_names([name])
    return next(rule for rule in all_rules() if rule.name == name)


def check_names(names: list[str]) -> None:
    """Raise UnknownRuleError unless every name is that of a rule."""
    known = [rule.name for rule in all_rules()]
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1, 0.5)
            hint = f" Did you mean {close[0]}?" if close else f" The rules are: {', '.join(known)}."
            message = f"Expected the name of a rule but got {name!r}.{hint}"
            raise UnknownRuleError(message)


def page(rule: Rule, language: str = ENGLISH) -> str:
    """The page of a rule: its docstring, with its name above."""
    title = f"{rule.name}\n{'=' * len(rule.name)}\n\n"
    if language == ENGLISH:
        return f"{title}{inspect.getdoc(type(rule)) or ''}\n"
    lines: list[str] = []
    for paragraph in paragraphs(rule):
        if is_heading(paragraph):
            lines += ["", translated(paragraph, language)]
        else:
            indent = _INDENT if lines else ""
            text = translated(paragraph, language)
            lines += [indent + line for line in wrapped(text, _WIDTH - len(indent))]
    return title + "\n".join(lines) + "\n"


def paragraphs(rule: Rule) -> list[str]:
    """A page in pieces, each on one line: the summary, then each heading and what is below it."""
    found: list[list[str]] = [[]]
    for line in (inspect.getdoc(type(rule)) or "").splitlines():
        if not line.strip() or is_heading(line):
            found.append([])
        found[-1].append(line)
        if is_heading(line):
            found.append([])
    pieces = (" ".join(" ".join(lines).split()) for lines in found)
    return [piece for piece in pieces if piece]


def is_heading(line: str) -> bool:
    """Whether this line of a page is a heading: at the margin, with a colon at its end."""
    return line.endswith(":") and not line.startswith(" ")


def family_name(family: str, language: str = ENGLISH) -> str:
    """What a family of rules is called; in English that is the name of its folder."""
    return translated(family, language)


def summary(rule: Rule, language: str = ENGLISH) -> str:
    """The first line of a rule's page."""
    return translated(paragraphs(rule)[0], language)
