"""Environment text → typed values. Pure: nothing here reads the environment or a file by itself."""

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})
HOST = re.compile(r"\*|\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\]")
ORIGIN = re.compile(r"https?://(\*\.)?([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
LOG_LEVELS = ("INFO", "DEBUG", "WARNING", "ERROR", "CRITICAL")
URL_SCHEMES = frozenset({"postgres", "postgresql", "postgis"})


class BadSetting(ValueError):
    """An environment variable holds text that cannot be understood; the message names it."""


def flag(name: str, text: str | None) -> bool:
    """`1 true yes on` or `0 false no off` (or nothing) → bool."""
    word = (text or "").strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise BadSetting(f"{name}={text!r}: use 1 or 0")


def integer(name: str, text: str | None, default: int, low: int, high: int) -> int:
    """Decimal text → int within [low, high]; nothing → default."""
    if text is None or not text.strip():
        return default
    try:
        value = int(text)
    except ValueError:
        raise BadSetting(f"{name}={text!r}: use a whole number") from None
    if not low <= value <= high:
        raise BadSetting(f"{name}={text!r}: use a number from {low} to {high}")
    return value


def words(text: str | None, default: list[str]) -> list[str]:
    """Comma-separated text → list of trimmed words; nothing → default."""
    found = [word.strip() for word in (text or "").split(",") if word.strip()]
    return found or list(default)


def hosts(name: str, text: str | None, default: list[str]) -> list[str]:
    """Comma-separated names or addresses of hosts (`.example.org` with all below it, `*` for any) → list."""
    for word in (found := words(text, default)):
        if not HOST.fullmatch(word):
            raise BadSetting(f"{name}={word!r}: use names as in water.example.org, without http://, port or path")
    return found


def origins(name: str, text: str | None) -> list[str]:
    """Comma-separated origins, `https://water.example.org` or `https://*.example.org:8443` → list."""
    for word in (found := words(text, [])):
        if not ORIGIN.fullmatch(word):
            raise BadSetting(f"{name}={word!r}: use origins as in https://water.example.org")
    return found


def site(name: str, text: str | None, default: str) -> str:
    """The address of a site, with or without a path → with one slash at its end."""
    found = (text or default).strip()
    parts = urlsplit(found)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise BadSetting(f"{name}={found!r}: use an address as in https://water.example.org/")
    return found.rstrip("/") + "/"


def issuer(name: str, text: str | None) -> str:
    """The address of an identity provider; nothing → none. In the open only on this machine, where nobody listens."""
    found = (text or "").strip().rstrip("/")
    parts = urlsplit(found)
    here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    if found and not (parts.hostname and (parts.scheme == "https" or here)):
        raise BadSetting(f"{name}={text!r}: use an address that begins with https://")
    return found


def log_name(name: str, text: str | None, default: str) -> str:
    """The name of a log, as in water.example.org/record: neither spaces nor +; nothing → default."""
    found = (text or "").strip() or default
    if not re.fullmatch(r"[^\s+]{1,200}", found):
        raise BadSetting(f"{name}={text!r}: use a name as in water.example.org/record, without spaces and +")
    return found


def path(name: str, text: str | None) -> str:
    """The path of a folder or file from the root down; nothing → none. Whether it is there, whoever reads it says."""
    found = (text or "").strip()
    if found and not found.startswith("/"):
        raise BadSetting(f"{name}={text!r}: use a path that begins with /")
    return found


def choice(name: str, text: str | None, allowed: tuple[str, ...]) -> str:
    """One of the words, in capitals; nothing → the first."""
    found = (text or "").strip().upper() or allowed[0]
    if found not in allowed:
        raise BadSetting(f"{name}={text!r}: use one of {' '.join(allowed)}")
    return found


def choices(name: str, text: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """Comma-separated words, each of the known ones; nothing → none."""
    found = words(text, [])
    for word in found:
        if word not in known:
            raise BadSetting(f"{name}={text!r}: use {', '.join(known)}, or nothing")
    return tuple(found)


def worded(name: str, text: str | None) -> dict[str, tuple[str, str]]:
    """``source.group_tap=市自来水公司/City waterworks;…`` → by term, its Chinese and its English word (the Chinese, if one is told)."""
    found = {}
    for part in filter(str.strip, (text or "").split(";")):
        term, sign, said = (piece.strip() for piece in part.partition("="))
        zh, _, en = (piece.strip() for piece in said.partition("/"))
        if not (sign and re.fullmatch(r"[a-z_]+\.[a-z_]+", term) and zh):
            raise BadSetting(f"{name}: {part!r}: use vocabulary.term=中文/English, several joined by ;")
        found[term] = (zh, en or zh)
    return found


def database_url(text: str, name: str = "DATABASE_URL") -> dict[str, Any]:
    """`postgresql://user:password@host:port/name?sslmode=…` → NAME, USER, PASSWORD, HOST, PORT, OPTIONS.

    A host that is a directory (a socket) may be given percent-encoded or as `?host=/dir`.
    The text may hold a password, so no error quotes it.
    """
    parts = urlsplit(text.strip())
    if parts.scheme not in URL_SCHEMES:
        raise BadSetting(f"{name}: use postgresql://user:password@host:port/name")
    try:
        port = parts.port
    except ValueError:
        raise BadSetting(f"{name}: the port is not a number") from None
    database = unquote(parts.path.lstrip("/"))
    if not database:
        raise BadSetting(f"{name}: the database name is missing: postgresql://user:password@host:port/name")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    # urlsplit lowers the host's letters; a socket directory has to keep them.
    if "%2f" in parts.netloc.lower():
        host = unquote(parts.netloc.rpartition("@")[2].partition(":")[0])
    return {
        "NAME": database,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or options.pop("port", "")),
        "OPTIONS": options,
    }
