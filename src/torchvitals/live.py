"""Say an error the moment it is certain, while the script still runs."""

from __future__ import annotations

from collections.abc import Callable, Collection

from torchvitals.diagnosis import CERTAIN
from torchvitals.probe.clock import is_scheduled
from torchvitals.record.look import Look
from torchvitals.rules.base import Severity
from torchvitals.vitals import Vitals
from torchvitals.words import say


def tell_live(
    vitals: Vitals,
    tell: Callable[[str], None],
    select: Collection[str] = (),
    ignore: Collection[str] = (),
) -> None:
    """Judge at the scheduled looks, and tell each certain error once."""
    told: set[tuple[str, tuple[str, ...]]] = set()

    def on_look(look: Look) -> None:
        if not is_scheduled(look.step):
            return
        for ranked in vitals.diagnose(select=select, ignore=ignore).findings:
            finding = ranked.finding
            key = (finding.rule, finding.where)
            if (
                finding.severity is Severity.ERROR
                and finding.confidence >= CERTAIN
                and key not in told
            ):
                told.add(key)
                tell(
                    say(
                        "torchvitals: step {step}: {rule}: {headline}{place}",
                        step=look.step,
                        rule=finding.rule,
                        headline=finding.headline,
                        place=f" ({finding.source})" if finding.source else "",
                    )
                )

    vitals.on_look = on_look
