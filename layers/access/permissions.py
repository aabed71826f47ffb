"""What roles mean to Django: its permissions, for administration and desk; and how far a deed of somebody's reaches."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db.models import Q

from layers import registry
from layers.access import named
from layers.access.rights import Capability, Rights
from layers.access.roles import granted, lawful
from layers.access.rows import counts_within
from layers.fields import Dataset
from layers.models import Grant
from layers.reach import NOWHERE_AT_ALL, WHOLE, Reach

_OF_STAFF: tuple[Capability, ...] = ("import", "edit", "judge", "reports", "publish", "accounts")
# By capability the permissions that it is to Django, besides those of the tables that are edited.
_PERMISSIONS: dict[Capability, tuple[str, ...]] = {
    "import": (named.IMPORT, named.LOOK_BEHIND),
    "judge": (named.JUDGE,),
    "reports": (named.COMPILE,),
    "publish": (named.CHECK, named.APPROVE),
    "accounts": (
        *(f"auth.{deed}_user" for deed in ("view", "add", "change")),
        *(f"layers.{deed}_{model}" for deed in ("view", "add", "change", "delete") for model in ("role", "grant")),
        *(f"layers.{deed}_openness" for deed in ("view", "add", "change")),
    ),
    "audit": (named.READ_AUDIT,),
}

_CAPABILITY_OF = {name: capability for capability, names in _PERMISSIONS.items() for name in names}


def _tables() -> list[tuple[str, str]]:
    """(application, model) of what is edited by hand."""
    return [(app, name.lower()) for app, name in (one.model.split(".") for one in registry.DATASETS)]


def permissions(rights: Rights) -> frozenset[str]:
    """Django's permissions of some rights: what is told apart by region is looked at where the deed is done."""
    found = {name for capability, names in _PERMISSIONS.items() if rights.may(capability) for name in names}
    if rights.may("edit"):
        found |= {f"{app}.{deed}_{model}" for app, model in _tables() for deed in ("view", "add", "change", "delete")}
    return frozenset(found)


def rights_of(user: Any) -> Rights:
    """What an account was given by roles, read once a request: Django keeps one object of it for each, and asks before there is a moment."""
    if not hasattr(user, "_granted"):
        user._granted = lawful(granted(user.pk))
    found: Rights = user._granted
    return found


class RolesBackend(BaseBackend):
    """Roles beside Django's own permissions; it lets nobody in."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        return set(permissions(rights_of(user_obj)))

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return perm in self.get_all_permissions(user_obj, obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(name.startswith(f"{app_label}.") for name in self.get_all_permissions(user_obj))


def reach_of(user: Any, capability: Capability, permission: str = "") -> Reach:
    """How far somebody's deeds of a kind reach: as far as the roles, or everywhere for whom Django itself permits it."""
    if not user.is_active:
        return NOWHERE_AT_ALL
    if user.is_superuser:
        return WHOLE
    reach = rights_of(user).reach(capability)
    return reach if reach or not (permission and user.has_perm(permission)) else WHOLE


def reach_by(user: Any, permission: str) -> Reach:
    """The same of deeds that Django's permissions tell apart (`layers.access.named`)."""
    return reach_of(user, _CAPABILITY_OF[permission], permission)


def reaches(user: Any, capability: Capability, permission: str, found: Any) -> bool:
    """Whether somebody's deeds of a kind reach an object."""
    reach = reach_of(user, capability, permission)
    dataset = next((one for one in registry.DATASETS if one.model == found._meta.label), None)
    return reach.whole or (dataset is not None and divides(dataset) and counts_within(dataset, found, reach))


def divides(dataset: Dataset) -> bool:
    """Whether the rows of a dataset are told apart by region, so that a bureau changes its own. Outlines, and figures that stand for
    a region, are the whole city's: they change those of others."""
    return dataset.placed or bool(dataset.reached)


def note_staff(accounts: Any) -> None:
    """Let those into the administration's rooms who have a deed to do there, and out who have none any more."""
    for user in accounts.filter(is_superuser=False):
        given = Grant.objects.filter(account=user)
        wanted = given.filter(
            Q(role__capabilities__overlap=_OF_STAFF) | Q(role__everywhere__overlap=_OF_STAFF)
        ).exists()
        own = user.user_permissions.exists() or user.groups.exists()
        if user.is_staff != (wanted or own):
            user.is_staff = wanted or own
            user.save(update_fields=["is_staff"])
