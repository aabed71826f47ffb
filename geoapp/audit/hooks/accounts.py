"""Accounts, groups, roles and settings. In the administration Django's own log says what a save changed, in the save's transaction;
elsewhere the models do. What is deleted is told by its model everywhere: several at once leave no log that can be heard of."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from django.apps import apps
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save

from geoapp.audit import who
from geoapp.audit.writing import write
from layers.models import Grant, Openness, Role

# What a field of an account must be for its change to be one of rights; as the administration's log names it.
RIGHTS = frozenset({"Active", "Staff status", "Superuser status", "Groups", "User permissions", "Permissions"})
# Whose every change is one of rights. What people change of their accounts the journal tells (`geoapp.accounts.journal`).
RIGHTS_OF = frozenset({"auth.Group", "layers.Role", "layers.Grant", "layers.Openness"})
SETTINGS = frozenset({"reports.Letterhead"})
# Fields that say when something was last used: their change is no change of an account.
QUIET = frozenset({"last_login", "used_at", "last_used_at", "seen_at", "last_seen_at"})


def connect() -> None:
    """Each model by itself: where anybody hears of every deletion, Django deletes whatever it is row by row."""
    post_save.connect(logged, sender=LogEntry, dispatch_uid="audit")
    for model in apps.get_models():
        if act_of(model):
            post_save.connect(saved, sender=model, dispatch_uid="audit")
        if act_of(model) or model._meta.label in SETTINGS:
            post_delete.connect(deleted, sender=model, dispatch_uid="audit")
    for through in (User.groups.through, User.user_permissions.through, Group.permissions.through):
        m2m_changed.connect(regrouped, sender=through, dispatch_uid="audit")


def act_of(model: type[Model], fields: Collection[str] = ()) -> str:
    """What a change of a model is; "" for one that is no account, right or token."""
    label = model._meta.label
    if label in RIGHTS_OF or (label == "auth.User" and RIGHTS.intersection(fields)):
        return "rights_changed"
    return "account_changed" if label == "auth.User" else ""


def logged(instance: LogEntry, created: bool, raw: bool, **_: Any) -> None:
    """A save in the administration. Objects of the datasets have releases, which tell more."""
    kind = instance.content_type
    if not created or raw or kind is None or instance.action_flag == DELETION or who.now().channel != "admin":
        return
    model = kind.model_class()
    if model is None or (not act_of(model) and (model._meta.app_label == "layers" or _is_dataset(model))):
        return
    said = _message(instance.change_message)
    if model is User and not said and not instance.is_addition():
        return  # what is done to an account beside its form the journal tells
    fields = {name for one in said for name in one.get("fields", ())}
    act = act_of(model, fields) or "setting_changed"
    found = model._default_manager.filter(pk=instance.object_id).first()
    detail = {"did": "added" if instance.is_addition() else "changed", "fields": sorted(fields), **_state(found)}
    if beside := sorted(f"{one['name']}: {one['object']}" for one in said if "object" in one):
        detail["beside"] = beside
    write(act, object=f"{model._meta.label_lower}:{instance.object_repr}", rows=1, detail=detail)


def _is_dataset(model: type[Model]) -> bool:
    from layers import registry

    return any(one.model == model._meta.label for one in registry.DATASETS)


def _message(text: str) -> list[dict[str, Any]]:
    """What Django logged: fields by their names in English; a word of its own for a password."""
    try:
        said = json.loads(text or "[]")
    except ValueError:
        return []
    return [each for one in said if isinstance(one, dict) for each in one.values() if isinstance(each, dict)]


def _state(found: Model | None) -> dict[str, Any]:
    """The rights of an account or a group as they are now."""
    if isinstance(found, User):
        return {
            "active": found.is_active, "staff": found.is_staff, "superuser": found.is_superuser,
            "groups": list(found.groups.values_list("name", flat=True)), "permissions": _codes(found.user_permissions.all()),
        }  # fmt: skip
    if isinstance(found, Group):
        return {"permissions": _codes(found.permissions.all())}
    if isinstance(found, Role):
        return {"capabilities": found.capabilities, "everywhere": found.everywhere}
    if isinstance(found, Grant):
        return {"account": str(found.account), "role": str(found.role), "code": found.code, "unit": found.unit}
    return {"posture": found.posture} if isinstance(found, Openness) else {}


def _codes(permissions: Any) -> list[str]:
    return [f"{app}.{code}" for app, code in permissions.values_list("content_type__app_label", "codename")]


def saved(sender: type[Model], instance: Model, created: bool, raw: bool, update_fields: Any = None, **_: Any) -> None:
    """An account, a group or a role that is saved elsewhere than in the administration."""
    act = act_of(sender)
    if raw or who.now().channel == "admin":
        return
    fields = set(update_fields or ())
    if fields and fields <= QUIET:
        return
    if isinstance(instance, User) and fields == {"password"} and instance._password is None:  # type: ignore[attr-defined]
        return  # the same password, kept in a better way
    detail = {"did": "added" if created else "changed", "fields": sorted(fields)}
    write(act, object=_named(instance), rows=1, detail=detail)


def deleted(sender: type[Model], instance: Model, **_: Any) -> None:
    act = act_of(sender) or "setting_changed"
    write(act, object=_named(instance), rows=1, detail={"did": "deleted"})


def regrouped(
    sender: type[Model], instance: Model, action: str, model: type[Model], pk_set: Any = None, **_: Any
) -> None:
    """Groups of an account, permissions of either: elsewhere than in the administration, whose log has all of a save at once."""
    if action not in ("post_add", "post_remove", "post_clear") or who.now().channel == "admin":
        return
    if action != "post_clear" and not pk_set:
        return
    names = [_short(each) for each in model._default_manager.filter(pk__in=pk_set or ())[:20]]
    write("rights_changed", object=_named(instance), rows=len(pk_set or ()), detail={"did": action[5:], "of": names})


def _short(of: Model) -> str:
    return f"{of.content_type.app_label}.{of.codename}" if isinstance(of, Permission) else str(of)


def _named(instance: Model) -> str:
    label = instance._meta.label_lower
    return f"{label}:{instance}"
