"""A watch over a script, from the moment that it imports torch."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from torchvitals.after_import import after_import
from torchvitals.children import Watching, forget_empty, trained, watch_children
from torchvitals.cli.output import described
from torchvitals.refusal import tell
from torchvitals.words import say, translated

if TYPE_CHECKING:
    from torchvitals.report.shown import Report
    from torchvitals.vitals import Vitals


class Watch:
    """A watch that begins when the script has imported torch, in this process. Where the training
    was left to processes that this one spawned, it is theirs that is judged.
    """

    def __init__(self, children: Watching, build: Callable[[], Vitals], language: str) -> None:
        self._children = children
        self._language = language
        self._build = build
        self._process = os.getpid()
        self._vitals: Vitals | None = None

    def arm(self) -> None:
        """Have the watch begin in its time."""
        after_import("torch", self._begin)
        watch_children(self._children)

    def _begin(self) -> None:
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
        from torchvitals.diagnosis import diagnose
        from torchvitals.record.ranks import load_with_ranks
        from torchvitals.record.recording import Recording
        from torchvitals.report.shown import Report

        recording = Recording("", self._children.script, {}, (), ())
        if self._vitals is not None:
            self._vitals.stop(exception)
            recording = self._vitals.recording()
        if not recording.steps and (theirs := trained(self._children)) is not None:
            recording = load_with_ranks(theirs)
            if self._vitals is not None:
                forget_empty(self._vitals)
        return Report(diagnose(recording, select=select or (), ignore=ignore or (), failures=[]))


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
