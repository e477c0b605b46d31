"""The command line: its verbs. Nothing heavy is imported before the script runs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from torchvitals.cli.recorded import compare, report, runs
from torchvitals.cli.rulebook import explain, rules
from torchvitals.cli.running import RunCommand, run
from torchvitals.lab.command import lab

app = typer.Typer(
    help="The vital signs of a PyTorch training run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(lab, name="lab")
app.command(
    cls=RunCommand,
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False},
)(run)
app.command()(report)
app.command()(compare)
app.command()(runs)
app.command()(explain)
app.command()(rules)


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from torchvitals._version import __version__

        print(__version__)
        sys.exit(0)


def main() -> None:
    """Entry point of the `torchvitals` command."""
    app()
