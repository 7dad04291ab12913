"""The end of what a component printed: bounded, and without halves of secrets."""

from __future__ import annotations

import faulthandler
import gc
import io
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.keboola.runner.printed import MARGIN, PRINTED, Printed, held

PEM = "-----BEGIN KEY-----\n" + "\n".join(f"line{number:04}" for number in range(50)) + "\n-----END KEY-----"


@given(at=st.integers(0, 600), ends=st.sampled_from(["\n", " ", ""]))
def test_no_half_of_a_hidden_value_is_left_wherever_the_text_is_cut(at: int, ends: str) -> None:
    printed = Printed()
    printed.stream(None).write("x" * 100 + ends + PEM + ends + "y" * (PRINTED + MARGIN - at))
    shown = printed.cut(printed.text([PEM]).replace(PEM, "***"))
    assert "line00" not in shown and len(shown) <= PRINTED


def test_short_texts_are_whole_and_bytes_come_in_their_order() -> None:
    printed = Printed()
    out, err = printed.stream(None), printed.stream(None)
    print("one", file=out)
    out.buffer.write("dvě\n".encode())
    err.buffer.write(b"two")
    print("three \ud800", file=out)
    out.close()
    print("four", file=err)
    assert printed.cut(printed.text([])) == "one\ndvě\ntwothree \\ud800\nfour\n"


def test_its_descriptor_is_that_of_the_stream_whose_place_it_takes(tmp_path: Path) -> None:
    printed = Printed()
    with (tmp_path / "genuine").open("w+") as genuine:
        stream = printed.stream(genuine)
        assert stream.fileno() == stream.buffer.fileno() == genuine.fileno()
        assert (stream.name, stream.isatty(), stream.encoding) == (genuine.name, False, "utf-8")
        subprocess.run([sys.executable, "-c", "print('a program')"], stdout=stream, check=True)
        faulthandler.dump_traceback(stream)
        print("the component", file=stream)
        stream.close()
        assert not genuine.closed
        genuine.seek(0)
        shown = genuine.read()
    assert shown.startswith("a program") and "most recent call first" in shown
    assert printed.text([]) == "the component\n"
    with pytest.raises(ValueError, match="closed"):
        stream.fileno()


@pytest.mark.parametrize("genuine", (None, io.StringIO(), object()))
def test_there_may_be_none(genuine: Any) -> None:
    with pytest.raises(io.UnsupportedOperation):
        Printed().stream(genuine).fileno()


@pytest.mark.parametrize("encoding", ("utf-16", "utf-16-le", "utf-32", "latin-1", "UTF8"))
def test_what_is_kept_is_read_in_the_coding_that_it_was_written_in(encoding: str) -> None:
    printed = Printed()
    stream = printed.stream(None)
    stream.write("před ")
    stream.reconfigure(encoding=encoding, line_buffering=True, write_through=False)
    stream.write("secret pár")
    stream.write(" bár")
    stream.reconfigure(errors="replace")
    stream.write(" \ud800 ")
    stream.reconfigure(encoding="utf-8")
    stream.write("za")
    assert printed.text([]) == "před secret pár bár ? za"


def test_a_stream_that_was_detached_is_read() -> None:
    printed = Printed()
    printed.stream(None).detach().write(b"one")
    assert printed.text([]) == "one"


def test_the_interpreters_own_streams_are_held_too(capsys: pytest.CaptureFixture[str]) -> None:
    output, errors = Printed(), Printed()
    before = sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__
    with held(output, errors):
        print("one")
        print("two", file=sys.__stdout__)
        print("three", file=sys.stderr)
        print("four", file=sys.__stderr__)
    assert (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__) == before
    assert (output.text([]), errors.text([])) == ("one\ntwo\n", "three\nfour\n")
    assert capsys.readouterr() == ("", "")


def test_what_the_interpreter_says_of_warnings_threads_and_finalizers_is_held() -> None:
    """pytest records all three by hooks of its own, as they are."""

    def fail() -> None:
        raise ValueError("in a thread")

    class Ends:
        def __del__(self) -> None:
            raise ValueError("in a finalizer")

    printed = Printed()
    with held(printed, printed):
        warnings.warn("of a component", UserWarning, stacklevel=1)
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        del [Ends()][0]
        gc.collect()
    text = printed.text(())
    assert all(part in text for part in ("UserWarning: of a component", "in a thread", "in a finalizer"))
