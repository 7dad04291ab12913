"""Names, unknown codings and missing libraries."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from hushtape import coding
from hushtape.coding import br, zstd


@pytest.mark.parametrize(
    ("field", "codings"),
    [
        ("", ()),
        ("identity", ()),
        ("gzip", ("gzip",)),
        ("X-GZip", ("gzip",)),
        (" deflate , BR,identity,", ("deflate", "br")),
        ("exi, gzip", ("exi", "gzip")),
    ],
)
def test_a_content_encoding_names_its_codings_in_order(field: str, codings: tuple[str, ...]) -> None:
    assert coding.parse(field) == codings


def test_an_unknown_coding_is_refused_with_its_name() -> None:
    assert not coding.can_decode(("exi",))
    for make in (coding.decoder, coding.encoder):
        with pytest.raises(coding.CodingError, match="'exi'"):
            make(("exi",))


def test_six_codings_on_one_body_are_refused() -> None:
    assert coding.can_decode(("gzip",) * 5)
    assert not coding.can_decode(("gzip",) * 6)


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(br, "library", lambda: None)
    monkeypatch.setattr(zstd, "library", lambda: None)
    for name in ("br", "zstd"):
        assert coding.missing_extra((name,)) == "codings"
        assert not coding.can_decode(("gzip", name))
        with pytest.raises(coding.CodingError, match=r"hushtape\[codings\]"):
            coding.decoder((name,))
        assert coding.encode((name,), b"needs no library")


def test_importing_the_room_imports_no_optional_library() -> None:
    code = "import sys, hushtape.coding; print({'brotli', 'zstandard', 'backports'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"


def test_an_error_keeps_its_values_through_a_pickle() -> None:
    decoder = coding.decoder(("gzip",))
    with pytest.raises(coding.CodingError) as caught:
        list(decoder.feed(b"plain"))
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.coding, copy.produced, str(copy)) == ("gzip", 0, str(caught.value))
