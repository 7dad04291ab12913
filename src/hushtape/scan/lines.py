"""Known values in files of lines: `.env`, INI, properties, plain YAML, or one value a line.

Lives here: telling assignments, comments and bare values apart, and what quotes hold. Must not: judge a
value, read files. Called by: values. A line that can be read in two ways gives both values: one too many
finds nothing, one too few is a secret that nobody looks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hushtape.sanitize.words import is_phrase, looks_made
from hushtape.scan.entropy import is_key_word

_ASSIGNED = re.compile(
    r"[ \t]*(?:export[ \t]+|set[ \t]+|- +)?([\"']?)([A-Za-z_][\w.-]*)\1[ \t]*(?:=|:(?=\s|\Z))[ \t]*"
)
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'", re.DOTALL)
"""A quoted value may go on over lines: a key in PEM, in a `.env` file."""
_COMMENT = re.compile(r"\s[#;].*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_PADDED = re.compile(r"(?=.*[0-9])[A-Za-z0-9+/-]{6,}={1,2}")
"""Base64 to its end: no name without a value."""
_REMARK = re.compile(r"[#;](?:.*[\s=:]|\Z)|\[.*\]\Z|-----|\W*\Z")

_REST = re.compile(r"(?:[^\s'\"\\#;,]|\\.|\"(?:[^\"\\]|\\.)*\"|'[^']*')+", re.DOTALL)
"""What stands right behind the closing quote: more of the value, to a shell; to YAML `''` is a quote."""
_SHELL = re.compile(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|\\(.)|([^'\"\\]+)", re.DOTALL)

_NAME = re.compile(r"[A-Za-z]+\d{0,4}(?:[-_.][A-Za-z]+\d{0,4})*")
LONG = 8
"""Letters from which on a name has to be speakable: `pwd` and `dbpwd` are names."""

Line = tuple[str, str, bool]
"""A name or line number, the value, and whether it stood alone on its line."""


def lines(text: str) -> Iterator[Line]:
    """The values of a text. Where any line assigns, comments, `[sections]` and lines of signs are none."""
    found = list(_walk(text))
    assigned = any(not alone for _, _, alone in found)
    yield from (one for one in found if one[1] and not (assigned and one[2] and _REMARK.match(one[1])))


def _walk(text: str) -> Iterator[Line]:
    at = 0
    for number, whole in enumerate(text.split("\n"), 1):
        line = whole.strip()
        name = _ASSIGNED.match(whole)
        if name is None or _PADDED.fullmatch(line):
            if line:
                yield str(number), line, True
        else:
            shown = name[2]
            if _is_no_name(shown):  # the first half of a password with a sign in it
                shown = str(number)
                if not name[1]:
                    yield shown, line, True
            for value in _readings(text, at + name.end(), whole[name.end() :]):
                yield shown, value, False
        at += len(whole) + 1


def _is_no_name(name: str) -> bool:
    """Whether this is the first half of a password with a sign in it, more likely."""
    if is_key_word(name) and _NAME.fullmatch(name):
        return False
    return looks_made(name) or (len(name) >= LONG and name.isalpha() and not is_phrase(name))


def _readings(text: str, start: int, line: str) -> list[str]:
    """What the value at `start` may be; `line` is the rest of its line."""
    quoted = _QUOTED.match(text, start)
    if quoted is not None and (rest := _REST.match(text, quoted.end())) is not None:
        return [*_joined(text[start : rest.end()]), quoted[1] or quoted[2] or ""]
    if quoted is None:
        found = [line.strip(), _COMMENT.sub("", f" {line}").strip()]
    elif quoted[1] is None:
        found = [quoted[2]]
    else:
        found = [_ESCAPE.sub(lambda one: _ESCAPES.get(one[1], one[1]), quoted[1]), quoted[1]]
    return list(dict.fromkeys(found))


def _joined(value: str) -> Iterator[str]:
    """What quotes beside each other say to a shell (`'it'\\''s'`), and to YAML (`'it''s'`)."""
    if value[0] == "'" and value[-1] == "'" and "'" not in value[1:-1].replace("''", ""):
        yield value[1:-1].replace("''", "'")
    parts = (
        one[1] or _ESCAPE.sub(r"\1", one[2] or "") or one[3] or one[4] or "" for one in _SHELL.finditer(value)
    )
    yield "".join(parts)
