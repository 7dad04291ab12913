"""The end of what a component printed: bounded, and without halves of secrets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hushtape.keboola.runner.printed import MARGIN, PRINTED, Printed

PEM = "-----BEGIN KEY-----\n" + "\n".join(f"line{number:04}" for number in range(50)) + "\n-----END KEY-----"


@given(at=st.integers(0, 600), ends=st.sampled_from(["\n", " ", ""]))
def test_no_half_of_a_hidden_value_is_left_wherever_the_text_is_cut(at: int, ends: str) -> None:
    printed = Printed()
    printed.write("x" * 100 + ends + PEM + ends + "y" * (PRINTED + MARGIN - at))
    shown = printed.cut(printed.text([PEM]).replace(PEM, "***"))
    assert "line00" not in shown and len(shown) <= PRINTED


def test_short_texts_are_whole_and_bytes_come_in_their_order() -> None:
    printed = Printed()
    print("one", file=printed)
    printed.buffer.write("dvě\n".encode())
    print("three \ud800", file=printed)
    printed.close()
    assert printed.cut(printed.text([])) == "one\ndvě\nthree \\ud800\n"
