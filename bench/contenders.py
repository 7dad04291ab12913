"""Who is compared: names, versions, the environment each runs in, and the text that stands over its column.

Versions are pinned in requirements/bench-*.txt; the numbers here are for the reader of the table.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contender:
    """One recorder (or none) and the environment that it is measured in."""

    name: str
    environment: str
    title: str


BARE = "bare"
HUSHTAPE = "hushtape"

CONTENDERS = {
    one.name: one
    for one in (
        Contender(BARE, "hushtape", "no recorder"),
        Contender(HUSHTAPE, "hushtape", "hushtape"),
        Contender("vcrpy", "vcrpy", "vcrpy 9.4.2"),
        Contender("cassetter", "cassetter", "cassetter 0.16.1"),
        Contender("keboola.vcr", "keboola.vcr", "keboola.vcr 0.7.1"),
    )
}
FAST_ENVIRONMENT = "hushtape-fast"
"""hushtape with its extra `fast`; apart, so that no other row runs on another engine than the default."""

RECORDERS = tuple(name for name in CONTENDERS if name != BARE)
RIVALS = tuple(name for name in RECORDERS if name != HUSHTAPE)
