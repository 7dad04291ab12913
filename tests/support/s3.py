"""An object store that speaks enough of S3 for botocore: put, get, head, delete, list.

Lives here: the handler and its XML. Must not: check signatures; any credentials will do.
Understands `Expect: 100-continue` and the aws-chunked coding, which botocore uses for streamed
uploads with a trailing checksum. Called by: the contract suite.
"""

from __future__ import annotations

import hashlib
import io
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

from tests.support.servers import Server
from tests.support.wire import DATE, Call, read_chunked

SPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


def s3_server(*, tls: bool = False) -> Server:
    """Start an empty store; objects live in `server.store` under "bucket/key"."""
    return Server(handle, tls=tls)


def handle(call: Call) -> None:
    name = unquote(urlsplit(call.target).path).lstrip("/")
    bucket, _, key = name.partition("/")
    if not key:
        listing(call, bucket)
    elif call.method == "PUT":
        put(call, name)
    elif call.method == "DELETE":
        call.server.store.pop(name, None)
        call.reply(204)
    else:
        get(call, name)


def put(call: Call, name: str) -> None:
    data = call.body()
    if "aws-chunked" in call.header("Content-Encoding"):
        data = read_chunked(io.BytesIO(data))
    call.server.store[name] = (data, call.header("Content-Type", "binary/octet-stream"))
    call.reply(200, b"", [("ETag", etag(data)), ("x-amz-request-id", "R1")])


def get(call: Call, name: str) -> None:
    found = call.server.store.get(name)
    if found is None:
        error(call, 404, "NoSuchKey", "The specified key does not exist.")
        return
    data, kind = found
    fields = [
        ("ETag", etag(data)),
        ("Last-Modified", DATE),
        ("Accept-Ranges", "bytes"),
        ("Content-Type", kind),
    ]
    asked = call.header("Range")
    if not asked:
        call.reply(200, data, fields)
        return
    first, _, last = asked.removeprefix("bytes=").partition("-")
    end = min(int(last or len(data)), len(data) - 1)
    part = data[int(first) : end + 1]
    call.reply(206, part, [*fields, ("Content-Range", f"bytes {first}-{end}/{len(data)}")])


def listing(call: Call, bucket: str) -> None:
    """ListObjectsV2, in pages of ?max-keys."""
    prefix, most = call.query.get("prefix", ""), int(call.query.get("max-keys", "1000"))
    after = call.query.get("continuation-token", "")
    names = sorted(name.split("/", 1)[1] for name in call.server.store if name.startswith(f"{bucket}/"))
    names = [name for name in names if name.startswith(prefix) and name > after]
    page, more = names[:most], len(names) > most
    rows = "".join(row(name, call.server.store[f"{bucket}/{name}"][0]) for name in page)
    token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><ListBucketResult {SPACE}><Name>{escape(bucket)}</Name>'
        f"<Prefix>{escape(prefix)}</Prefix><KeyCount>{len(page)}</KeyCount><MaxKeys>{most}</MaxKeys>"
        f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>{token}{rows}</ListBucketResult>"
    )
    call.reply(200, text.encode(), [("Content-Type", "application/xml")])


def row(name: str, data: bytes) -> str:
    return (
        f"<Contents><Key>{escape(name)}</Key><LastModified>2026-11-02T10:00:00.000Z</LastModified>"
        f"<ETag>{escape(etag(data))}</ETag><Size>{len(data)}</Size>"
        "<StorageClass>STANDARD</StorageClass></Contents>"
    )


def error(call: Call, status: int, code: str, message: str) -> None:
    text = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>R2</RequestId></Error>"
    call.reply(status, text.encode(), [("Content-Type", "application/xml")])


def etag(data: bytes) -> str:
    return f'"{hashlib.md5(data).hexdigest()}"'
