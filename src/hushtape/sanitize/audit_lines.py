"""Coded text that was broken into lines: the breaks taken out, so that a run is one again.

Lives here: `joined`. Must not: look for runs (audit_runs), or undo any other escape. Called by: audit_runs.
Sources: RFC 2045 6.8 (base64 in lines), RFC 8259 7 (`\\n`, `\\/`), RFC 3676 4.5 (`> ` before quoted lines),
the HTML standard 9.2.6 (`data: ` before the lines of an event).
"""

from __future__ import annotations

from typing import Final

from hushtape.sanitize.expressions import lazily

# What may stand between the break and the coded text: more breaks, indentation, the signs of quoted text
# and of comments. Bounded, since the `n` of one `\\n` is a letter before the next. A form's spaces are plus
# signs, which base64 has, too: audit_anew reads those. A slash counts only before a space for this reason.
_BEFORE: Final = rb"(?:[ \t\r\n>#*;|]|\\++[nrt]|//[ \t]|--[ \t]|data:[ \t]?){0,64}+(?=[A-Za-z0-9+/_-])"
# Each begins with the byte that `re` then leaps to; what stands before it is asked for behind it. Only
# the first of several backslashes, or breaks, is tried: any number of them is read once.
_BREAK: Final = lazily(rb"\n(?<=[A-Za-z0-9+/_-]\n)" + _BEFORE)
_ESCAPED: Final = lazily(rb"\\(?<=[A-Za-z0-9+/_-]\\)\\*+[nr]" + _BEFORE)
_SLASH: Final = lazily(rb"\\(?<!\\\\)\\*+/")
_TRAILING: Final = lazily(rb" (?<!  ) *+(?=\\++[nr])")
_BLANKS: Final = lazily(rb"[ \t](?<![ \t][ \t])[ \t]*+(?=\n)")


# A list of a coded text's lines, `["..", ".."]`, its quotes perhaps escaped. Sixteen letters before each
# joint: shorter strings of a list are words. Each begins with what `re` leaps to, see above.
_OPENS: Final = lazily(rb"\[\s{0,32}\\{0,3}[\"'][A-Za-z0-9+/_-]{16}")
_AHEAD: Final = rb"(?=[A-Za-z0-9+/_-]{2,}=*"
_LISTS: Final = (
    (b'",', lazily(rb'",(?<=[A-Za-z0-9+/_-]{16}",)\s{0,32}"' + _AHEAD + b'")')),
    (b"',", lazily(rb"',(?<=[A-Za-z0-9+/_-]{16}',)\s{0,32}'" + _AHEAD + b"')")),
    (b'\\",', lazily(rb'\\",(?<=[A-Za-z0-9+/_-]{16}\\",)(?:\s|\\n){0,32}\\"' + _AHEAD + rb"\\)")),
)


def joined(data: bytes) -> bytes:
    """The text without the line breaks between letters of the base64 alphabets, with what indents the lines;
    breaks and slashes may be escaped, by any number of backslashes. The same object if there are none."""
    text = data
    # By number: `b"x" in data` is ten times slower than `120 in data` (it fails to take it for one first).
    if 92 in text:
        if text.find(b"\\/") >= 0:
            text = _SLASH.sub(b"/", text)
        if text.find(b"\\n") >= 0 or text.find(b"\\r") >= 0:
            if text.find(b" \\") >= 0:
                text = _TRAILING.sub(b"", text)
            text = _ESCAPED.sub(b"", text)
    if 91 in text and _OPENS.search(text) is not None:
        for joint, lists in _LISTS:
            if text.find(joint) >= 0:
                text = lists.sub(b"", text)
    if 13 in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if 10 in text:
        if text.find(b" \n") >= 0 or text.find(b"\t\n") >= 0:
            text = _BLANKS.sub(b"", text)
        text = _BREAK.sub(b"", text)
    return data if text == data else text
