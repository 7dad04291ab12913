"""Whether a component's output holds a secret: a file, or its name, in any encoding that the audit reads.

Lives here: that one question. Must not: write, or judge what it means. Called by: runner/publishing,
scaffold_recording. What the audit can't look into holds none as far as anyone can tell: outputs may be of any
format, and are the component's own.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from hushtape.sanitize import Ruleset
from hushtape.sanitize.audit_finding import Finding
from hushtape.sanitize.rules import SecretRule

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

SHORTEST_SOUGHT = 6
"""Characters. Shorter ones stand in outputs by chance."""

PIECE = 768 * 1024
"""Bytes, a multiple of three."""

_SOUGHT = "a secret"

UNPROVEN = (
    "the replay did not use {} of the recorded interactions: what it wrote and said may come from the live "
    "run, of which an installed package or a file kept something. The cassette is kept; outputs and logs are "
    "not. Without the secrets file, `hushtape component test --update` takes outputs, in a process of its own"
)
"""Why no outputs are taken."""


def sought(values: Iterable[str]) -> Ruleset | None:
    """What looks for these values; None where there is none."""
    rules = [SecretRule(value, name=_SOUGHT) for value in sorted(values) if len(value) >= SHORTEST_SOUGHT]
    return Ruleset.compile(rules, engine="ahocorasick") if rules else None


def learned_by(ruleset: Ruleset | None) -> Iterator[str]:
    """What a tape with this ruleset has learned: a component may keep a live run's token where its replay
    finds it, in an installed module or a file."""
    for rule in () if ruleset is None else ruleset.learned.rules:
        if isinstance(rule, SecretRule):
            yield rule.value


def holds(path: Path, name: str, ruleset: Ruleset) -> bool:
    """Whether a file or its name holds one of the values; of a folder, its name."""
    named, plain, packed = (_Look(ruleset) for _ in range(3))
    named.feed(name.encode("utf-8", "surrogateescape"))
    binary = False
    with path.open("rb") if path.is_file() else BytesIO() as file:
        while piece := file.read(PIECE):
            binary = binary or b"\0" in piece or not piece.isascii()
            plain.feed(piece)
            if binary:  # of whole files the audit knows those in base64
                packed.feed(b64encode(piece))
            if plain.found or packed.found:
                return True
    return any(look.end() for look in (named, plain, packed))


class _Look:
    """One audit, for these values alone, and the rules beside it: it ends at what can't be looked into."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self._finder, self._auditor = ruleset.finder(), ruleset.auditor()
        self.found = False

    def feed(self, data: bytes) -> None:
        self._finder.feed(data)
        self._note(self._auditor.feed(data))

    def end(self) -> bool:
        self._finder.finish()
        self._note(self._auditor.finish())
        return self.found

    def _note(self, finding: Finding | None) -> None:
        self.found = self.found or bool(self._finder.take())
        if finding is not None:
            self.found = self.found or finding.rule == _SOUGHT
            self._auditor = self._ruleset.auditor()
