"""Everything that a person reads has its Chinese, and nothing else stands in the catalogue."""

from __future__ import annotations

import ast
import contextlib
import inspect
import json
import os
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from rich.cells import cell_len
from typer.testing import CliRunner

import torchvitals
from tests.planted import PLANTED
from torchvitals.cli import app
from torchvitals.columns import columns
from torchvitals.diagnosis import diagnose
from torchvitals.lab.catalogue import CATALOGUE
from torchvitals.report.shown import Report
from torchvitals.report.terminal import to_text
from torchvitals.rules.base import Finding, Rule
from torchvitals.rules.catalogue import all_rules, find_rule, is_heading, page, paragraphs
from torchvitals.words import UnknownLanguageError, Words, catalogue

SOURCE = Path(torchvitals.__file__).parent
LOCALE = SOURCE / "locale" / "zh"
RULES = {rule.name: rule for rule in all_rules()}
FILES = {
    "evidence": ["rules/evidence/*.py"],
    "report": [
        *("cli/*.py", "live.py", "vitals.py", "diagnosis.py", "rules/base.py"),
        *("report/terminal.py", "report/numbers.py"),
    ],
    "compare": ["comparison.py", "differences.py", "report/compared.py"],
    "lab": ["lab/*.py", "lab/sweep/*.py", "lab/ensemble/*.py"],
}
"""Which sources each file of the catalogue translates, besides one file for each rule and one,
lab_NAME, for each experiment.
"""
EXPERIMENTS = {f"lab_{known.name.replace('-', '_')}": known for known in CATALOGUE}
RENDERED = ["rules/base.py", "report/terminal.py", "report/numbers.py", "report/compared.py"]
STYLE = re.compile(r"bold \w+|  torchvitals report x")
"""How a line is drawn, and a command."""
UNREAD = {"say", "listed", "Threshold", "search"}
"""Calls whose text is said already, or that no reader of a report sees."""
HEARD = {"Expected more than 1 value per channel"}
"""What PyTorch says, and a rule listens for."""
GRAMMAR = {"plural", "pronoun"}
"""Places of a template that Chinese has no use for."""

each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
each_file = pytest.mark.parametrize("file", sorted(path.stem for path in LOCALE.glob("*.json")))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def file_of(rule: Rule) -> Path:
    return Path(inspect.getfile(type(rule)))


def sources(file: str) -> list[Path]:
    experiment = f"lab/experiments/{file.removeprefix('lab_')}"
    own = [f"{experiment}.py", f"{experiment}/*.py"]
    patterns = FILES.get(file, own if file in EXPERIMENTS else [f"rules/*/{file}.py"])
    paths = [path for pattern in patterns for path in SOURCE.glob(pattern)]
    return [*paths, SOURCE / "record/look.py"] if file == "report" else paths


def called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "id", "") or getattr(function, "attr", "")


def said(tree: ast.AST) -> Iterator[str]:
    """What stands in say(...), and the separators of listed(...): a literal, or one of two."""
    for node in ast.walk(tree):
        position = {"say": 0, "listed": 1}.get(called(node))
        if position is not None and isinstance(node, ast.Call):
            given = node.args[position]
            for text in [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]:
                assert is_text(text), f"{ast.unparse(node)} can't be found in the catalogue"
                yield text.value  # type: ignore[attr-defined]


def unsaid(node: ast.AST) -> Iterator[str]:
    """Prose, and code with a comment, that is not in say(...)."""
    for child in ast.iter_child_nodes(node):
        documents = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if documents or isinstance(child, ast.Raise | ast.Compare) or called(child) in UNREAD:
            continue
        if isinstance(child, ast.JoinedStr):
            text = "".join(v.value if isinstance(v, ast.Constant) else "x" for v in child.values)
            yield from [text] if is_prose(text) else []
            for place in child.values:
                yield from unsaid(place.value) if isinstance(place, ast.FormattedValue) else []
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield from [child.value] if is_prose(child.value) else []
        yield from unsaid(child)


def is_prose(text: str) -> bool:
    if not re.search(r"[A-Za-z]{2,}", text) or " " not in text:
        return False
    if text in HEARD:
        return False
    for code in (text, f"{text}\n    pass"):
        with contextlib.suppress(SyntaxError):
            ast.parse(code)
            return "#" in text
    return True


