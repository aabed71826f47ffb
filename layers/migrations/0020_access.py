"""Who may what: how open the site is, roles (those that a bureau and a city need first), and to whom they are given."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Name, in English, capabilities in its region, capabilities in the whole city. They are rows: an administrator changes them.
ROLES = (
    ("统计查看", "Reader of figures", [], ["figures"]),
    ("区局查看", "District reader", ["objects", "personal", "reports"], ["figures"]),
    ("区局操作员", "District operator", ["objects", "personal", "reports", "import", "edit", "judge"], ["figures"]),
    ("审批人", "Approver", ["objects", "personal", "reports", "publish"], ["figures"]),
    ("系统管理员", "Administrator", ["accounts"], ["figures"]),
    ("审计员", "Auditor", ["audit"], ["figures"]),
)


def fill(apps, schema_editor):
    role = apps.get_model("layers", "Role")
    role.objects.bulk_create(
        role(name=name, name_en=name_en, capabilities=own, everywhere=everywhere)
        for name, name_en, own, everywhere in ROLES
    )


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0019_ground"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PermissionClass",
            fields=[
                ("mark", models.CharField(max_length=12, primary_key=True, serialize=False)),
                ("rights", models.JSONField()),
            ],
            options={
                "verbose_name": "权限类",
                "verbose_name_plural": "权限类",
            },
        ),
        migrations.CreateModel(
            name="Role",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, unique=True, verbose_name="名称")),
                ("name_en", models.CharField(blank=True, max_length=60, verbose_name="英文名称")),
                (
                    "capabilities",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12),
                        default=list,
                        size=None,
                        verbose_name="授权区划内的权限",
                    ),
                ),
                (
                    "everywhere",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="全市的权限",
                    ),
                ),
            ],
            options={
                "verbose_name": "角色",
                "verbose_name_plural": "角色",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Openness",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                (
                    "posture",
                    models.CharField(
                        choices=[
                            ("open", "全部开放（个人信息除外）"),
                            ("figures", "只开放统计数字与公共设施"),
                            ("closed", "不开放，登录后可见"),
                        ],
                        max_length=8,
                        verbose_name="对外开放",
                    ),
                ),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="更改时间")),
                ("changed_by", models.CharField(blank=True, max_length=150, verbose_name="更改人")),
            ],
            options={
                "verbose_name": "开放程度",
                "verbose_name_plural": "开放程度",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="openness_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(("posture__in", ("open", "figures", "closed"))), name="openness_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(blank=True, help_text="不填为全市", max_length=12, verbose_name="区划代码")),
                ("unit", models.BooleanField(default=False, help_text="代码是填报单位的代码", verbose_name="填报单位")),
                ("given_at", models.DateTimeField(auto_now_add=True, verbose_name="授予时间")),
                ("given_by", models.CharField(blank=True, max_length=150, verbose_name="授予人")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="layers.role",
                        verbose_name="角色",
                    ),
                ),
            ],
            options={
                "verbose_name": "授权",
                "verbose_name_plural": "授权",
                "ordering": ("account", "role", "code"),
                "constraints": [
                    models.UniqueConstraint(fields=("account", "role", "code", "unit"), name="grant_once"),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^([0-9]{2,12})?$")), name="grant_code_digits"
                    ),
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
