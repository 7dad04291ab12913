"""What may stand in a header field, a status line, a method, a URI: checked both ways.

Lives here: the checks against request and response splitting (RFC 9112 11.1, 11.2). Must not: know
JSON or files. Called by: layout before a value is written, document after one was read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

_NAME = re.compile(r"[!-9;-~\x80-\xff]+")  # neither controls, space nor colon; RFC 9110 5.1 is narrower
_METHOD = re.compile(r"[!-~]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_VERSION = re.compile(r"HTTP/\d(?:\.\d)?")
_TYPE = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_known: set[str] = set()  # names that passed; bounded, since a server chooses them


class FieldError(ValueError):
    """A value that can't stand where it stands. Its text names the place, never the value."""


def check_name(name: str) -> None:
    """Raise FieldError unless `name` can name a header field."""
    if name in _known:
        return
    if not _NAME.fullmatch(name):
        raise FieldError("the name of a header field holds a space, a colon or a control character")
    if len(_known) >= 1024:
        _known.clear()
    if len(name) <= 64:
        _known.add(name)


def check_names(names: Collection[str]) -> None:
    """`check_name` for each; one set operation where all of them passed before."""
    if not _known.issuperset(names):
        for name in names:
            check_name(name)


def check_values(text: str) -> None:
    """Raise FieldError if one value (or several, joined by spaces) holds CR or LF.

    A NUL, which RFC 9110 5.5 forbids as well, splits nothing: http.client hands it to the program.
    """
    if "\n" in text or "\r" in text:
        raise FieldError("a header field holds a line break (it would split the message)")


def check_line(method: str, uri: str) -> None:
    """Raise FieldError unless method and URI can stand in a request."""
    if method not in _METHODS and not _METHOD.fullmatch(method):
        raise FieldError("the method is empty or holds a space, a line break or a control character")
    if not uri.isprintable() and _CONTROL.search(uri):
        raise FieldError("the URI holds a line break or a control character")


def check_status(reason: str, version: str) -> None:
    """Raise FieldError unless both can stand in a status line."""
    if reason and ("\n" in reason or "\r" in reason):
        raise FieldError("the status text holds a line break (it would split the message)")
    if version != "HTTP/1.1":
        check_version(version)


def check_version(version: str) -> None:
    """Raise FieldError unless `version` is an HTTP version."""
    if not _VERSION.fullmatch(version):
        raise FieldError("the HTTP version is not of the form HTTP/1.1")


def check_type(name: str) -> None:
    """Raise FieldError unless `name` is a plain (dotted) name of an exception."""
    if len(name) > 200 or not _TYPE.fullmatch(name):
        raise FieldError("the type of a failure is not a plain name")


def latin1(text: str) -> str:
    """Header text as the model wants it: characters beyond latin-1 become their UTF-8 octets."""
    if text.isascii():
        return text
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("latin-1")
    return text


def check_pairs(pairs: Iterable[tuple[str, str]]) -> None:
    """Both checks over header pairs."""
    for name, value in pairs:
        check_name(name)
        check_values(value)


def culprit(pairs: Iterable[tuple[str, str]]) -> str | None:
    """The name (printable, cut at 64) of the first field that no cassette may hold; None: all are fine."""
    for name, value in pairs:
        try:
            check_name(name)
            check_values(value)
        except FieldError:
            return ascii(name[:64])
    return None
