"""What a password must be, and how it is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from layers.words import Words, active

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Letters as they are dressed up, and as they were.
DRESSED = str.maketrans("@4301!5$7", "aaeoiisst")
# Common here, and not in Django's list, which was made from leaks elsewhere.
OURS = frozenset(
    {"woaini", "shuitu", "shuiwu", "shuiwuju", "zhongguo", "beijing", "guanliyuan", "mima", "admin", "root"}
)
FEW = 4  # letters: what is left of a password that is nothing but digits and signs


class Argon2(Argon2PasswordHasher):
    """Argon2id with OWASP's parameters for a server: 19 MiB and one thread a password, where Django's take 100 and eight."""

    time_cost = 2
    memory_cost = 19456
    parallelism = 1


class CommonBaseValidator(CommonPasswordValidator):
    """Django's list of 20,000 common passwords, which `Password2026!` and `p@ssw0rd123` are no way around."""

    def validate(self, password: str, user: User | None = None) -> None:
        super().validate(password, user)
        plain = password.lower().strip()
        for text in (plain, plain.translate(DRESSED)):
            # Without what is put before and behind a word so that it counts as another.
            base = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
            whole = text == base
            if not whole and (base in self.passwords or base in OURS or len(base) < FEW):
                raise ValidationError(self.get_error_message(), code="password_too_common")
            if re.fullmatch(r"(.{1,4}?)\1+.?", text):  # 1212121212, abcabcabca
                raise ValidationError(self.get_error_message(), code="password_too_common")


class LeakedValidator:
    """None of the passwords in the installation's own list of leaked ones (`LEAKED_PASSWORDS`); without a list it says nothing.

    Lines of 40 hexadecimal digits, the SHA-1 of a password, in their order, each with anything behind a colon: so Have I Been
    Pwned gives its list of a billion. It is read where a search by halves looks, some thirty lines.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        path = settings.LEAKED_PASSWORDS
        if path and is_listed(Path(path), hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest()):
            raise ValidationError(
                Words(
                    "这个密码出现在已泄露的密码库里，请换一个。", "This password is in a list of leaked ones. Choose another."
                ).in_(active()),
                code="password_leaked",
            )  # fmt: skip

    def get_help_text(self) -> str:
        return Words("密码不能是已经泄露过的。", "Your password can't be one that has leaked before.").in_(active())


def is_listed(path: Path, digest: str) -> bool:
    """Whether a file of lines in order has one that begins with the digest."""
    wanted = digest.upper().encode()
    with path.open("rb") as file:
        low, high = 0, path.stat().st_size  # the line that is looked for begins at or after low, and before high
        while low < high:
            middle = (low + high) // 2
            start, line = _line_from(file, middle)
            if start >= high or line[:40].upper() >= wanted:
                high = middle
            else:
                low = start + len(line)
        return _line_from(file, low)[1][:40].upper() == wanted


def _line_from(file: IO[bytes], place: int) -> tuple[int, bytes]:
    """The first line that begins at or after a place, and where."""
    if place:
        file.seek(place - 1)
        file.readline()
    else:
        file.seek(0)
    return file.tell(), file.readline()


_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def first_password() -> str:
    """A password to be told once and changed at the first log-in: easy to read out, of 80 random bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
