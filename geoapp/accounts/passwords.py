"""What a password must be, and how it is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

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
