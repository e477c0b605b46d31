from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.mutants import main, mutated, write
from benchmarks.programs_score import read_manifest


def test_every_mutant_is_a_program_of_its_manifest(tmp_path: Path):
    programs = read_manifest(write(tmp_path))
    assert {program.kind for program in programs} == {"fault", "healthy"}
    assert not any(program.held_out for program in programs)
    texts = [(tmp_path / program.file).read_text(encoding="utf-8") for program in programs]
    for text in texts:
        compile(text, "a mutant", "exec")
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("base", ["lr = 1\n", "a = 0\na = 0\n"])
def test_an_edit_must_find_its_place_once(base: str):
    with pytest.raises(ValueError, match="Expected once"):
        mutated(base, [("a = 0\n", "a = 1\n")])


def test_edits_are_made_in_their_order():
    assert mutated("a\n", [("a\n", "b\n"), ("b\n", "c\n")]) == "c\n"


def test_a_folder_must_be_named(capsys: pytest.CaptureFixture[str]):
    assert main(["--seeds", "1"]) == 1
    assert "folder" in capsys.readouterr().err
