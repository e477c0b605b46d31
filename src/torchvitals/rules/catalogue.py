"""Find every rule of the package: a rule exists by being a file in a family's folder."""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
from functools import cache

import torchvitals.rules
from torchvitals.rules.base import Rule


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


def page(rule: Rule) -> str:
    """The page of a rule: its docstring, with its name above."""
    return f"{rule.name}\n{'=' * len(rule.name)}\n\n{inspect.getdoc(type(rule)) or ''}\n"


def summary(rule: Rule) -> str:
    """The first line of a rule's page."""
    return (inspect.getdoc(type(rule)) or "").splitlines()[0]
