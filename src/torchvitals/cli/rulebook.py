"""The verbs for the rules: their pages, and their list."""

from __future__ import annotations

from typing import Annotated

import typer

from torchvitals.cli.options import Lang
from torchvitals.lab.catalogue import in_the_lab, showing
from torchvitals.refusal import check_speakable, refuse
from torchvitals.words import translated


def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Its name, as in a finding.")],
    lang: Lang = "en",
) -> None:
    """Print the page of a rule: what it detects, why it is bad, its evidence and threshold, and the
    remedy.
    """
    from torchvitals.rules.catalogue import UnknownRuleError, find_rule, page

    check_speakable(lang)
    try:
        print(page(find_rule(rule), lang), end="")
    except UnknownRuleError as error:
        refuse(str(error))
    for name in showing(rule):
        print()
        print(translated(in_the_lab(name), lang))


def rules(lang: Lang = "en") -> None:
    """List the rules by family."""
    from torchvitals.rules.catalogue import all_rules, family_name, summary

    check_speakable(lang)
    family = ""
    for rule in all_rules():
        if rule.family != family:
            family = rule.family
            print(family_name(family, lang))
        print(f"  {rule.name:<28}{summary(rule, lang)}")
