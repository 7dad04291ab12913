"""What two TLS connections must have in common to share a context.

Lives here: the key of a urllib3 connection, and the readable state of a context. Must not: share, keep
or change anything. Called by: tls.py. The key holds all that urllib3 builds a context from: its own
parameters, the files they name as they are now, its module-wide defaults, and the environment.
What can't be told for certain gives no key, and then nothing is shared.
"""

from __future__ import annotations

import hashlib
import os
import ssl
import sys
from pathlib import Path
from typing import Any, Final

from hushtape import clock

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

Key = tuple[Any, ...]

_ENVIRONMENT: Final = (
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "SSLKEYLOGFILE",
    "OPENSSL_CONF",
    "OPENSSL_CONF_INCLUDE",
    "OPENSSL_MODULES",
    "OPENSSL_ENGINES",
)
_PARAMETERS: Final = ("cert_reqs", "ssl_version", "ssl_minimum_version", "ssl_maximum_version")
_CLIENT_CERTIFICATE: Final = ("cert_file", "key_file", "key_password")
_MODULE_DEFAULTS: Final = (
    "ALPN_PROTOCOLS",
    "DEFAULT_CIPHERS",
    "IS_PYOPENSSL",
    "HAS_NEVER_CHECK_COMMON_NAME",
    "SSLContext",
    "create_urllib3_context",
    "resolve_cert_reqs",
    "resolve_ssl_version",
    "ssl_wrap_socket",
)
"""Names of urllib3.util.ssl_ that shape a context; programs replace them (DEFAULT_CIPHERS, truststore)."""

_STATE: Final = (
    "protocol",
    "verify_mode",
    "check_hostname",
    "verify_flags",
    "options",
    "minimum_version",
    "maximum_version",
    "post_handshake_auth",
    "hostname_checks_common_name",
    "keylog_filename",
    "sni_callback",
    "security_level",
    "num_tickets",
)
_MOST_CA_FILES: Final = 2048
_FRESH_NS: Final = 100_000_000
"""A file changed this short a time ago may change again within one tick of its time stamp (10 ms at
most on Linux), unseen. As in git's index, such a file is not trusted to be the same."""


class _Unknown(Exception):
    """No key can be computed."""


def key_of(conn: Any) -> Key | None:
    """The key of a urllib3 HTTPSConnection that is about to connect; None: share nothing.

    None for a client certificate, a context given by the program, TLS to a proxy, pyOpenSSL, parameters
    of unknown types, and CA files that can't be read or are too fresh.
    """
    try:
        if conn.ssl_context is not None or any(getattr(conn, name, None) for name in _CLIENT_CERTIFICATE):
            return None
        _refuse_tls_to_proxy(conn)
        key = (
            type(conn),
            tuple(_plain(getattr(conn, name, None)) for name in _PARAMETERS),
            _turns_hostname_check_off(conn),
            _authorities(conn),
            _defaults(),
            _environment(),
        )
        hash(key)  # what a program has put in the place of a default may not be hashable
        return key
    except (_Unknown, OSError, AttributeError, TypeError, ValueError):
        return None


def state_of(context: ssl.SSLContext) -> Key:
    """All that can be read back from a context, to tell whether somebody has changed it since."""
    return (
        type(context),
        tuple(getattr(context, name, None) for name in _STATE),
        tuple(sorted(context.cert_store_stats().items())),
        tuple(context.__dict__),
    )


def _refuse_tls_to_proxy(conn: Any) -> None:
    """A proxy that is spoken to in TLS has a policy of its own (ProxyConfig), which we don't share."""
    proxy = getattr(conn, "proxy", None)
    if proxy is not None and getattr(proxy, "scheme", None) != "http":
        raise _Unknown


def _plain(value: Any) -> Any:
    """Values whose equality means the same parameter: a string "CERT_NONE" is not the number 0."""
    if value is None or isinstance(value, str | int):
        return type(value), value
    raise _Unknown


def _turns_hostname_check_off(conn: Any) -> tuple[bool, bool]:
    name, fingerprint = conn.assert_hostname, conn.assert_fingerprint
    return bool(name) or name is False, bool(fingerprint)


def _authorities(conn: Any) -> Key:
    """What is trusted: files by what they are now, data by its hash, else OpenSSL's own places."""
    data = conn.ca_cert_data
    if not (conn.ca_certs or conn.ca_cert_dir or data):
        return ("default", *_default_authorities())
    if isinstance(data, str):
        data = data.encode()
    digest = hashlib.sha256(data).digest() if data else None
    return _file(conn.ca_certs), _folder(conn.ca_cert_dir), digest, isinstance(conn.ca_cert_data, str)


def _default_authorities() -> Key:
    if sys.platform == "win32":
        raise _Unknown  # the system's certificate stores, which change without a trace
    paths = ssl.get_default_verify_paths()
    return (
        _file(os.environ.get(paths.openssl_cafile_env, paths.openssl_cafile), missing_is_fine=True),
        _folder(os.environ.get(paths.openssl_capath_env, paths.openssl_capath), missing_is_fine=True),
    )


def _file(name: Any, *, missing_is_fine: bool = False) -> Any:
    """Which file this name leads to, and which content: device, inode, size, and both time stamps."""
    if not name:
        return None
    if not isinstance(name, str):
        raise _Unknown
    path = Path(name)
    try:
        return str(path.absolute()), *_stamp(path.stat())
    except FileNotFoundError:
        if missing_is_fine:
            return str(path.absolute())
        raise


def _folder(name: Any, *, missing_is_fine: bool = False) -> Any:
    """A folder of certificates (OpenSSL's capath, perhaps several): each of its entries counts."""
    if not name:
        return None
    if not isinstance(name, str):
        raise _Unknown
    found: list[Any] = []
    for part in name.split(os.pathsep):
        found.append(str(Path(part).absolute()))
        try:
            with os.scandir(part) as entries:
                found.extend(sorted(_entry(entry) for entry in entries))
        except FileNotFoundError:
            if not missing_is_fine:
                raise
        if len(found) > _MOST_CA_FILES:
            raise _Unknown
    return tuple(found)


def _entry(entry: os.DirEntry[str]) -> tuple[Any, ...]:
    try:
        return entry.name, *_stamp(entry.stat())
    except FileNotFoundError:
        return entry.name, "a broken link"


def _stamp(stat: os.stat_result) -> tuple[int, ...]:
    if clock.now_ns() - max(stat.st_mtime_ns, stat.st_ctime_ns) < _FRESH_NS:
        raise _Unknown
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _defaults() -> Key:
    """What urllib3 itself would use, as it stands in its modules now; and the class of contexts."""
    helpers, users = sys.modules["urllib3.util.ssl_"], sys.modules["urllib3.connection"]
    if getattr(helpers, "IS_PYOPENSSL", False) or helpers.SSLContext is not ssl.SSLContext:
        raise _Unknown
    values = [getattr(module, name, None) for module in (helpers, users) for name in _MODULE_DEFAULTS]
    return ssl.SSLContext, *(tuple(value) if isinstance(value, list) else value for value in values)


def _environment() -> tuple[str | None, ...]:
    values = [os.environ.get(name) for name in _ENVIRONMENT]
    return *values, os.path.expandvars(os.environ.get("SSLKEYLOGFILE", ""))
