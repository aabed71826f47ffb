"""What an entry says: one canonical JSON per act, which people can read and which hashes the same wherever it is made. Pure.

Keys are sorted, nothing stands between them, texts are UTF-8, numbers are integers (RFC 8785 of what is used of JSON here):

    {"act":"stated","at":"2026-11-28T04:10:00Z","kind":"permit","release":12,"schema":"shuitu-record/1",
     "state":{…},"subject":"京水取字…","version":1}

``act`` is "stated" for what the object is from now on, or "ended" (without ``state``) once it is there no longer; ``release`` is
the release by which it came to be so, if one did; ``taken_in`` is true of what was there before the record began.

An entry goes to witnesses, who keep it for ever. What may have to be forgotten is therefore not in it: of a personal value it holds
a commitment, SHA-256 over a salt of the entry's own (32 random bytes, kept in the database), the name of the value and the value.
While the salt is there, whoever has the value can be shown that it is the recorded one; once the salt is deleted, the
commitment tells nothing about anybody.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SCHEMA = "shuitu-record/1"
STATED, ENDED = "stated", "ended"
COMMITTED = "sha256"  # the one key of a value that is committed to and not told
SALT = 32  # bytes

Value = str | int | None


class BadLeaf(ValueError):
    """A text is not what an entry of this record says."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry. ``state`` has each fact by its name: a value, or a mapping with the commitment to one."""

    kind: str
    version: int
    subject: str
    act: str
    at: str
    state: Mapping[str, Any] | None = None
    release: int | None = None
    taken_in: bool = False

    def canonical(self) -> bytes:
        told: dict[str, Any] = {
            "act": self.act, "at": self.at, "kind": self.kind, "schema": SCHEMA, "subject": self.subject,
            "version": self.version,
        }  # fmt: skip
        if self.state is not None:
            told["state"] = self.state
        if self.release is not None:
            told["release"] = self.release
        if self.taken_in:
            told["taken_in"] = True
        return canonical(told)

    @classmethod
    def parse(cls, entry: bytes | str) -> Leaf:
        try:
            told = json.loads(entry)
            if told["schema"] != SCHEMA:
                raise BadLeaf(f"{told['schema']!r} is another schema")
            return cls(
                str(told["kind"]), int(told["version"]), str(told["subject"]), str(told["act"]), str(told["at"]),
                told.get("state"), told.get("release"), bool(told.get("taken_in")),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise BadLeaf(f"this is no entry: {error}") from None


def canonical(told: Any) -> bytes:
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def new_salt() -> bytes:
    return secrets.token_bytes(SALT)


def commitment(salt: bytes, name: str, value: Value) -> dict[str, str]:
    return {COMMITTED: hashlib.sha256(salt + name.encode() + b"\x00" + canonical(value)).hexdigest()}


def is_committed(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) == {COMMITTED}
