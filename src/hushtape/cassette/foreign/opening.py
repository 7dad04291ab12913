"""Which tool wrote this file, told by its content; its suffix only settles what content leaves open.

Lives here: `open_foreign`, `open_vcr`. Must not: parse more than it needs to tell. Called by: reader, for
every file that is not laid out as hushtape does.
"""

from __future__ import annotations

import re

from hushtape.cassette.bodies import Pinned
from hushtape.cassette.info import Reader, parse_head
from hushtape.cassette.linescan import Found
from hushtape.cassette.problems import malformed
from hushtape.cassette.stream import find_values
from hushtape.errors import CassetteFormatError

_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_HAR = re.compile(rb'\s*\{\s*"log"\s*:')
_YAML_LINE = re.compile(rb"(?:%YAML|---|(?:\w+|\"\w+\"|'\w+')[ \t]*:(?:[ \t\r\n]|\Z)|- request:)")
_YAML_SUFFIXES = (".yaml", ".yml")
_PEEK = 64 * 1024


def open_foreign(file: Pinned) -> Reader | Found:
    """The reader for another tool's file; where it is JSON as vcrpy or we write it, its interactions.

    Raises:
        CassetteFormatError: it is no cassette.
        MissingDependencyError: it is YAML, and PyYAML is not installed.
    """
    top = file.read(0, min(file.size, _PEEK))
    if top.startswith(_WIDE):
        raise malformed(file.path, "it is UTF-16; cassettes are UTF-8", offset=0)
    mark = len(_BOM) if top.startswith(_BOM) else 0
    if _HAR.match(top, mark) or (file.path.suffix.lower() == ".har" and top[mark:].lstrip()[:1] == b"{"):
        from hushtape.cassette.foreign.har import open_har

        return open_har(file, mark)
    if _is_yaml(file, top[mark:]):
        from hushtape.cassette.foreign.yaml_reader import open_yaml

        return open_yaml(file, mark)
    return find_values(file)


def open_vcr(file: Pinned, found: Found, began: int) -> Reader:
    """The reader for JSON of vcrpy or keboola.vcr; `began`: when the search for `found` began."""
    from hushtape.cassette.foreign.vcr_json import VcrJsonReader

    info, _ = parse_head(found.head, file.path)
    return VcrJsonReader(file, info, found, began)


def _is_yaml(file: Pinned, top: bytes) -> bool:
    """JSON is YAML, too, but it is read as JSON: in place, and without a dependency."""
    if file.path.suffix.lower() in _YAML_SUFFIXES:
        return top.lstrip()[:1] != b"{" or not _parses(file)
    for line in top.splitlines()[:100]:
        if line.strip() and not line.startswith(b"#"):
            return _YAML_LINE.match(line) is not None
    return False


def _parses(file: Pinned) -> bool:
    try:
        find_values(file)
    except CassetteFormatError:
        return False
    return True
