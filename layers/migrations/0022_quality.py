"""Findings of quality, what people say of them, and when each rule was last run over everything."""

import django.contrib.gis.db.models.fields
import django.contrib.gis.db.models.functions
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0021_rights_change"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Judgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "待处理"), (2, "已认可"), (3, "已改正，待核"), (4, "规则有误")],
                        verbose_name="结论",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                ("by", models.CharField(max_length=150, verbose_name="操作人")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="时间")),
                ("until", models.DateField(blank=True, null=True, verbose_name="有效期至")),
                ("withdrawn_by", models.CharField(blank=True, max_length=150, verbose_name="撤回人")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="撤回时间")),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "结论",
                "verbose_name_plural": "结论",
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="RuleRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule", models.PositiveSmallIntegerField()),
                ("dataset", models.CharField(max_length=32)),
                ("version", models.PositiveSmallIntegerField()),
                ("context", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("seconds", models.FloatField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("rule", "dataset"), name="rule_run_once")],
            },
        ),
        migrations.CreateModel(
            name="JudgedFinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("finding", models.CharField(max_length=32)),
                ("evidence", models.JSONField(default=dict)),
                ("evidence_hash", models.CharField(max_length=32)),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="verdicts", to="layers.judgement"
                    ),
                ),
            ],
            options={
                "verbose_name": "结论明细",
                "verbose_name_plural": "结论明细",
                "indexes": [models.Index(fields=["finding", "-act"], name="verdict_finding")],
                "constraints": [models.UniqueConstraint(fields=("act", "finding"), name="verdict_once")],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="编号")),
                ("rule", models.PositiveSmallIntegerField(verbose_name="规则")),
                ("rule_version", models.PositiveSmallIntegerField()),
                (
                    "severity",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "严重"), (2, "一般"), (3, "轻微")], verbose_name="严重程度"
                    ),
                ),
                ("dataset", models.CharField(max_length=32, verbose_name="数据集")),
                ("of_person", models.BooleanField(default=False)),
                (
                    "object_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "objects_named",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None),
                ),
                ("name", models.CharField(max_length=200, verbose_name="对象")),
                ("subkey", models.CharField(blank=True, max_length=80)),
                (
                    "geom",
                    django.contrib.gis.db.models.fields.PointField(
                        blank=True, null=True, spatial_index=False, srid=4490, verbose_name="位置"
                    ),
                ),
                (
                    "geom_3857",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.contrib.gis.db.models.functions.Transform("geom", 3857),
                        output_field=django.contrib.gis.db.models.fields.PointField(
                            null=True, spatial_index=False, srid=3857
                        ),
                    ),
                ),
                (
                    "position_quality",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "实测"), (2, "地址匹配"), (3, "合成")], null=True, verbose_name="位置质量"
                    ),
                ),
                ("evidence", models.JSONField(default=dict, verbose_name="依据")),
                ("evidence_hash", models.CharField(max_length=32)),
                ("fixes", models.JSONField(default=list, verbose_name="改法")),
                ("standing", models.BooleanField(default=True)),
                ("first_seen", models.DateTimeField(verbose_name="首次发现")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="消除时间")),
                (
                    "ended_by",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "人工修改"), (2, "新导入的数据"), (3, "规则变更")],
                        null=True,
                        verbose_name="消除方式",
                    ),
                ),
                (
                    "state",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "待处理"), (2, "已认可"), (3, "已改正，待核"), (4, "规则有误")],
                        default=1,
                        verbose_name="状态",
                    ),
                ),
                (
                    "first_release",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="layers.release",
                    ),
                ),
                (
                    "last_release",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="layers.release",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="layers.region",
                        verbose_name="区划",
                    ),
                ),
                (
                    "verdict",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="layers.judgement"
                    ),
                ),
            ],
            options={
                "verbose_name": "数据问题",
                "verbose_name_plural": "数据问题",
                "ordering": ("code",),
                "indexes": [
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("code"), name="text_pattern_ops"
                        ),
                        name="finding_code_upper",
                    ),
                    django.contrib.postgres.indexes.GistIndex(fields=["geom"], name="finding_geom_gist"),
                    django.contrib.postgres.indexes.GistIndex(fields=["geom_3857"], name="finding_geom_3857_gist"),
                    django.contrib.postgres.indexes.GinIndex(fields=["object_ids"], name="finding_object_ids"),
                    models.Index(
                        condition=models.Q(("standing", True)), fields=["rule", "dataset"], name="finding_standing"
                    ),
                    models.Index(
                        condition=models.Q(("standing", True)),
                        fields=["state", "severity", "-first_seen", "-id"],
                        name="finding_listed",
                    ),
                ],
            },
        ),
    ]
