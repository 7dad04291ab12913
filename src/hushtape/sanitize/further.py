"""Whether rules ask for more than the compiled pass, which then is loaded.

Lives here: telling those rules. Must not: know stages (`stages` does; users' patterns and JSON paths need
them, and most tapes have neither). Called by: ruleset.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hushtape.sanitize.rules import FieldRule, JsonPathRule, PatternRule, Rule, UrlPatternRule

if TYPE_CHECKING:
    from hushtape.sanitize.stages import Stages


def stages(rules: Iterable[Rule]) -> Stages | None:
    """The further stages of one phase; None if the compiled pass does it all."""
    further = tuple(rule for rule in rules if _is_further(rule))
    if not further:
        return None
    from hushtape.sanitize.stages import compiled

    return compiled(further)


def _is_further(rule: Rule) -> bool:
    if isinstance(rule, FieldRule):
        return not rule.nested and rule.in_json
    return isinstance(rule, JsonPathRule | PatternRule | UrlPatternRule)
