"""A watch over a script, from the moment that it imports torch."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from torchvitals.cli.output import described
from torchvitals.refusal import tell
from torchvitals.words import say, translated

if TYPE_CHECKING:
    from torchvitals.report.shown import Report
    from torchvitals.vitals import Vitals


class Watch:
    """A watch that begins when the script has imported torch, and in this process alone."""

    def __init__(self, script: str, build: Callable[[], Vitals], language: str) -> None:
        self._script = script
        self._language = language
        self._build = build
        self._process = os.getpid()
        self._vitals: Vitals | None = None

    def begin(self) -> None:
        """Watch from here on; that it can't be done is said, and the script goes on."""
        if os.getpid() == self._process:
            try:
                self._vitals = self._build()
                self._vitals.start()
            except Exception as error:  # noqa: BLE001  the promise: the observer never kills the run
                failed = say("torchvitals: not watching: {error}", error=described(error))
                tell(translated(failed, self._language))

    def end(
        self, exception: BaseException | None, select: list[str] | None, ignore: list[str] | None
    ) -> Report:
        """Judge the run; one that never imported torch is empty, and nothing imports torch now."""
        if self._vitals is not None:
            self._vitals.stop(exception)
            return self._vitals.diagnose(select=select or (), ignore=ignore or ())
        from torchvitals.diagnosis import diagnose
        from torchvitals.record.recording import Recording
        from torchvitals.report.shown import Report

        empty = Recording("", self._script, {}, (), ())
        return Report(diagnose(empty, select=select or (), ignore=ignore or (), failures=[]))


def vitals_of(
    out: Path,
    overhead: float,
    every: int | None,
    script: str,
    lang: str,
    live: tuple[list[str] | None, list[str] | None] | None,
) -> Vitals:
    """A watch to be; with `live`, the rules that it asks and does not ask, it says an error the
    moment it is certain.
    """
    from torchvitals.vitals import Vitals

    def say_it(message: str) -> None:
        tell(translated(message, lang))

    vitals = Vitals(directory=out, overhead=overhead, every=every, script=script, tell=say_it)
    if live is not None:
        from torchvitals.live import tell_live

        select, ignore = live
        tell_live(vitals, say_it, select or (), ignore or ())
    return vitals
