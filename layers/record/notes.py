"""Signed notes, checkpoints and cosignatures: C2SP signed-note, tlog-checkpoint, tlog-cosignature (Ed25519, v1), tlog-proof. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

LOG, COSIGNER = 1, 4  # types of signature: Ed25519 of the text itself, and a cosigner's with the time
_SECRET = "PRIVATE+KEY+"
_DASH = "— "  # before every signature
_SIGNATURES_MOST = 100
_NUMBER = re.compile(r"0|[1-9]\d{0,18}")
_NAME = re.compile(r"[^\s+]+")


class BadNote(ValueError):
    """A text is no note, checkpoint or key, or is not signed by whom it has to be."""


def key_id(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Whose signature it is: a name, the type of signature, 32 bytes of Ed25519."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        """The verifier key: name, id and key, as others are told it."""
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        name, told, kind, key = _key_parts(text.strip())
        found = cls(name, kind, key)
        if found.id != told or len(key) != 32 or kind not in (LOG, COSIGNER):
            raise BadNote("this is no public key of a log or a witness")
        return found


@dataclass(frozen=True, slots=True)
class SecretKey:
    """What a name signs with."""

    name: str
    kind: int
    key: Ed25519PrivateKey

    @classmethod
    def made(cls, name: str, kind: int = LOG) -> SecretKey:
        if not _NAME.fullmatch(name):
            raise BadNote(f"{name!r} cannot be the name of a key: it may hold neither spaces nor +")
        return cls(name, kind, Ed25519PrivateKey.generate())

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.name, self.kind, self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def secret(self) -> str:
        """The key as it is kept, for nobody else to read."""
        seed = self.key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        return f"{_SECRET}{self.name}+{self.public.id.hex()}+{_base64(bytes([self.kind]) + seed)}"

    @classmethod
    def parse(cls, text: str) -> SecretKey:
        text = text.strip()
        if not text.startswith(_SECRET):
            raise BadNote("this is no secret key")
        name, told, kind, seed = _key_parts(text.removeprefix(_SECRET))
        if len(seed) != 32:
            raise BadNote("this is no secret key")
        found = cls(name, kind, Ed25519PrivateKey.from_private_bytes(seed))
        if found.public.id != told:
            raise BadNote("this secret key is not that of its name")
        return found


@dataclass(frozen=True, slots=True)
class NoteSignature:
    name: str
    id: bytes
    told: bytes  # what follows the id

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {_base64(self.id + self.told)}\n"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text, which ends with a line's end, and who has signed it."""

    text: str
    signatures: tuple[NoteSignature, ...] = ()

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    @classmethod
    def parse(cls, told: bytes | str) -> SignedNote:
        try:
            whole = told.decode() if isinstance(told, bytes) else told
        except UnicodeDecodeError:
            raise BadNote("a note is UTF-8") from None
        text, blank, lines = whole.rpartition("\n\n")
        if not blank or not lines.endswith("\n") or any(each < " " and each != "\n" for each in whole):
            raise BadNote("this is no signed note")
        signed = lines.removesuffix("\n").split("\n")
        if len(signed) > _SIGNATURES_MOST:
            raise BadNote("too many signatures")
        return cls(f"{text}\n", tuple(map(_signature, signed)))

    def signed(self, key: SecretKey) -> SignedNote:
        """With the signature of a log."""
        return self._with(NoteSignature(key.name, key.public.id, key.key.sign(self.text.encode())))

    def cosigned(self, key: SecretKey, at: int) -> SignedNote:
        """With the signature of a witness, who has seen it at that time (seconds since 1970)."""
        told = at.to_bytes(8, "big") + key.key.sign(_seen(at, self.text))
        return self._with(NoteSignature(key.name, key.public.id, told))

    def _with(self, signature: NoteSignature) -> SignedNote:
        return SignedNote(self.text, (*self.signatures, signature))

    def signed_at(self, by: PublicKey) -> int | None:
        """When a witness signed it, 0 for a log; None where it is not signed with the key. `BadNote` for a signature that is wrong."""
        found = [one for one in self.signatures if (one.name, one.id) == (by.name, by.id)]
        times = [self._checked(one, by) for one in found]
        return max(times) if times else None

    def _checked(self, one: NoteSignature, by: PublicKey) -> int:
        at, told, text = 0, one.told, self.text.encode()
        if by.kind == COSIGNER:
            at, told = int.from_bytes(one.told[:8], "big"), one.told[8:]
            text = _seen(at, self.text)
        try:
            Ed25519PublicKey.from_public_bytes(by.public).verify(told, text)
        except InvalidSignature:
            raise BadNote(f"the signature of {by.name} is wrong") from None
        return at


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or not _NUMBER.fullmatch(lines[1]):
            raise BadNote("this is no checkpoint")
        root = _bytes(lines[2])
        if len(root) != 32:
            raise BadNote("the root of this checkpoint is not 32 bytes")
        return cls(lines[0], int(lines[1]), root)


def proof(index: int, path: Sequence[bytes], checkpoint: bytes | str, extra: bytes = b"") -> str:
    """A proof of inclusion that is checked without a network (tlog-proof); ``extra`` is the entry itself."""
    told = checkpoint.decode() if isinstance(checkpoint, bytes) else checkpoint
    lines = ["c2sp.org/tlog-proof@v1", *([f"extra {_base64(extra)}"] if extra else []), f"index {index}"]
    return "\n".join([*lines, *map(_base64, path), "", told])


def _seen(at: int, text: str) -> bytes:
    """What a witness signs."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _signature(line: str) -> NoteSignature:
    name, _, told = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not _NAME.fullmatch(name):
        raise BadNote("this is no signed note")
    raw = _bytes(told)
    if len(raw) < 5:
        raise BadNote("this is no signature")
    return NoteSignature(name, raw[:4], raw[4:])


def _key_parts(text: str) -> tuple[str, bytes, int, bytes]:
    """(name, id, type, key)"""
    name, _, rest = text.partition("+")
    told, _, key = rest.partition("+")
    raw = _bytes(key)
    if not _NAME.fullmatch(name) or not re.fullmatch(r"[0-9a-f]{8}", told) or len(raw) < 2:
        raise BadNote("this is no key of a log or a witness")
    return name, bytes.fromhex(told), raw[0], raw[1:]


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("this is not base64") from None
