"""Does this look like a credential? A guess, made only beside a key word.

Lives here: which names are key words, and which values are too regular to be chance. Must not: find either
in a file (`keyed`). Called by: keyed, judge. Tuned so that identifiers, UUIDs, hashes, ETags, page cursors,
URLs and dates of ordinary API answers are none.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from math import log2

from hushtape.scan.placeholders import word_set

SHORTEST = 20
MOST = 256
"""Characters that are looked at: they tell, and a value of any length costs the same."""
LEAST_BITS = 3.2
"""Shannon entropy a character. 20 random hex digits have 3.4 on average, English words 3 and less."""
LEAST_TURNS = 0.2
"""Changes between letters and digits, and from small to capital letters, a character. Chance gives 0.4;
`CustomerAccountKeyV2` gives 0.15."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_KEY_WORDS = word_set(
    """
    secret token key apikey password passwd passphrase pwd auth authorization signature sig
    credential credentials session sessionid accesskey secretkey authtoken accesstoken privatekey
    jwt bearer hmac cred creds connectionstring sas pat
    """
)
_STRONG = word_set(
    """
    secret password passwd passphrase pwd apikey authtoken accesstoken secretkey privatekey bearer
    credential credentials
    """
)
_STRONG_PAIRS = (
    ("api", "key"),
    ("access", "key"),
    ("private", "key"),
    ("auth", "token"),
    ("access", "token"),
)
_HARMLESS = word_set(
    """
    page next previous prev cursor sync continuation continue pagination public primary foreign
    partition sort idempotency surrogate cache id ids name names type count counts hash digest
    fingerprint checksum sha sha1 sha256 md5 etag url uri href path object row natural group resume
    delta watermark limit expires expiry expiration algorithm version scheme mode label title
    description request nonce state
    """
)
_LETTER, _DIGIT = re.compile(r"[A-Za-z]"), re.compile(r"[0-9]")
_UUID = re.compile(r"\{?[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\}?")
_ALPHABET = re.compile(r"[A-Za-z0-9+/=_.~:!@#$%^&*|-]+")
_PATH = re.compile(r"(?:[a-z]+:)?//|^/|\.[a-z]{2,4}$|^[a-z0-9-]+(?:/[a-z0-9._-]+){2,}$|^arn:|^urn:")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_HASH = re.compile(r"(?:sha(?:1|256|384|512)|md5|W/)[-:=]?", re.IGNORECASE)


def words(name: str) -> list[str]:
    """A name in snake, kebab, camel or Pascal case as lower-case words."""
    return [word.lower() for word in _WORDS.findall(name)]


@lru_cache(maxsize=1024)
def is_key_word(name: str) -> bool:
    """Whether a value under this name may be a credential."""
    found = words(name)
    return not _KEY_WORDS.isdisjoint(found) and _HARMLESS.isdisjoint(found)


def is_strong(name: str) -> bool:
    """Whether the name says that its value is a credential: then a UUID is one, too."""
    found = words(name)
    return not _STRONG.isdisjoint(found) or any(pair in pairwise(found) for pair in _STRONG_PAIRS)


def looks_random(value: str, *, strong: bool = False) -> bool:
    """Whether a value is long, printable in one word, and as irregular as chance."""
    value = value[:MOST]
    if len(value) < SHORTEST or _ALPHABET.fullmatch(value) is None:
        return False
    if _UUID.fullmatch(value):
        return strong
    if _LETTER.search(value) is None or (value.islower() and _DIGIT.search(value) is None):
        return False
    if _PATH.search(value) or _DATE.search(value) or _HASH.match(value):
        return False
    return bits(value) >= LEAST_BITS and turns(value) >= LEAST_TURNS


def bits(value: str) -> float:
    """Shannon entropy, bits a character."""
    size = len(value)
    return -sum([count / size * log2(count / size) for count in Counter(value).values()])


def turns(value: str) -> float:
    """How often the kind of character changes, per character."""
    plain = re.sub(r"[^A-Za-z0-9]", "", value)
    changes = sum(
        [
            left.isdigit() != right.isdigit() or (left.islower() and right.isupper())
            for left, right in pairwise(plain)
        ]
    )
    return changes / max(len(plain), 1)
