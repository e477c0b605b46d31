"""What is refused before a verb does anything."""

from __future__ import annotations

from pathlib import Path

from torchvitals.refusal import refuse


def check_rules(select: list[str] | None, ignore: list[str] | None) -> None:
    """Refuse names that no rule has."""
    names = [*(select or []), *(ignore or [])]
    if not names:
        return
    from torchvitals.rules.catalogue import UnknownRuleError, check_names

    try:
        check_names(names)
    except UnknownRuleError as error:
        refuse(str(error))


def check_clock(overhead: float, every: int | None) -> None:
    """Refuse an overhead or a number of steps that the clock can't keep."""
    from torchvitals.probe.clock import Clock

    try:
        Clock(overhead, every)
    except ValueError as error:
        refuse(str(error))


def check_writable(json: Path | None) -> None:
    """Refuse before the training what would be found impossible after it."""
    if json is not None and not json.absolute().parent.is_dir():
        refuse(f"Can't write {json}: there is no directory {json.absolute().parent}.")
    if json is not None and json.is_dir():
        refuse(f"Can't write {json}: it is a directory.")
