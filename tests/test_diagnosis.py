from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.planted import PLANTED, dead_relu, not_learning, unscaled_input
from tests.worlds import a_recording, a_segment
from torchvitals.diagnosis import Diagnosis, diagnose, rank
from torchvitals.record.recording import Recording, Segment
from torchvitals.rules.base import Finding, NotJudged, Rule, Severity
from torchvitals.rules.catalogue import all_rules

RULES = all_rules()


def a_finding(rule: str, severity: Severity = Severity.ERROR, **fields: object) -> Finding:
    said = {"headline": f"{rule} was found", "because": "", "confidence": 0.9}
    return Finding(rule, severity, **(said | {"first_step": 0, "last_step": 9} | fields))  # type: ignore[arg-type]


def places(*findings: Finding) -> list[tuple[str, str, tuple[str, ...]]]:
    """Rule, role and causes of each finding, in the order of the ranking."""
    return [(r.finding.rule, r.role, r.caused_by) for r in rank(list(findings), RULES)]


@dataclass(frozen=True)
class Says(Rule):
    """A rule that says what it is told to say."""

    said: tuple[Finding | NotJudged, ...] = ()
    name: ClassVar[str] = "says"
    family: ClassVar[str] = "test"

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        yield from self.said


@dataclass(frozen=True)
class Raises(Rule):
    """A rule that breaks off after its first finding."""

    name: ClassVar[str] = "raises"
    family: ClassVar[str] = "test"

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        yield a_finding("raises")
        raise ZeroDivisionError("division by zero")


def test_a_cause_outranks_what_it_explains():
    dead, rate = a_finding("dead-relu"), a_finding("learning-rate-too-high", confidence=0.5)
    assert places(dead, rate) == [
        ("learning-rate-too-high", "cause", ()),
        ("dead-relu", "consequence", ("learning-rate-too-high",)),
    ]


def test_a_chain_of_consequences_stands_under_one_cause():
    names = ["not-learning", "dead-relu", "learning-rate-too-high", "unscaled-input"]
    first, *others = places(*map(a_finding, names))
    assert first == ("unscaled-input", "cause", ())
    assert [role for _, role, _ in others] == ["consequence"] * 3
    assert {rule: causes for rule, _, causes in others}["learning-rate-too-high"] == (
        "unscaled-input",
    )


def test_a_consequence_names_all_that_explain_it():
    names = ["not-learning", "dead-relu", "learning-rate-too-high"]
    ranked = {rule: causes for rule, _, causes in places(*map(a_finding, names))}
    assert ranked["not-learning"] == ("learning-rate-too-high", "dead-relu")


def test_errors_that_do_not_explain_each_other_are_two_causes():
    assert places(a_finding("missing-zero-grad"), a_finding("double-softmax")) == [
        ("double-softmax", "cause", ()),
        ("missing-zero-grad", "cause", ()),
    ]


def test_consequences_follow_their_own_cause():
    names = ["nonfinite-values", "saturated-activation", "missing-zero-grad", "double-softmax"]
    assert [rule for rule, _, _ in places(*map(a_finding, names))] == [
        "missing-zero-grad",
        "nonfinite-values",
        "saturated-activation",
        "double-softmax",
    ]


def test_what_explains_most_comes_first_then_what_is_surest_then_what_is_earliest():
    many = [a_finding("missing-zero-grad"), a_finding("dead-relu"), a_finding("double-softmax")]
    assert places(*many)[0][0] == "missing-zero-grad"
    sure, unsure = a_finding("double-softmax", confidence=0.8), a_finding("loss-domain")
    assert places(sure, unsure)[0][0] == "loss-domain"
    early, late = a_finding("double-softmax", first_step=5), a_finding("loss-domain", first_step=4)
    assert places(early, late)[0][0] == "loss-domain"


def test_an_error_comes_before_a_warning_that_explains_more():
    warned = [a_finding(name, Severity.WARNING) for name in ("loss-domain", "dead-relu")]
    assert places(*warned, a_finding("double-softmax"))[0][0] == "double-softmax"


def test_a_warning_can_be_the_primary_cause_and_is_else_an_observation():
    warning = a_finding("loss-domain", Severity.WARNING)
    assert places(warning) == [("loss-domain", "cause", ())]
    error = a_finding("double-softmax")
    assert places(warning, error)[1] == ("loss-domain", "observation", ())


def test_a_warning_explains_no_error():
    warning, error = a_finding("loss-domain", Severity.WARNING), a_finding("dead-relu")
    assert places(warning, error) == [
        ("dead-relu", "cause", ()),
        ("loss-domain", "observation", ()),
    ]


def test_a_note_is_an_observation_and_explains_nothing():
    note, error = a_finding("optimizer-recreated", Severity.NOTE), a_finding("not-learning")
    assert places(note, error) == [
        ("not-learning", "cause", ()),
        ("optimizer-recreated", "observation", ()),
    ]
    assert places(note) == [("optimizer-recreated", "observation", ())]


