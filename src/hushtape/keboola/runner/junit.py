"""JUnit XML of a run, as CI systems read it.

Lives here: the document. Must not: write files. Called by: cli.component.
The schema is nobody's standard; this is what Jenkins' and GitLab's readers take: a suite, a case each, one
failure or error, the component's output.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from hushtape.keboola.runner.outcome import Outcome

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

_NOT_XML = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 can't hold (2.2)."""


def junit(outcomes: Sequence[Outcome], suite: str) -> bytes:
    """The document. `suite`: the suite's name."""
    verdicts = [one.verdict for one in outcomes]
    root = ElementTree.Element(
        "testsuite",
        name=_text(suite),
        tests=str(len(outcomes)),
        failures=str(verdicts.count("failed")),
        errors=str(verdicts.count("error")),
        time=f"{sum(one.seconds for one in outcomes):.3f}",
    )
    for outcome in outcomes:
        case = ElementTree.SubElement(
            root, "testcase", classname=_text(suite), name=_text(outcome.name), time=f"{outcome.seconds:.3f}"
        )
        if outcome.problems:
            kind = "failure" if outcome.verdict == "failed" else "error"
            first = outcome.problems[0]
            told = ElementTree.SubElement(case, kind, type=first.kind, message=_text(first.text))
            lines = [f"{one.kind}: {one.text}\n{one.detail}" for one in outcome.problems]
            told.text = _text("\n".join(lines))
        if outcome.printed:
            ElementTree.SubElement(case, "system-out").text = _text(outcome.printed)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _text(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
