"""JSON schemas, as bytes: the forms of JSON's strings in any quotes, and a schema that can hold no value.

Lives here: expressions of those, each so strict that no credential has it. Must not: know names or rules.
Called by: innocent, refusals. JSON Schema (2020-12) without what may hold a value: const, enum, examples, and
defaults other than none; with what OpenAPI, Google's discovery, Airbyte, Terraform and Elasticsearch put
beside it.
"""

from __future__ import annotations

from typing import Final

from hushtape.sanitize.expressions import lazily

Q: Final = rb"(?:\\{0,8}+\"|\\{1,8}+u0022|(?:&|\\{1,8}+u0026)(?:quot|#34);)"
# A string of JSON, and one in a string of JSON, with what is escaped in it; quotes within quotes where one
# backslash opened it, or `\\u0022`. One in an attribute of HTML, without references but an apostrophe's.
TEXT: Final = (
    rb"(?:\"(?:[^\"\\]|\\.){0,768}+\""
    rb"|(?<!\\)\\\"(?:[^\"\\]|\\{1,16}+[^\"\\]|(?:\\{3}|\\{7})\"){0,768}+\\\""
    rb"|\\{1,8}+\"(?:[^\"\\]|\\{1,16}+[^\"\\]){0,768}+\\{1,8}+\""
    rb"|(?<!\\)\\u0022(?:[^\"\\]|\\(?!u0022)[^\"\\]|\\{2,16}+[^\"\\]){0,768}+\\u0022"
    rb"|&(?:quot|#34);(?:[^\"&<>\\]|&(?:#39|#[xX]27|apos|amp|lt|gt);){0,768}+&(?:quot|#34);"
    rb"|\\{1,8}+u0026(?:quot|#34);(?:[^\"&<>\\]|\\{1,8}+u0026(?:#39|#[xX]27|apos|amp|lt|gt);){0,768}+\\{1,8}+u0026(?:quot|#34);)"
)
S: Final = rb"(?:[\s+]|\\{1,8}+[nrt])"
"""White space; a form's, too, whose other signs the audit has undone."""
SCALAR: Final = rb"(?:" + TEXT + rb"|[\w.+-]{1,24}+)"
IS: Final = S + rb"{0,8}+:" + S + rb"{0,8}+"
LIST: Final = rb"\[" + S + rb"{0,32}+(?:" + TEXT + S + rb"{0,32}+,?" + S + rb"{0,32}+){0,8}+\]"


def an_object(members: bytes, least: int = 1) -> bytes:
    """An object of up to 16 of these members."""
    return rb"\{(?:" + S + rb"{0,64}+" + members + S + rb"{0,64}+,?){%d,16}+" % least + S + rb"{0,64}+\}"


def _member(name: bytes, value: bytes) -> bytes:
    return Q + name + Q + IS + value


def _list(elements: bytes) -> bytes:
    return rb"\[(?:" + S + rb"{0,64}+" + elements + S + rb"{0,64}+,?){1,8}+" + S + rb"{0,64}+\]"


_NAME: Final = rb"[\w.@$-]{1,64}+"
_SAYING: Final = (
    rb"(?:type|title|description|description_kind|format|pattern|pattern_descriptor|\$ref|\$id|\$schema|\$comment"
    rb"|shape|documentation|locationName|queryName|required|location|mode|contentEncoding|contentMediaType|deprecation_?[mM]essage"
    rb"|(?:search_|search_quote_)?analyzer|normalizer|similarity|index_options|term_vector|copy_to"
    rb"|minLength|maxLength|nullable|readOnly|writeOnly|deprecated|propertyOrder)"
)
_COUNTING: Final = (
    rb"(?:m(?:in|ax)(?:Items|Properties|Contains|_items)?|(?:exclusiveM|m)(?:in|ax)imum|multipleOf|order|position"
    rb"|ignore_above|boost|index|airbyte_\w{1,24})"
)
_FLAT: Final = an_object(_member(_NAME, rb"(?:" + SCALAR + rb"|" + LIST + rb")"))
_EXTENSION: Final = rb"(?:x-[\w.-]{1,48}|airbyte_\w{1,24})"
_EXTENDED: Final = rb"(?:" + SCALAR + rb"|" + LIST + rb"|" + _FLAT + rb"|" + _list(_FLAT) + rb")"
_PLAIN: Final = (
    rb"(?:"
    + _member(_SAYING, rb"(?:" + SCALAR + rb"|" + LIST + rb")")
    + rb"|"
    + _member(_NAME, rb"(?:true(?!\w)|false(?!\w)|null(?!\w)|\[\s{0,8}\]|\{\s{0,8}\})")
    + rb"|"
    + _member(_COUNTING, rb"-?\d{1,9}(?:\.\d{1,9})?(?![\w.])")
    + rb"|"
    + _member(_EXTENSION, _EXTENDED)
    + rb"|"
    + _member(
        rb"(?:xml|externalDocs)", an_object(_member(rb"(?:name|namespace|prefix|url|description)", TEXT))
    )
    + rb"|"
    + _member(rb"default", Q + Q)
    + rb")"
)
_ONE: Final = an_object(_PLAIN, 0)
_SCHEMA = lazily(
    an_object(
        rb"(?:"
        + _PLAIN
        + rb"|"
        + _member(rb"(?:anyOf|oneOf|allOf|prefixItems)", _list(_ONE))
        + rb"|"
        + _member(
            rb"(?:properties|patternProperties|fields|\$defs|definitions|attributes)",
            an_object(_member(rb"[^\"\\&]{1,64}+", _ONE)),
        )
        + rb"|"
        + _member(
            rb"(?:items|additionalProperties|not|contains|propertyNames|contentSchema|nested_type)", _ONE
        )
        + rb")"
    )
)
_TYPED = lazily(
    Q + rb"(?:\$ref" + Q + rb"|shape" + Q + IS + Q + rb"[A-Za-z_]\w{0,80}" + Q
    + rb"|type" + Q + IS + rb"(?:\[" + S + rb"{0,32}+)?" + Q
    + rb"(?:string|integer|number|boolean|object|array|null|bool|list|set|map|text|keyword|match_only_text"
    rb"|wildcard|binary)" + Q + rb")"
)  # fmt: skip
_IN_EXTENSION = lazily(Q + _EXTENSION + Q + IS + rb"(" + _EXTENDED + rb")")
_BETWEEN = lazily(rb"\\{1,16}+(?:u0022|[\"nrt])|&#?\w{1,8};")
_WORD = lazily(rb"(?=[^\s\"]{0,64}\d)[^\s\"{}\[\],:]{7,}")
"""Letters with a digit among them."""


def is_schema(data: bytes, at: int, limit: int) -> bool:
    """Whether the object at `at` is a schema, whose extensions hold nothing that might be a credential."""
    schema = _SCHEMA.match(data, at, limit)
    if schema is None or _TYPED.search(schema[0]) is None:
        return False
    inside = (_BETWEEN.sub(b" ", one[1]) for one in _IN_EXTENSION.finditer(schema[0]))
    return not any(_WORD.search(one) for one in inside)