def labels(tree: ast.AST) -> Iterator[str]:
    """Names of numbers: keys of the dicts that functions make."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Dict):
                    yield from (as_shown(key) for key in node.keys if is_text(key))
                if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
                    yield from [as_shown(node.slice)] if is_text(node.slice) else []


def is_text(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def as_shown(node: ast.AST | None) -> str:
    assert isinstance(node, ast.Constant)
    return node.value.replace("_", " ")


def rule_labels() -> set[str]:
    return {label for rule in RULES.values() for label in labels(parsed(file_of(rule)))}


def pieces_of_page(rule: Rule) -> set[str]:
    return {piece for piece in paragraphs(rule) if not is_heading(piece)}


def wanted(file: str) -> set[str]:
    """What a file of the catalogue should hold."""
    if file == "labels":
        return rule_labels()
    found = {text for path in sources(file) for text in said(parsed(path))}
    if file == "compare":
        found |= {name for path in sources(file) for name in labels(parsed(path))}
    elif file == "report":
        found |= {piece for rule in RULES.values() for piece in paragraphs(rule)}
        found = {text for text in found if is_heading(text)} | {
            text for path in sources(file) for text in said(parsed(path))
        }
        found |= {rule.family for rule in RULES.values()}
    elif file == "lab":
        found -= {known.asks for known in CATALOGUE}
    elif file in EXPERIMENTS:
        found.add(EXPERIMENTS[file].asks)
    elif file not in FILES:
        found |= pieces_of_page(find_rule(file.replace("_", "-")))
    return found


def held(file: str) -> dict[str, str]:
    return json.loads((LOCALE / f"{file}.json").read_text(encoding="utf-8"))


def fields(template: str) -> list[tuple[str, str | None, str | None]]:
    found = string.Formatter().parse(template)
    return sorted((name, form, how) for _, name, form, how in found if name is not None)  # type: ignore[type-var]


def texts(finding: Finding) -> Iterator[str]:
    yield from (finding.headline, finding.because)
    yield from (remedy.summary for remedy in finding.remedies)


def foreign(text: str) -> Iterator[str]:
    """English sentences that were put into a template as they are."""
    assert isinstance(text, Words), text
    for part in text.parts:
        if isinstance(part, str):
            yield from [part] if is_prose(part) else []
            continue
        for name, value in part.values.items():
            if isinstance(value, Words):
                yield from foreign(value)
            elif isinstance(value, str) and is_prose(value) and name != "crash":
                yield value


@each_rule
def test_all_prose_of_a_rule_can_be_translated(rule: Rule):
    assert list(unsaid(parsed(file_of(rule)))) == []


@pytest.mark.parametrize("path", [*SOURCE.glob("rules/evidence/*.py"), *RENDERED], ids=str)
def test_all_prose_besides_the_rules_can_be_translated(path: Path | str):
    found = unsaid(parsed(SOURCE / path))
    assert [text for text in found if not STYLE.fullmatch(text)] == []


@each_rule
def test_every_sentence_and_page_of_a_rule_has_its_chinese(rule: Rule):
    assert wanted(file_of(rule).stem) - catalogue("zh").keys() == set()


@pytest.mark.parametrize("file", [*FILES, *EXPERIMENTS, "labels"])
def test_every_text_besides_the_rules_has_its_chinese(file: str):
    assert wanted(file) - catalogue("zh").keys() == set()


@each_file
def test_the_catalogue_holds_nothing_that_is_no_longer_said(file: str):
    assert held(file).keys() - wanted(file) == set()


@each_file
def test_every_translation_has_the_places_of_its_template(file: str):
    for english, chinese in held(file).items():
        if "{" in english and fields(english):
            missing = [field for field in fields(english) if field not in fields(chinese)]
            assert [name for name, _, _ in missing if name not in GRAMMAR] == [], english
            assert [field for field in fields(chinese) if field not in fields(english)] == []


@each_file
def test_no_translation_is_left_in_english(file: str):
    references = {paragraphs(rule)[-1] for rule in RULES.values()}
    same = {english for english, chinese in held(file).items() if english == chinese}
    assert {text for text in same if is_prose(text)} <= references


def test_a_text_of_two_files_is_translated_the_same_in_both():
    seen: dict[str, str] = {}
    for path in LOCALE.glob("*.json"):
        for english, chinese in held(path.stem).items():
            assert seen.setdefault(english, chinese) == chinese, english


@pytest.mark.parametrize("name", PLANTED)
def test_a_finding_carries_no_english_into_its_chinese(name: str):
    known = catalogue("zh")
    for ranked in diagnose(PLANTED[name]()).findings:
        finding = ranked.finding
        assert [text for said in texts(finding) for text in foreign(said)] == []
        for label in {*finding.observed, *finding.expected}:
            assert label.replace("_", " ") in known, label
        for value in (*finding.observed.values(), *finding.expected.values()):
            assert not isinstance(value, str) or isinstance(value, Words) or not is_prose(value)


@pytest.mark.parametrize("name", PLANTED)
def test_chinese_labels_stand_in_a_column_and_lines_fit_a_terminal(name: str):
    lines = to_text(diagnose(PLANTED[name](), select=[name]), "zh").splitlines()
    assert all(cell_len(line) <= 118 for line in lines)
    for line in lines:
        label = re.match(r"  (位置|实测|应为|原因|建议) +", line)
        assert label is None or columns(label.group()) == 12


def test_the_result_stays_english():
    report = Report(diagnose(PLANTED["dead-relu"]()))
    assert report.translated("zh").to_json() == report.to_json()
    assert to_text(report.diagnosis, "zh") == str(report.translated("zh"))
    assert "死亡" in report.translated("zh")._repr_html_()
    assert "死亡" not in str(report)


def test_a_page_keeps_its_order_in_chinese():
    lines = page(find_rule("dead-relu"), "zh").splitlines()
    assert lines[:2] == ["dead-relu", "========="]
    heads = [line for line in lines if line.endswith("：")]
    assert heads == [catalogue("zh")[p] for p in paragraphs(RULES["dead-relu"]) if is_heading(p)]


def spoken(*words_: str) -> str:
    result = CliRunner().invoke(app, list(words_))
    assert result.exit_code == 0
    return result.stdout


def test_the_commands_speak_chinese():
    assert "检测什么：" in spoken("explain", "dead-relu", "--lang", "zh")
    assert "信号传播\n" in spoken("rules", "--lang", "zh")
    assert spoken("rules", "--lang", "en") == spoken("rules")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two runs of a net that no optimizer holds."""
    found: list[Path] = []
    for rate in (0.1, 0.2):
        model, other = torch.nn.Linear(3, 1), torch.nn.Linear(3, 1)
        optimizer = torch.optim.SGD(other.parameters(), lr=rate)
        with torchvitals.watch(directory=tmp_path_factory.mktemp("runs"), every=1) as vitals:
            for _ in range(20):
                optimizer.zero_grad()
                model(torch.ones(4, 3)).square().mean().backward()
                optimizer.step()
        assert vitals.path is not None
        found.append(vitals.path)
    return found[0], found[1]


