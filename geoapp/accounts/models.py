"""What is kept of accounts beside Django's own: tries to log in, sessions, second factors, personal tokens."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from layers.words import shown


class Tries(models.Model):
    """Refused tries of one account from one address, of one address, or of one account; or a place it is known at.

    The key is a digest: the table holds no name and no address. Rows that no try renews are deleted.
    """

    key = models.CharField(primary_key=True, max_length=64)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)
    until = models.DateTimeField()  # no try is taken before

    class Meta:
        verbose_name = verbose_name_plural = shown("登录尝试", "Log-in attempts")

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.count}"


class Session(AbstractBaseSession):
    """A session as Django keeps it, and whose it is: so that people see their own and end them.

    One that was ended is kept, empty, until it would have run out: whoever still holds it is told why it ended.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions")
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=30, blank=True)  # `browsers.code`
    ended = models.CharField(max_length=20, blank=True)  # why: a key of `words.ENDED`

    class Meta:
        verbose_name, verbose_name_plural = shown("会话", "Session"), shown("会话", "Sessions")

    @classmethod
    def get_session_store_class(cls) -> Any:
        from geoapp.accounts.sessions import SessionStore

        return SessionStore


class Account(models.Model):
    """What an account has beside Django's: whether its password is another's choice, and its second factor."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="account")
    must_change = models.BooleanField(
        default=False,
        verbose_name=shown("下次登录须改密码", "Has to change the password at the next log-in"),
    )
    totp_key = models.CharField(max_length=120, blank=True)  # sealed (`second.seal`)
    totp_since = models.DateTimeField(null=True, blank=True)  # none: no second factor
    totp_step = models.BigIntegerField(default=0)  # the last that was used: no code is taken twice

    class Meta:
        verbose_name = verbose_name_plural = shown("登录设置", "Log-in settings")

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """One log-in without the telephone; only the digest of a code is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = shown("恢复码", "Recovery codes")
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="one_recovery_code")]

    def __str__(self) -> str:
        return f"{self.digest[:8]}"


class PersonalToken(models.Model):
    """A key for one program of one person. Found by its public part; of the secret one only the digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="personal_tokens")
    name = models.CharField(max_length=60, verbose_name=shown("名称", "Name"))
    public_id = models.CharField(max_length=10, unique=True)
    digest = models.CharField(max_length=64)
    scope = ArrayField(models.CharField(max_length=20), default=list)  # of `tokens.SCOPES`
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = shown("个人令牌", "Personal token"), shown("个人令牌", "Personal tokens")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.public_id})"


class OutsideAccount(models.Model):
    """Whom an account belongs to at an outside provider of log-ins."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="outside_accounts")
    issuer = models.CharField(max_length=300, verbose_name=shown("签发方", "Issuer"))
    subject = models.CharField(max_length=255, verbose_name=shown("主体标识（sub）", "Subject (sub)"))

    class Meta:
        verbose_name = verbose_name_plural = shown("统一认证账号", "Accounts of the identity provider")
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_outside_account")]

    def __str__(self) -> str:
        return f"{self.subject} @ {self.issuer}"
