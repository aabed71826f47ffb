"""Who may what, as rows: how open the site is, roles, and to whom they are given in which region."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from layers.words import shown

OPEN, FIGURES, CLOSED = "open", "figures", "closed"


class Openness(models.Model):
    """What is open to whoever reaches the site: one row, or none until it is chosen (`layers.access.posture`)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    posture = models.CharField(
        shown("对外开放", "Open to the public"),
        max_length=8,
        choices=[
            (OPEN, shown("全部开放（个人信息除外）", "everything but personal data")),
            (FIGURES, shown("只开放统计数字与公共设施", "figures and public facilities")),
            (CLOSED, shown("不开放，登录后可见", "nothing without a log-in")),
        ],
    )
    changed_at = models.DateTimeField(shown("更改时间", "Changed at"), auto_now=True)
    changed_by = models.CharField(shown("更改人", "Changed by"), max_length=150, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = shown("开放程度", "Openness")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="openness_one_row"),
            models.CheckConstraint(condition=Q(posture__in=(OPEN, FIGURES, CLOSED)), name="openness_known"),
        ]

    def __str__(self) -> str:
        return str(self.get_posture_display())


class Role(models.Model):
    """Capabilities under a name; they hold in the region that the role is given for, ``everywhere`` in the whole city besides."""

    name = models.CharField(shown("名称", "Name"), max_length=40, unique=True)
    name_en = models.CharField(shown("英文名称", "Name in English"), max_length=60, blank=True)
    capabilities = ArrayField(
        models.CharField(max_length=12),
        verbose_name=shown("授权区划内的权限", "Capabilities in its region"),
        default=list,
    )
    everywhere = ArrayField(
        models.CharField(max_length=12),
        verbose_name=shown("全市的权限", "Capabilities in the whole city"),
        default=list,
        blank=True,
    )

    class Meta:
        verbose_name = verbose_name_plural = shown("角色", "Roles")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A role that an account has in a region: a division by its code, a reporting unit by its own, or the whole city."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="grants",
        verbose_name=shown("账号", "Account"),
    )
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="grants", verbose_name=shown("角色", "Role"))
    code = models.CharField(
        shown("区划代码", "Region's code"),
        max_length=12,
        blank=True,
        help_text=shown("不填为全市", "empty: the whole city"),
    )
    unit = models.BooleanField(
        shown("填报单位", "Reporting unit"),
        default=False,
        help_text=shown("代码是填报单位的代码", "the code is a reporting unit's"),
    )
    given_at = models.DateTimeField(shown("授予时间", "Given at"), auto_now_add=True)
    given_by = models.CharField(shown("授予人", "Given by"), max_length=150, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = shown("授权", "Grants")
        ordering = ("account", "role", "code")
        constraints = [
            models.UniqueConstraint(fields=["account", "role", "code", "unit"], name="grant_once"),
            models.CheckConstraint(condition=Q(code__regex=r"^([0-9]{2,12})?$"), name="grant_code_digits"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.code}".strip()


class PermissionClass(models.Model):
    """What a stamp's mark stands for, so that what is made later or elsewhere is made by the rights of whoever asked for it."""

    mark = models.CharField(primary_key=True, max_length=12)
    rights = models.JSONField()

    class Meta:
        verbose_name = verbose_name_plural = shown("权限类", "Permission classes")

    def __str__(self) -> str:
        return self.mark


class RightsChange(models.Model):
    """The last change of something that decides what an account may, by kind (accounts, sessions, grants): its transaction, and a number
    that no other change has, not of those either that were undone. Divisions and reporting units have versions of their own.

    Written by triggers in that very transaction, so that whoever reads it knows whether what was found before still holds. A kind
    has a row of its own: whoever changes roles keeps no log-out waiting.
    """

    kind = models.CharField(primary_key=True, max_length=12)
    transaction = models.BigIntegerField()
    number = models.BigIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = shown("权限变更", "Changes of rights")

    def __str__(self) -> str:
        return f"{self.kind} {self.transaction}.{self.number}"