def test_models_of_one_run_do_not_explain_each_other():
    rate, dead = a_finding("learning-rate-too-high"), a_finding("dead-relu", segment=1)
    assert [role for _, role, _ in places(rate, dead)] == ["cause", "cause"]


findings = st.builds(
    a_finding,
    st.sampled_from([rule.name for rule in RULES]),
    st.sampled_from(list(Severity)),
    confidence=st.sampled_from([0.7, 0.95, 1.0]),
    first_step=st.integers(0, 3),
    segment=st.integers(0, 1),
    where=st.lists(st.sampled_from(["fc1", "fc2"]), max_size=2).map(tuple),
)
lists_of_findings = st.lists(findings, max_size=8)


@given(lists_of_findings, st.randoms(use_true_random=False))
def test_the_order_in_which_rules_are_asked_does_not_matter(found: list[Finding], random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert rank(shuffled, RULES) == rank(found, RULES)


@given(lists_of_findings)
def test_a_ranking_loses_and_invents_nothing(found: list[Finding]):
    assert sorted(map(repr, (r.finding for r in rank(found, RULES)))) == sorted(map(repr, found))


@given(lists_of_findings)
def test_whatever_is_above_a_note_has_a_primary_cause(found: list[Finding]):
    ranked = rank(found, RULES)
    assert not ranked or (ranked[0].role == "cause") is any(
        f.severity is not Severity.NOTE for f in found
    )


@given(lists_of_findings)
def test_a_consequence_stands_under_a_cause_and_names_what_explains_it(found: list[Finding]):
    above: set[tuple[str, int]] = set()
    for ranked in rank(found, RULES):
        finding = ranked.finding
        if ranked.role == "cause":
            above = {(finding.rule, finding.segment)}
        elif ranked.role == "consequence":
            assert above
            assert ranked.caused_by
            above.add((finding.rule, finding.segment))


@given(lists_of_findings)
def test_no_note_is_a_cause_or_a_consequence(found: list[Finding]):
    roles = [r.role for r in rank(found, RULES) if r.finding.severity is Severity.NOTE]
    assert set(roles) <= {"observation"}


@pytest.mark.parametrize(
    ("severities", "verdict"),
    [
        ([], "healthy"),
        ([Severity.NOTE], "healthy"),
        ([Severity.NOTE, Severity.WARNING], "suspect"),
        ([Severity.WARNING, Severity.ERROR], "unhealthy"),
    ],
)
def test_the_verdict_is_that_of_the_worst_finding(severities: list[Severity], verdict: str):
    said = tuple(a_finding("says", severity) for severity in severities)
    diagnosis = diagnose(a_recording(), rules=(Says(said),))
    assert diagnosis.verdict == verdict
    assert (diagnosis.primary is None) is (verdict == "healthy")


def test_a_run_without_training_is_healthy_and_has_no_primary_cause():
    diagnosis = diagnose(Recording("run-1", "train.py", {}, (), ()))
    assert (diagnosis.verdict, diagnosis.primary) == ("healthy", None)


def rules_of(diagnosis: Diagnosis) -> list[str]:
    return [ranked.finding.rule for ranked in diagnosis.findings]


def test_select_asks_only_those_rules():
    assert rules_of(diagnose(dead_relu(), select=["not-learning"])) == ["not-learning"]
    assert rules_of(diagnose(dead_relu(), select=["double-softmax"])) == []


def test_ignore_leaves_a_rule_out_and_its_consequence_becomes_a_cause():
    diagnosis = diagnose(dead_relu(), ignore=["dead-relu"])
    assert rules_of(diagnosis) == ["not-learning"]
    assert diagnosis.primary is not None


def test_ignore_outweighs_select():
    assert rules_of(diagnose(dead_relu(), select=["dead-relu"], ignore=["dead-relu"])) == []


def test_a_rule_that_raises_is_reported_and_harms_nothing():
    failures: list[NotJudged] = []
    rules = (Raises(), *RULES)
    diagnosis = diagnose(not_learning(), rules=rules, failures=failures)
    assert rules_of(diagnosis) == ["not-learning"]
    assert failures == list(diagnosis.not_judged)
    assert "ZeroDivisionError: division by zero" in failures[0].because


def test_a_rule_that_raises_is_let_through_where_nobody_listens():
    with pytest.raises(ZeroDivisionError):
        diagnose(not_learning(), rules=(Raises(),))


def test_what_two_models_could_not_be_judged_for_is_said_once():
    said = (NotJudged("says", "no gradient was seen"),)
    two = a_recording(a_segment(), a_segment(number=1))
    assert diagnose(two, rules=(Says(said),)).not_judged == said


def test_every_model_of_a_run_is_judged():
    healthy, sick = a_segment(), unscaled_input().segments[0]
    diagnosis = diagnose(a_recording(healthy, sick))
    assert diagnosis.primary is not None
    assert diagnosis.primary.rule == "unscaled-input"


@pytest.mark.parametrize("rule", PLANTED)
def test_the_same_recording_gives_the_same_diagnosis(rule: str):
    recording = PLANTED[rule]()
    assert repr(diagnose(recording)) == repr(diagnose(recording))
