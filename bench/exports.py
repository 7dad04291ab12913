"""The JSON exports that the rows about scrubbing read: clean or dirty, plain or rich, always the same bytes.

Lives here: the secrets and field names of those rows, the writer of an export and of what has to come of it,
and the count of what a scrub left or changed. Must not: import a recorder (every environment reads it).
Called by: `bench.scrubbing`.
"""

import itertools
import json
import random
import uuid
from collections.abc import Iterator
from pathlib import Path

KINDS = ("clean", "dirty", "rich", "rich-dirty")
EVERY = 100
"""One row in so many of a dirty export holds a secret and a redacted field."""

DEFAULT_FIELDS = [
    *("access_token", "refresh_token", "id_token", "client_id", "client_secret", "client_assertion"),
    *("code", "password", "token"),
]
FURTHER_FIELDS = [
    *("api_key", "secret", "app_secret", "private_key", "access_key", "secret_key", "session_id"),
    *("session_key", "auth_token", "bearer_token", "csrf_token", "signing_key", "webhook_secret"),
    *("passphrase", "pin", "ssn", "iban", "card_number", "cvv", "license_key", "sas_token"),
]
MARK = "pl4nted"
"""Every planted field value begins so; nothing else in an export does."""

_TEXT = """called on monday about the invoice asked for a copy by post and to be called again likes the blue
one order was late because of snow paid in cash wants a refund for two of three items moved to Brno"""
_WORDS = _TEXT.split()
_PLANTABLE = [name for name in DEFAULT_FIELDS + FURTHER_FIELDS if name != "code"]
_HEADER, _FOOTER = '{"page": 1, "rows": [', "]}"


def _secrets() -> tuple[str, ...]:
    """Fifty of the kinds that services hand out: hex, base64url, letters and digits, symbols."""
    dice = random.Random(50)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    made = []
    for number in range(50):
        alphabet = (letters, "0123456789abcdef", letters + "-_", letters + "+/%&!$")[number % 4]
        made.append("".join(dice.choices(alphabet, k=dice.randint(20, 40))))
    return tuple(made)


SECRETS = _secrets()


def _row(number: int, dice: random.Random, rich: bool) -> dict[str, object]:
    row: dict[str, object] = {
        "id": 10_000_000 + number,
        "name": "A. Customer",
        "city": dice.choice(("Brno", "Wien", "Berlin", "Ostrava")),
        "amount": dice.randint(1, 99_999) / 4,
        "paid": dice.random() < 0.5,
        "note": " ".join(dice.choices(_WORDS, k=24)),
    }
    if rich:
        key = uuid.UUID(int=dice.getrandbits(128), version=4)
        row |= {
            "uuid": str(key),
            "email": f"{dice.choice(_WORDS)}.{number}@example.com",
            "homepage": f"https://www.example.com/people/{number}?lang=cs&page={number % 50}#top",
            "created_at": f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:15:00.000+02:00",
            "street": dice.choice(("P\u0159\u00ed\u010dn\u00ed 4", "Stra\u00dfe 7", "\u0160irok\u00e1 12")),
            "position": [dice.uniform(-90, 90), dice.uniform(-180, 180)],
            "country_code": "CZ",
            "link": f"https://cdn.example.com/{key.hex[:12]}/photo.jpg?width=640&q={dice.random():.3f}",
        }
    return row


def rows(kind: str, size: int) -> Iterator[tuple[str, list[str]]]:
    """Rows as JSON text, in order, until they fill `size` bytes; with each, the texts planted in it."""
    dice = random.Random(kind)
    rich, dirty, filled = kind.startswith("rich"), kind.endswith("dirty"), 0
    for number in itertools.count():
        row = _row(number, dice, rich)
        planted = []
        if dirty and number % EVERY == EVERY - 1:
            place = number // EVERY
            value = f"{MARK}{dice.getrandbits(96):024x}"
            secret = json.dumps(SECRETS[place % len(SECRETS)])[1:-1]
            text = json.dumps(row | {"memo": "@", _PLANTABLE[place % len(_PLANTABLE)]: value})
            text = text.replace('"memo": "@"', f'"memo": "asked with {secret} twice"')
            planted = [secret, value]
        else:
            text = json.dumps(row)
        filled += len(text) + 2
        if number and filled > size - len(_HEADER) - len(_FOOTER):
            return
        yield text, planted


def source(folder: Path, kind: str, size: int) -> Path:
    """The export in `folder`, written unless it is there; beside it, `expected` of it."""
    path = folder / f"export-{kind}-{size}.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write(path.with_suffix(".part"), kind, size, clean=False)
        _write(expected(path), kind, size, clean=True)
        path.with_suffix(".part").rename(path)
    return path


def expected(path: Path) -> Path:
    """What has to come of the export at `path`: every planted text replaced, and no other byte."""
    return path.with_suffix(".expected")


def _write(path: Path, kind: str, size: int, *, clean: bool) -> None:
    with path.open("w", encoding="ascii") as file:
        file.write(_HEADER)
        for number, (text, planted) in enumerate(rows(kind, size)):
            for value in planted if clean else ():
                text = text.replace(value, "REDACTED")
            file.write(f", {text}" if number else text)
        file.write(_FOOTER)


def leaks(result: Path) -> int:
    """How many planted texts can be read in a scrubbed export as they were."""
    data = result.read_bytes()
    found = sum(data.count(json.dumps(secret)[1:-1].encode()) for secret in SECRETS)
    return found + data.count(MARK.encode())


def changed(result: Path, kind: str, size: int) -> int:
    """How many bytes outside planted texts are not as they were: those of each stretch between two planted
    texts, or of a row without any, that does not follow where it should."""
    data, at, lost = result.read_bytes(), 0, 0
    for text, planted in rows(kind, size):
        parts = [text]
        for value in planted:
            parts = [piece for part in parts for piece in part.split(value)]
        for part in parts:
            found = data.find(part.encode(), at, at + 4 * len(text) + 256)
            if found < 0:
                lost += len(part)
            else:
                at = found + len(part)
    return lost
