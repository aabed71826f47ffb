"""Who may read the audit. An auditor is no administrator: the right is given by name, and no account has it by being above all others."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Q

from layers import access

APP, _, CODENAME = access.READ_AUDIT.partition(".")


def may_audit(user: Any) -> bool:
    """Whether a role gives it to the account, or the permission was given to the account itself or to a group of its."""
    if not (getattr(user, "is_authenticated", False) and user.is_active):
        return False
    if access.rights_of(user).may("audit"):
        return True
    given = Permission.objects.filter(content_type__app_label=APP, codename=CODENAME)
    return given.filter(Q(user=user.pk) | Q(group__user=user.pk)).exists()
