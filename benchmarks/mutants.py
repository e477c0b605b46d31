"""Mutants: programs that train, each with one small thing changed as people change it by mistake.

    python -m benchmarks.mutants DIR [options of benchmarks.programs_bench]

They are kept as bases and edits (programs/mutants/), written into DIR with a manifest, and run as
any other program. What a mutant is was found by running it, without torchvitals, under seeds 0 and
1: a fault where it ends below half of the way from chance to what its base reaches, under both;
healthy where it ends above 95 % of that, under both. What lies between was left out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import programs_bench

KEPT = Path(__file__).parent / "programs" / "mutants"


def mutated(base: str, edits: Sequence[tuple[str, str]]) -> str:
    """A base with each edit made, in their order.

    Raises:
        ValueError: what an edit replaces does not stand there exactly once.
    """
    text = base
    for old, new in edits:
        if text.count(old) != 1:
            raise ValueError(f"Expected once, but got {text.count(old)} times: {old!r}")
        text = text.replace(old, new)
    return text


def write(folder: Path) -> Path:
    """Write every mutant into a folder; gives the manifest."""
    programs = folder / KEPT.name
    programs.mkdir(parents=True, exist_ok=True)
    bases = {path.stem: path.read_text("utf-8") for path in (KEPT / "bases").glob("*.py")}
    manifest: list[dict[str, object]] = []
    for entry in json.loads((KEPT / "mutants.json").read_text("utf-8")):
        stem = "_".join(filter(None, (entry["base"], entry["mutation"])))
        path = programs / f"{stem}{'_before' if entry['kind'] == 'fault' else ''}.py"
        path.write_text(mutated(bases[entry["base"]], entry["edits"]), encoding="utf-8")
        known = {key: entry[key] for key in ("kind", "accept_first", "note")}
        manifest.append({"file": f"{KEPT.name}/{path.name}", **known})
    listed = folder / "manifest.json"
    listed.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return listed


def main(words: Sequence[str]) -> int:
    if not words or words[0].startswith("-"):
        print("Expected a folder to write the mutants into.", file=sys.stderr)
        return 1
    return programs_bench.main(["--manifest", str(write(Path(words[0]))), *words[1:]])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
