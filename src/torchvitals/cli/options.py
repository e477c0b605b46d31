"""The options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the result as JSON.")
]
Select = Annotated[
    list[str] | None, typer.Option("--select", metavar="RULE", help="Ask only these rules.")
]
Ignore = Annotated[
    list[str] | None, typer.Option("--ignore", metavar="RULE", help="Leave out these rules.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing of ours but errors.")]
Lang = Annotated[
    str, typer.Option("--lang", metavar="LANG", help="Say it in this language: en or zh.")
]
RUNS = Path("torchvitals_runs")
"""Where they are kept if nothing else is said."""
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where runs are kept.")]
