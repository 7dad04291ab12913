"""Planting: every secret in every place, under every layer, and at random under two or three.

Lives here: the list of planted values, the same each time. Must not: scrub or judge. Called by:
tests/sanitize/test_corpus.py, bench.leaks.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.sanitize.corpus.layers import DENSE, ESCAPES, IN_PACKED, LAYERS, Layer
from tests.sanitize.corpus.places import PLACES, Document
from tests.sanitize.corpus.secrets import SECRETS, SHORT

SEED = 20_240_704
GROWTH = 14
"""Bytes a character; longer spellings are the audit's."""

DEEP = 1_200
"""How many values stand under two or three layers."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A secret somewhere. `may_fail`: the tape may fail instead of replacing it."""

    name: str
    secret: str
    document: Document
    may_fail: bool


def _may_fail(kind: str, layers: tuple[Layer, ...]) -> bool:
    """What the audit may find instead of the scrub: packed twice, packed with more than one escape inside or
    one that is neither JSON nor percent, four layers (the place's own counted), short ones in disguise."""
    if kind in SHORT:
        return bool(layers)
    packed = [number for number, layer in enumerate(layers) if layer.dense]
    if len(packed) > 1 or len(layers) > 2:
        return True
    return bool(packed) and any(layer not in IN_PACKED for layer in layers[: packed[0]])


def _planted(kind: str, secret: str, layers: tuple[Layer, ...], place: str, dice: random.Random) -> Planted:
    text = secret
    for layer in layers:
        text = layer.encode(text)
    told = " < ".join([kind, *(layer.name for layer in layers), place])
    may_fail = _may_fail(kind, layers) or len(text) > GROWTH * len(secret) + 64
    may_fail = may_fail or (place == "userinfo" and len(text) > 500)
    return Planted(told, secret, PLACES[place](text, dice), may_fail)


def leaks(seed: int = SEED) -> Iterator[Planted]:
    """All planted values, in order."""
    dice = random.Random(seed)
    places = list(PLACES)
    for kind, secret in {**SECRETS, **SHORT}.items():
        for place in places:
            yield _planted(kind, secret, (), place, dice)
    for kind, secret in SECRETS.items():
        for layer in LAYERS:
            yield _planted(kind, secret, (layer,), dice.choice(places), dice)
    for _ in range(DEEP):
        kind = dice.choice(list(SECRETS))
        layers = tuple(
            dice.choice(dice.choice((ESCAPES, ESCAPES, DENSE))) for _ in range(dice.choice((2, 3)))
        )
        yield _planted(kind, SECRETS[kind], layers, dice.choice(places), dice)