def test_a_recorded_run_is_reported_in_chinese(recorded: tuple[Path, Path], tmp_path: Path):
    told = spoken("report", str(recorded[0]), "--lang", "zh", "--json", str(tmp_path / "x.json"))
    assert told.startswith("torchvitals：不健康，")
    assert "错误 parameters-not-optimized：" in told
    assert "The optimizer that steps holds none" in (tmp_path / "x.json").read_text(
        encoding="utf-8"
    )


def test_two_runs_are_compared_in_chinese(recorded: tuple[Path, Path]):
    told = spoken("compare", *map(str, recorded), "--lang", "zh")
    assert told.startswith("torchvitals：健康状况与之前相同，两次都是：不健康")
    lines = told.splitlines()
    rate = next(line for line in lines if line.strip().startswith("学习率"))
    head = lines[lines.index(rate) - 1]
    assert columns(rate[: rate.index("0.1")]) == columns(head[: head.index("之前")])


def test_a_script_is_run_in_chinese(tmp_path: Path):
    (tmp_path / "script.py").write_text("print('hello')")
    command = [sys.executable, "-m", "torchvitals", "run", "--lang", "zh", "script.py"]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout == "hello\n"
    assert done.stderr.startswith("torchvitals：正在观察 script.py\n")
    assert "没有看到任何训练步：脚本从未调用 backward()，" in done.stderr


@pytest.mark.parametrize(
    "words_",
    [("explain", "dead-relu"), ("rules",), ("report", "x"), ("compare", "x", "y"), ("run", "x")],
)
def test_an_unknown_language_is_refused(words_: tuple[str, ...], tmp_path: Path):
    (tmp_path / "x").write_text("")
    command = [str(tmp_path / "x") if word == "x" else word for word in words_]
    result = CliRunner().invoke(app, [command[0], "--lang", "fr", *command[1:]])
    assert result.exit_code == 2
    assert "Expected en or zh as the language but got 'fr'." in result.output


@pytest.mark.parametrize("words_", [("rules",), ("explain", "dead-relu"), ("run", __file__)])
def test_a_terminal_that_has_no_chinese_is_told_how_to_get_it(words_: tuple[str, ...]):
    command = [sys.executable, "-m", "torchvitals", words_[0], "--lang", "zh", *words_[1:]]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Can't write zh in the encoding ascii" in done.stderr


def test_a_report_in_an_unknown_language_is_an_error():
    with pytest.raises(UnknownLanguageError):
        Report(diagnose(PLANTED["dead-relu"]()), "fr")
