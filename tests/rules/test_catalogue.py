from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import torchvitals.rules
from torchvitals.rules.base import Rule, Threshold
from torchvitals.rules.catalogue import (
    UnknownRuleError,
    all_rules,
    check_names,
    find_rule,
    page,
    summary,
)

RULES = {rule.name: rule for rule in all_rules()}
TESTS = Path(__file__).parent
HEADINGS = [
    "What it detects",
    "Why it is bad",
    "Evidence",
    "Threshold",
    "Remedy",
    "When it is not a fault",
    "References",
]
CATALOGUE = {
    "data": "nonfinite-input unscaled-input unscaled-target class-imbalance",
    "head": "loss-domain double-softmax softmax-axis restrictive-head loss-mismatch broadcast-loss",
    "initialisation": "symmetric-weights weight-scale",
    "signal": "vanishing-gradient exploding-gradient dead-relu saturated-activation "
    "missing-nonlinearity rank-collapse attention-collapse attention-logit-growth",
    "optimisation": "learning-rate-too-high learning-rate-too-low loss-spike missing-zero-grad "
    "optimizer-recreated parameters-not-optimized parameters-without-gradient no-update "
    "bias-decay excessive-weight-decay clipping-saturated adam-epsilon not-learning",
    "numerics": "nonfinite-values half-overflow gradient-underflow skipped-steps",
    "mode": "eval-mode-training batchnorm-small-batch excessive-dropout",
    "across": "rank-divergence overfitting",
}
"""Every fault that is or will be judged, by family: no rule may explain any other."""

each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


def source_of(rule: Rule) -> Path:
    return Path(inspect.getfile(type(rule)))


def headings(rule: Rule) -> list[str]:
    return re.findall(r"^(\S.*):$", inspect.getdoc(type(rule)) or "", re.MULTILINE)


def thresholds() -> dict[str, Threshold]:
    """Every threshold of the package, those of the evidence that rules share too."""
    modules = [
        importlib.import_module(info.name)
        for info in pkgutil.walk_packages(torchvitals.rules.__path__, "torchvitals.rules.")
    ]
    return {
        f"{module.__name__.removeprefix('torchvitals.rules.')}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, Threshold)
    }


@each_rule
def test_every_page_has_every_heading_in_order(rule: Rule):
    assert headings(rule) == HEADINGS


@each_rule
def test_no_heading_is_left_empty(rule: Rule):
    _, *parts = re.split(r"^\S.*:$", inspect.getdoc(type(rule)) or "", flags=re.MULTILINE)
    assert all(len(part.split()) > 3 for part in parts)


@each_rule
def test_every_summary_is_one_sentence_that_fits_a_line(rule: Rule):
    assert summary(rule).endswith(".")
    assert len(summary(rule)) <= 100
    assert (inspect.getdoc(type(rule)) or "").splitlines()[1] == ""


@each_rule
def test_every_rule_stands_where_its_name_says(rule: Rule):
    path = source_of(rule)
    assert path.stem == rule.name.replace("-", "_")
    assert path.parent.name == rule.family
    assert type(rule).__name__ == rule.name.replace("-", " ").title().replace(" ", "")
    assert page(rule).startswith(f"{rule.name}\n{'=' * len(rule.name)}\n\n{summary(rule)}\n")
    assert (inspect.getmodule(type(rule)).__doc__ or "") == f"The rule {rule.name}."


@each_rule
def test_every_rule_is_in_the_catalogue_of_the_design(rule: Rule):
    assert rule.name in CATALOGUE[rule.family].split()


@each_rule
def test_every_rule_explains_only_what_the_catalogue_knows(rule: Rule):
    known = {name for names in CATALOGUE.values() for name in names.split()}
    assert rule.explains <= known - {rule.name}


def test_no_rule_explains_itself_by_way_of_others():
    open_, done = [], set()

    def follow(name: str) -> None:
        assert name not in open_, " explains ".join([*open_, name])
        if name in RULES and name not in done:
            open_.append(name)
            for explained in sorted(RULES[name].explains):
                follow(explained)
            done.add(open_.pop())

    for name in RULES:
        follow(name)


@each_rule
def test_every_rule_has_a_test_file(rule: Rule):
    path = source_of(rule)
    assert (TESTS / path.parent.name / f"test_{path.stem}.py").is_file()


def test_every_test_file_has_a_rule():
    tested = {path.stem.removeprefix("test_") for path in TESTS.glob("*/test_*.py")}
    evidence = {path.stem.removeprefix("test_") for path in TESTS.glob("evidence/test_*.py")}
    assert tested - evidence == {name.replace("-", "_") for name in RULES}


@pytest.mark.parametrize("threshold", thresholds().values(), ids=thresholds())
def test_every_threshold_says_whose_authority_it_has(threshold: Threshold):
    assert threshold.kind in {"theorem", "published", "measured", "convention"}
    assert len(threshold.source.split()) > 3
    assert threshold.unit or threshold.value < 1


@each_rule
def test_every_rule_is_frozen_final_and_has_one_class(rule: Rule):
    assert type(rule).__dataclass_params__.frozen
    tree = ast.parse(source_of(rule).read_text())
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    (public,) = [node for node in classes if not node.name.startswith("_")]
    assert {"final", "dataclass"} <= {
        name.id
        for node in public.decorator_list
        for name in ast.walk(node)
        if isinstance(name, ast.Name)
    }


@each_rule
def test_every_finding_bears_the_name_of_its_rule(rule: Rule):
    written = re.findall(
        r"(?:rule=|NotJudged\(\s*)(\"[^\"]+\"|self\.name)", source_of(rule).read_text()
    )
    assert set(written) <= {f'"{rule.name}"', "self.name"}
    assert written


def test_no_rule_imports_torch():
    command = (
        "import sys; from torchvitals.rules.catalogue import all_rules; all_rules(); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(UnknownRuleError, match=r"got 'dead-rellu'\. Did you mean dead-relu\?"):
        find_rule("dead-rellu")
    with pytest.raises(UnknownRuleError, match="The rules are: "):
        check_names(["dead-relu", "zzz"])
