"""A scan of many files: what is told of each, what is accepted, what is redacted.

Lives here: the run over the paths, and its result. Must not: print (cli does). Called by: cli/scan, programs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from pathlib import Path

from msgspec import Struct

from hushtape.scan.baseline import Baseline
from hushtape.scan.finding import Finding
from hushtape.scan.fix import CannotFix, alone, fix
from hushtape.scan.scanner import Scanned, Scanner
from hushtape.scan.walk import files

ROUNDS = 3
"""A file is scanned again after a fix: what lay hidden under another finding shows itself then."""


class Problem(Struct, frozen=True):
    """A file that was not read to its end, or could not be redacted, and why."""

    file: str
    reason: str


class Result(Struct):
    """What a scan came to.

    Attributes:
        findings: those that stand, accepted ones left out. accepted: how many the baseline knows.
        unreadable: files that were not, or not wholly, looked at. unfixed: why a fix failed.
        fixed: findings redacted. files, size: how many texts were read, and the bytes of their files.
    """

    findings: list[Finding]
    unreadable: list[Problem]
    unfixed: list[Problem]
    scanned: list[str]
    accepted: int = 0
    fixed: int = 0
    files: int = 0
    size: int = 0

    @property
    def code(self) -> int:
        """0 clean, 1 findings, 2 something could not be read."""
        return 2 if self.unreadable else 1 if self.findings else 0


class Run:
    """One scan.

    Args:
        known: names and values of the caller's own secrets (`values.known_values`).
        baseline: accepted findings. redact: `--fix`.
        passed: told how many bytes were read, from time to time.
        spared: files that are not scanned: those that the known values come from.
    """

    def __init__(
        self,
        known: Mapping[str, str],
        baseline: Baseline | None = None,
        *,
        redact: bool = False,
        passed: Callable[[int], None] | None = None,
        spared: Iterable[Path] = (),
    ) -> None:
        self.scanner = Scanner(known, baseline.salt if baseline is not None else b"", passed)
        self._baseline, self._redact = baseline, redact
        self._spared = [*spared, *([] if baseline is None else [baseline.path])]
        self.result = Result([], [], [], [])
        self.known: list[Finding] = []
        """Findings that the baseline accepts."""

    def over(self, paths: Iterable[Path]) -> Result:
        """Scan the paths."""
        result = self.result
        for item in files(paths, self._spared):
            if isinstance(item, tuple):
                result.unreadable.append(Problem(str(item[0]), item[1]))
                continue
            # From the look to the change: another process may redact a body of the same cassette.
            with alone(item) if self._redact else nullcontext():
                if not os.path.lexists(item):
                    continue  # it has, and looked at what it wrote
                for scanned in self.scanner.scan(item):
                    self._take(scanned)
        return result

    def _take(self, scanned: Scanned) -> None:
        result = self.result
        result.files += 1
        result.size += scanned.text.size
        result.scanned.append(scanned.text.name)
        standing = self._standing(scanned)
        if self._redact and standing:
            scanned, standing = self._fixed(scanned, standing)
        if scanned.error:
            result.unreadable.append(Problem(scanned.text.name, scanned.error))
        result.findings += [finding for _, finding in standing]
        result.accepted += len(scanned.found) - len(standing)

    def _standing(self, scanned: Scanned) -> list[tuple[int, Finding]]:
        """The findings that are not accepted, with their numbers."""
        standing: list[tuple[int, Finding]] = []
        for number, finding in enumerate(scanned.findings(self.scanner.ruleset)):
            if self._baseline is not None and self._baseline.accepts(finding):
                self.known.append(finding)
            else:
                standing.append((number, finding))
        return standing

    def _fixed(
        self, scanned: Scanned, standing: list[tuple[int, Finding]]
    ) -> tuple[Scanned, list[tuple[int, Finding]]]:
        """Redact, and look at what is there now."""
        text = scanned.text
        for _ in range(ROUNDS):
            try:
                done, text = fix(scanned, [scanned.found[number] for number, _ in standing])
            except CannotFix as error:
                self.result.unfixed.append(Problem(text.name, str(error)))
                break
            if not done:
                if text.locked:
                    self.result.unfixed.append(Problem(text.name, text.locked))
                break
            self.result.fixed += done
            scanned = self.scanner.scan_text(text)
            standing = self._standing(scanned)
            if not standing:
                break
        return scanned, standing
