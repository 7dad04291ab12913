"""Lists of messages: why a value was refused, under its name: `"password": ["is too short"]`.

Lives here: telling such a list from one of credentials, by the words of each string. Must not: know names.
Called by: innocent. Sources: what Rails, Django and its REST framework, Laravel, ASP.NET's Identity,
FluentValidation, class-validator, Symfony, Phoenix, marshmallow and WTForms answer.
A passphrase is made of words as well: those of the lists that such are drawn from (BIP 39, EFF's) count
little, and a word that a machine may have made (`hunter2`) is in no message.
"""

from __future__ import annotations

from typing import Final

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.schemas import Q, S
from hushtape.sanitize.words import is_phrase

_APOSTROPHE: Final = rb"(?:'|\\{1,8}+u0027|(?:&|\\{1,8}+u0026)(?:#39|#[xX]27|apos);)"
_TEXT: Final = rb"(?:[\w %%,.:;!()/-]|%b){2,256}+" % _APOSTROPHE
_LIST = lazily(rb"\[(?:%b{0,64}+%b(?!\d)%b%b%b{0,64}+,?){1,8}+\]" % (S, Q, _TEXT, Q, S))
_EACH = lazily(rb"%b(%b)%b" % (Q, _TEXT, Q))
_ESCAPED = lazily(_APOSTROPHE)

_SHORT = lazily(
    r"(?:[Ii]nvalid|[Ii]ncorrect|[Ww]rong|[Mm]issing|[Ee]xpired|[Uu]nknown|[Ii]s|[Hh]as|[Ww]as|[Aa]lready|[Nn]ot"
    r"|[Tt]oo) [a-z]{1,16}[.!]?"
)
"""Two words that are one: `is invalid`, `Not found.`"""

_TELL: Final = """
    is are was were be been has had do does did should shall may cannot needs not too least allowed
    invalid required missing incorrect expired unsupported mismatched
    ist sind wird darf muss nicht sein est sont doit pas es debe puede ser deve niet moet
    """
"""Words that say something of a value, and that no list of words for passphrases holds."""

_STAND_BESIDE: Final = """
    must can could have only than most valid match matches minimum maximum long short strong longer shorter
    wrong unknown unable already enter entered ensure provided given empty blank null type expected
    value values field fields credentials string strings length lengths strength character characters
    letter letters digit digits number numbers
    str int password passwords passphrase confirmation token tokens key keys secret secrets code codes
    feld zwingend erforderlich passwort kennwort zu campo champ passe trop demasiado corto wachtwoord veld te
    """
"""Words that stand beside those that tell."""

_TELLING: Final = frozenset(_TELL.split())
_BESIDE: Final = frozenset(_STAND_BESIDE.split())
_KNOWN: Final = _TELLING | _BESIDE

_ENOUGH: Final = 3
_SIGNS: Final = "(),.:;!'"
_NUMBER = lazily(
    r"\d{1,4}%?(?:[/-]\d{1,4})?|'?[0-9A-Za-z]'?-'?[0-9A-Za-z]|(?:utf|UTF|sha|SHA|base)-?\d{1,3}|[A-Z]{2,5}"
)
"""Sizes, ranges (`8-20`, `('A'-'Z')`), names of codings, and words in capitals that can't be spoken."""


def are_messages(data: bytes, at: int, limit: int) -> bool:
    """Whether the list at `at` holds messages alone, whatever its quotes."""
    found = _LIST.match(data, at, limit)
    if found is None:
        return False
    texts = (_ESCAPED.sub(b"'", one[1]).decode("latin-1") for one in _EACH.finditer(found[0]))
    return all(map(is_message, texts))


def is_message(text: str) -> bool:
    """Whether a text says why a value was refused, and holds none."""
    words = [word.strip(_SIGNS) for word in text.split()]
    if len(words) < 2 or not all(map(_is_ordinary, words)):
        return False
    return _SHORT.fullmatch(text) is not None or _weight([word.lower() for word in words]) >= _ENOUGH


def _weight(words: list[str]) -> int:
    """Two for each word that tells, one for each that stands beside; one more where a telling one begins the
    text, as Rails has it (`is reserved for admins`)."""
    telling = [word in _TELLING or word.endswith("n't") for word in words]
    return 2 * sum(telling) + sum(word in _BESIDE for word in words) + telling[0]


def _is_ordinary(word: str) -> bool:
    return not word or word.lower() in _KNOWN or _NUMBER.fullmatch(word) is not None or is_phrase(word)
