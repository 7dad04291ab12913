"""The corpus of planted secrets: none can be read in what a scrub leaves, in any place, under any layers."""

from __future__ import annotations

import warnings

import pytest
from tests.adversarial.reading import readable
from tests.sanitize.corpus.places import Document
from tests.sanitize.corpus.planting import Planted, leaks
from tests.sanitize.corpus.secrets import SECRETS, SHORT

from hushtape.model import Headers
from hushtape.sanitize.chain import build
from hushtape.sanitize.messages import tell
from hushtape.sanitize.named_secrets import ShortSecretWarning
from hushtape.sanitize.ruleset import Ruleset

SHARDS = 12
PLANTED = list(leaks())


def ruleset(engine: str) -> Ruleset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ShortSecretWarning)
        return build(secrets={**SECRETS, **SHORT}, engine=engine).ruleset


RULES = ruleset("ahocorasick")


def scrubbed(rules: Ruleset, document: Document, size: int = 1 << 20) -> tuple[bytes, bool]:
    """What is left of a document, and whether the audit fails the tape instead."""
    data, where = document.data, document.where
    if where == "uri":
        text = rules.uri(data.decode("utf-8", "surrogatepass"))
        return text.encode("utf-8", "surrogateescape"), rules.audit_texts([text]) is not None
    if where == "message":
        return tell(rules, data.decode("utf-8", "surrogatepass")).encode("utf-8", "surrogatepass"), False
    phase = "request" if where.startswith("request") else "response"
    if where.endswith("header"):
        fields = rules.headers(Headers([(document.label, data.decode("latin-1"))]), phase)
        value = fields.get(document.label)
        return value.encode("latin-1"), rules.audit_texts([value]) is not None
    scrubber, auditor = rules.scrubber(phase, document.label), rules.auditor()
    pieces = [scrubber.feed(data[at : at + size]) for at in range(0, len(data), size)]
    left = b"".join(pieces) + scrubber.finish()
    return left, (auditor.feed(left) or auditor.finish()) is not None


def fault(planted: Planted) -> str:
    """What is wrong with how this one is treated; nothing, if nothing is."""
    left, fails = scrubbed(RULES, planted.document)
    if fails:
        return "" if planted.may_fail else f"{planted.name}: fails the tape"
    how = readable(left, planted.secret, parts=True)
    return f"{planted.name}: readable ({how})" if how else ""


def test_the_corpus_plants_thousands_of_values_and_the_same_each_time() -> None:
    assert len(PLANTED) > 3_000
    assert [one.document for one in leaks()] == [one.document for one in PLANTED]
    assert len({one.name for one in PLANTED}) > 2_500


@pytest.mark.thinned(7)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_planted_secret_is_left(shard: int) -> None:
    assert [told for one in PLANTED[shard::SHARDS] if (told := fault(one))] == []


def test_the_reader_reads_what_was_planted() -> None:
    unread = [one.name for one in PLANTED[::9] if readable(one.document.data, one.secret) is None]
    assert set(unread) <= {"markup < quoted failure"}, "an escaped quote is all that Python's repr changes"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 31, 64, 257, 1000])
def test_chunks_of_any_size_give_the_same(size: int) -> None:
    bodies = [one.document for one in PLANTED if one.document.where.endswith("body")]
    for document in bodies[size % 7 :: 23]:
        whole, _ = scrubbed(RULES, document)
        assert scrubbed(RULES, document, size)[0] == whole


def test_both_engines_leave_the_same() -> None:
    other = ruleset("hyperscan")
    for planted in PLANTED[::13]:
        assert scrubbed(other, planted.document) == scrubbed(RULES, planted.document)


def test_scrubbing_a_planted_document_twice_changes_nothing_more() -> None:
    for planted in PLANTED[::13]:
        left, fails = scrubbed(RULES, planted.document)
        if not fails and planted.document.where.endswith("body"):
            again = Document(planted.document.where, left, planted.document.label)
            assert scrubbed(RULES, again)[0] == left, planted.name
