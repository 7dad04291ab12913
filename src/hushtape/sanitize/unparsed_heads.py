"""The end of a malformed head, as urllib3's warning quotes it: read as the header fields it is.

Lives here: finding `unparsed data: '...'` in a log's text, and its fields by the header rules. Must not: be
asked for texts of other kinds. Called by: api (log records).
Source: urllib3's `HeaderParsingError`: `{defects}, unparsed data: {unparsed_data!r}`, at WARNING, so on
standard error by default.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from hushtape.model import Headers
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.messages import tell
from hushtape.sanitize.rules import REDACTED

if TYPE_CHECKING:
    from hushtape.sanitize.ruleset import Ruleset

_MARK: Final = "unparsed data: "
_QUOTED = lazily(_MARK + r"(?:(b?(?:'(?:[^'\\\n]|\\.)*+'|\"(?:[^\"\\\n]|\\.)*+\"))|(?!None)[^\n]*)")
_FIELD = lazily(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:(.*)", re.DOTALL)
_LINE_END = lazily(r"\r\n|[\r\n]")


def told(ruleset: Ruleset, text: str) -> str:
    """A log's text as it may be shown, the heads that it quotes included."""
    if _MARK in text:
        text = _QUOTED.sub(lambda found: _MARK + _scrubbed(ruleset, found[1]), text)
    return tell(ruleset, text)


def _scrubbed(ruleset: Ruleset, literal: str | None) -> str:
    """The literal, its fields scrubbed; a line that is no field, and may be the rest of one, goes."""
    if literal is None:
        return REDACTED
    value = ast.literal_eval(literal)
    head = value.decode("latin-1") if isinstance(value, bytes) else value
    lines: list[str] = []
    for line in _LINE_END.split(head):
        if line[:1] in (" ", "\t") and lines and _FIELD.fullmatch(lines[-1]):
            lines[-1] += " " + line.strip()  # a folded value goes on
        else:
            lines.append(line)
    return repr("\r\n".join([shown for line in lines for shown in _line(ruleset, line)]))


def _line(ruleset: Ruleset, line: str) -> list[str]:
    field = _FIELD.fullmatch(line)
    if field is None:
        return [REDACTED if line.strip() else line]
    pairs = ruleset.headers(Headers([(field[1], field[2].strip())]), "response").pairs
    return [f"{name}: {value}" for name, value in pairs]
