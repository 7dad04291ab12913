"""Random documents of JSON as eight writers write them, alone, in strings, in forms and request lines.

Lives here: the writers, the documents, and `fault`: what went wrong with one. Must not: use the package's own
readers to judge. Called by: test_documents (a part), and by hand for more:
`python -m tests.sanitize.corpus.documents SEED COUNT` tries so many and prints what fails.
"""

from __future__ import annotations

import json
import random
import re
import sys
import warnings
from collections.abc import Callable
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

from hushtape.sanitize.chain import build

RULES = build().ruleset
FORM = "application/x-www-form-urlencoded"
NAMES = (
    "password", "access_token", "client_secret", "token", "api_key", "DB_PASSWORD", "x-api-key",
    "stripeSecretKey", "private_key", "passphrase", "SecretAccessKey", "session_token", "authToken",
)  # fmt: skip
PIECES = (
    *"'\"\\&<>=:;,@/?#%+ \n\t{}[]()|`$!*~^-._", "//", "\u00e4", "\u20ac", "\u4e2d", "\u2028",
    "\U0001f600", "%22", "\\n", "\\u0022", "&quot;", "','", '","', "': '", "\x00", "\x1b", "a=b&c=d",
    "x: y", "</b>", "\r\n",
)  # fmt: skip
PLAIN = (
    "ok", "it's", "a & b", "x < y", "Enter Password:", "enter token=", "?sig=",
    "https://example.com/a?b=c&d=e", "", "bob@example.org", "line\nnext", 'say "hi"', "C:\\dir", "100%",
    "a+b", "{}", "//todo:x@y.z", "token", "'quoted'", "https://example.com,bob@example.org", "\\", '"',
    "key: value", "#5", "&amp;", "%20", 0, -5, 3.25, True, None, [], {},
)  # fmt: skip


def _units(signs: str, form: str) -> Callable[[str], str]:
    return lambda text: "".join(form % ord(one) if one in signs else one for one in text)


def _quotes(text: str) -> str:
    return re.sub(r'(?<!\\)((?:\\\\)*)\\"', lambda found: found[1] + "\\u0022", text)


WRITERS: dict[str, tuple[bool, Callable[[str], str]]] = {
    "Python": (True, str),
    "JavaScript": (False, str),
    "Go": (False, _units("<>&\u2028", "\\u%04x")),
    "Gson": (False, _units("<>&='", "\\u%04x")),
    "Rails": (True, _units("<>&", "\\u%04x")),
    "PHP": (True, lambda text: text.replace("/", "\\/")),
    "PHP, hex": (True, lambda text: _units("<>&'", "\\u%04X")(_quotes(text.replace("/", "\\/")))),
    ".NET": (True, lambda text: _units("<>&'+`", "\\u%04X")(_quotes(text))),
}


def written(value: object, dice: random.Random) -> str:
    """The value as one of the writers writes it."""
    plain, escape = WRITERS[dice.choice(list(WRITERS))]
    indent = dice.choice([None, None, 2, "\t"])
    return escape(json.dumps(value, ensure_ascii=plain, indent=indent))


def _mark(dice: random.Random) -> str:
    kinds = (("ABCDEFGHJKLMNPQRSTUVWXYZ", 3), ("0123456789", 2), ("abcdefghijkmnpqrstuvwxyz", 2))
    return "".join(letter for letters, size in kinds for letter in dice.choices(letters, k=size))


def _secret(dice: random.Random, marks: list[str]) -> str:
    text = ""
    for _ in range(dice.choice([1, 2, 3])):
        marks.append(_mark(dice))
        text += "".join(dice.choices(PIECES, k=dice.choice([0, 1, 2]))) + marks[-1]
    return text + "".join(dice.choices(PIECES, k=dice.choice([0, 0, 1])))


def document(dice: random.Random, marks: list[str], depth: int = 0) -> dict[str, object]:
    """An object with credentials; what none of them may leave is added to `marks`."""
    made: dict[str, object] = {}
    for number in range(dice.choice([1, 2, 3, 4])):
        kind = dice.random()
        if kind < 0.4:
            values = [_secret(dice, marks) for _ in range(dice.choice([1, 1, 2]))]
            made[dice.choice(NAMES)] = values if dice.random() < 0.2 else values[0]
        elif kind < 0.6 and depth < 2:
            inner = document(dice, marks, depth + 1)
            made[f"n{number}"] = inner if dice.random() < 0.5 else [inner, dice.choice(PLAIN)]
        else:
            made[f"note{number}"] = dice.choice(PLAIN)
    return made


def fault(dice: random.Random) -> str | None:
    """What went wrong with one document: "leak ...", "fails ...", "broken ..."; None: nothing."""
    marks: list[str] = []
    text, depth = written(document(dice, marks), dice), dice.choice([0, 0, 1, 1, 2])
    for _ in range(depth):
        text = written({"in": text, "z": 1}, dice)
    place = dice.choice(["body", "form", "uri"])
    sent = text
    if place == "form":
        sent = f"a=1&payload={quote_plus(text)}&z=1"
    elif place == "uri":
        sent = f"https://h.example/?payload={quote(text)}&z=1"
    if place == "uri":
        left = RULES.uri(sent)
        found = RULES.audit_texts([left])
    else:
        scrubber = RULES.scrubber("request", FORM if place == "form" else "application/json")
        auditor, data = RULES.auditor(), scrubber.feed(sent.encode()) + scrubber.finish()
        left, found = data.decode(), auditor.feed(data) or auditor.finish()
    if found is not None:
        return f"fails {found.rule}: {sent}"
    if any(mark in left for mark in marks):
        return f"leak: {sent}"
    try:
        query = left if place == "form" else urlsplit(left).query
        read = json.loads(left if place == "body" else dict(parse_qsl(query))["payload"])
        for _ in range(depth):
            read = json.loads(read["in"])
    except (ValueError, KeyError):
        return f"broken: {sent}"
    return None


def main(seed: int, count: int) -> None:
    """Try so many documents."""
    dice = random.Random(seed)
    faults = [found for _ in range(count) if (found := fault(dice))]
    print(f"{count:,} tried, {len(faults):,} with faults", *sorted(faults, key=len)[:10], sep="\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(int(sys.argv[1]), int(sys.argv[2]))
