"""One file, scanned: both passes, and the decision between them.

Lives here: Scanner, which holds what all files share (the compiled rules, the key of a baseline). Must not:
write, print, walk folders. Called by: run.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct, structs

from hushtape.sanitize import Ruleset, build
from hushtape.sanitize.messages import tell
from hushtape.sanitize.rules import SecretRule
from hushtape.scan.finding import Finding, mask
from hushtape.scan.judge import KNOWN, in_place, may_count, united
from hushtape.scan.keyed import Keyed
from hushtape.scan.locate import Located, Locator
from hushtape.scan.look import WINDOW, Look, Pieces
from hushtape.scan.place import NAME_MOST
from hushtape.scan.source import Text, Unreadable, texts
from hushtape.scan.yaml_values import adjusted

_LISTED = re.compile(rb'"hushtape":.{0,4096}?"placeholders": \[([^\]]{1,4096})\]', re.DOTALL)
_NAME = re.compile(r'"([A-Za-z][A-Za-z0-9_ .:-]{0,60})"')


class Scanned(Struct, frozen=True):
    """A text and what was found in it. `error`: why it could not be read, or not to its end; else ""."""

    text: Text
    found: list[Located] = []
    error: str = ""

    def findings(self, ruleset: Ruleset) -> Iterator[Finding]:
        """What was found, as it may be shown: a pointer is made of names, and a name may be a secret."""
        for one in self.found:
            candidate = one.candidate
            yield Finding(
                self.text.name,
                one.line,
                _told(ruleset, one.pointer),
                tell(ruleset, candidate.rule),
                mask(candidate.rule, candidate.end - candidate.start),
                candidate.how,
                candidate.text is not None and not self.text.locked,
                one.mark,
            )


def _told(ruleset: Ruleset, pointer: str) -> str:
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")]
    clean = [step if step.isdigit() else tell(ruleset, step) for step in steps]
    shown = ["(a long name)" if len(step) >= NAME_MOST else step for step in clean]
    return tell(ruleset, "/".join([step.replace("~", "~0").replace("/", "~1") for step in shown]))


class Scanner:
    """Scans files.

    Args:
        known: names and values of the caller's own secrets.
        key: makes the marks that a baseline keeps; b"": none are made.
        passed: told how many bytes were read, from time to time.

    Attributes: notes (texts about known values that are too short).
    """

    def __init__(
        self, known: Mapping[str, str], key: bytes = b"", passed: Callable[[int], None] | None = None
    ) -> None:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            named = {f"{KNOWN} {name}": value for name, value in known.items()}
            self.ruleset = build(secrets=named, drop_short=True).ruleset
        self._pieces = Pieces(known.values())
        self.notes = [str(warning.message) for warning in caught]
        self._keyed, self._key, self._passed = Keyed(), key, passed
        longest = max(
            (len(rule.value) for rule in self.ruleset.rules if isinstance(rule, SecretRule)), default=0
        )
        self._overlap = min(max(4096, 6 * longest), WINDOW // 2)

    def scan(self, path: Path) -> Iterator[Scanned]:
        """The texts of a file, scanned."""
        try:
            for text in texts(path):
                yield self.scan_text(text)
        except Unreadable as error:
            yield Scanned(Text(path, str(path), ""), error=str(error))

    def scan_text(self, text: Text) -> Scanned:
        """One text: a pass that looks, and where it found something one that locates."""
        if text.member:  # its name is shown
            text = structs.replace(text, name=f"{text.path}!{tell(self.ruleset, text.member)}")
        try:
            look = Look(self.ruleset, self._keyed, text.kind, self._overlap, self._pieces)
            look.run(self._counted(text))
            candidates = adjusted(text, look.candidates) if text.kind == "yaml" else look.candidates
            listed = self._listed(text) if candidates else frozenset()
            found = [one for one in candidates if may_count(one, listed)]
            found.sort(key=lambda one: one.start)
            located = Locator(text.kind, b"").run(text.chunks(), found) if found else []
            standing = united(one.candidate for one in located if in_place(one.candidate, one.pointer))
            if self._key and standing:
                located = Locator(text.kind, self._key).run(text.chunks(), standing)
            else:
                places = {one.candidate.start: one for one in reversed(located)}
                located = [structs.replace(places[one.start], candidate=one) for one in standing]
            error = "it holds more than can be told at once: the rest was not looked at" if look.cut else ""
            return Scanned(text, located, error)
        except Unreadable as error:
            return Scanned(text, error=str(error))

    def _counted(self, text: Text) -> Iterator[bytes]:
        for chunk in text.chunks():
            if self._passed is not None:
                self._passed(len(chunk))
            yield chunk

    def _listed(self, text: Text) -> frozenset[str]:
        """The placeholders that a cassette of ours names in its head: plain words only."""
        head = next(text.chunks(), b"")[:16384]
        found = _LISTED.search(head) if head.lstrip().startswith(b"{") else None
        names = _NAME.findall(found[1].decode("utf-8", "replace")) if found else []
        return frozenset(name for name in names if name.upper() == name or "redact" in name.lower())
