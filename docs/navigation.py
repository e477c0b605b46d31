"""The site's navigation, made from the catalogues: a rule or an experiment that is new is there."""

from __future__ import annotations

import itertools
from typing import Any

from torchvitals.lab.catalogue import CATALOGUE
from torchvitals.lab.contents import CONTENTS
from torchvitals.lab.results import PAGES
from torchvitals.rules.catalogue import all_rules, family_name

Entry = dict[str, Any]


def on_config(config: Any) -> Any:
    """What mkdocs calls once it has read its settings."""
    config.nav = [
        {"Start": "index.md"},
        {"How it works": "how-it-works.md"},
        {"Rules": rules("en", "rules")},
        {"Lab": lab("en")},
        {
            "Programs": [
                "programs.md",
                {"By rule": "programs-by-rule.md"},
                {"Blind sets by rule": "blind-by-rule.md"},
            ]
        },
        {"Reference": "reference.md"},
        {"中文": ["zh/index.md", {"规则": rules("zh", "zh/rules")}, {"实验室": lab("zh")}]},
    ]
    return config


def rules(language: str, folder: str) -> list[str | Entry]:
    """The rules' pages by family, after their index."""
    families = itertools.groupby(all_rules(), key=lambda rule: rule.family)
    return [
        f"{folder}/README.md",
        *(
            {family_name(family, language): [{r.name: f"{folder}/{r.name}.md"} for r in members]}
            for family, members in families
        ),
    ]


def lab(language: str) -> list[str | Entry]:
    """The experiments' pages, after their index."""
    return [
        f"lab/{CONTENTS[language]}",
        *({known.name: f"lab/{known.name}/{PAGES[language]}"} for known in CATALOGUE),
    ]
