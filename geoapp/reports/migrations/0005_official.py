"""Letterheads, numbers, and the reports that have one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0004_area"),
    ]

    operations = [
        migrations.AddField(
            model_name="reportjob",
            name="letterhead",
            field=models.CharField(blank=True, default="", max_length=32, verbose_name="报告版头"),
        ),
        migrations.CreateModel(
            name="IssuedReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.CharField(max_length=30)),
                ("year", models.PositiveSmallIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("told", models.CharField(max_length=80, unique=True, verbose_name="编号")),
                (
                    "state",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "草稿"), (2, "待批准"), (3, "已批准"), (4, "已撤回")],
                        default=1,
                        verbose_name="状态",
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1)),
                ("region", models.CharField(max_length=12, verbose_name="区划代码")),
                ("unit", models.BooleanField(default=False, verbose_name="填报单位")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("period", models.CharField(max_length=20, verbose_name="统计期")),
                ("lang", models.CharField(max_length=2, verbose_name="语言")),
                ("boundaries", models.CharField(blank=True, default="", max_length=12, verbose_name="区划")),
                ("site", models.CharField(max_length=200, verbose_name="地址")),
                ("stamp", models.CharField(max_length=40, verbose_name="数据版本")),
                ("version", models.BigIntegerField(default=0, verbose_name="数据版本")),
                ("letterhead", models.JSONField(verbose_name="报告版头")),
                ("copy_number", models.CharField(blank=True, default="", max_length=6, verbose_name="份号")),
                ("commentary", models.TextField(blank=True, default="", verbose_name="综述")),
                ("signers", models.JSONField(default=dict, verbose_name="签署")),
                ("secrecy", models.CharField(blank=True, default="", max_length=20, verbose_name="密级")),
                ("frozen", models.JSONField(default=dict)),
                ("files", models.JSONField(default=dict, verbose_name="文件")),
                ("waits_for", models.CharField(blank=True, default="", max_length=10)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, default="", max_length=300, verbose_name="错误")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="提出")),
            ],
            options={
                "verbose_name": "编发的报告",
                "verbose_name_plural": "编发的报告",
                "ordering": ("-id",),
                "permissions": [
                    ("compile_report", "编制报告 / Compile reports"),
                    ("check_report", "审核报告 / Check reports"),
                    ("approve_report", "批准报告 / Approve reports"),
                ],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("waits_for", ""), _negated=True), fields=["id"], name="issued_waiting"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("series", "year", "number"), name="issued_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", (1, 2))),
                        fields=("region", "unit", "period", "lang", "boundaries"),
                        name="issued_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IssuedEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "编发草稿"),
                            (2, "改写综述"),
                            (3, "换用今日数据"),
                            (4, "审核"),
                            (5, "批准"),
                            (6, "退回草稿"),
                            (7, "撤回"),
                        ]
                    ),
                ),
                ("user_id", models.BigIntegerField()),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("digest", models.CharField(max_length=64)),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="reports.issuedreport"
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="CommentaryEdition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True)),
                ("user_id", models.BigIntegerField()),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="editions", to="reports.issuedreport"
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Letterhead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "scope",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "全部（默认）"), (2, "区划及其所辖"), (3, "填报单位")],
                        default=1,
                        verbose_name="用于",
                    ),
                ),
                ("code", models.CharField(blank=True, default="", max_length=12, verbose_name="代码")),
                ("bureau_zh", models.CharField(max_length=60, verbose_name="编发单位")),
                ("bureau_en", models.CharField(blank=True, max_length=120, verbose_name="编发单位（英文）")),
                ("title_zh", models.CharField(blank=True, max_length=60, verbose_name="标题")),
                ("title_en", models.CharField(blank=True, max_length=120, verbose_name="标题（英文）")),
                ("logo", models.BinaryField(blank=True, default=b"", verbose_name="图徽")),
                ("pattern", models.CharField(max_length=60, unique=True, verbose_name="编号格式")),
                ("first_number", models.PositiveIntegerField(default=1, verbose_name="起始编号")),
                (
                    "secrecy",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[(1, "公开"), (2, "内部"), (3, "工作秘密"), (4, "秘密"), (5, "机密")],
                        null=True,
                        verbose_name="密级",
                    ),
                ),
                ("secrecy_term", models.CharField(blank=True, max_length=20, verbose_name="保密期限")),
                ("compiled_by", models.CharField(blank=True, max_length=60, verbose_name="编制人")),
                ("checked_by", models.CharField(blank=True, max_length=60, verbose_name="审核人")),
                ("approved_by", models.CharField(blank=True, max_length=60, verbose_name="批准人")),
                ("one_person", models.BooleanField(default=False, verbose_name="可由一人完成")),
                (
                    "seal",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "不留"), (2, "封面署名处"), (3, "末页版记之上")],
                        default=2,
                        verbose_name="印章位置",
                    ),
                ),
                ("map_review", models.CharField(blank=True, max_length=40, verbose_name="审图号")),
                ("contacts_zh", models.TextField(blank=True, max_length=400, verbose_name="联系方式")),
                ("contacts_en", models.TextField(blank=True, max_length=600, verbose_name="联系方式（英文）")),
                ("notes_zh", models.TextField(blank=True, max_length=800, verbose_name="附注")),
                ("notes_en", models.TextField(blank=True, max_length=1200, verbose_name="附注（英文）")),
                (
                    "margins",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "与屏幕一致"), (2, "公文版面（GB/T 9704—2012）")], default=1, verbose_name="版面"
                    ),
                ),
            ],
            options={
                "verbose_name": "报告版头",
                "verbose_name_plural": "报告版头",
                "ordering": ("scope", "code"),
                "constraints": [
                    models.UniqueConstraint(fields=("scope", "code"), name="letterhead_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code", ""), ("scope", 1)),
                            models.Q(models.Q(("scope", 1), _negated=True), models.Q(("code", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="letterhead_code",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.CharField(max_length=30)),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("series", "year"), name="number_series_once")],
            },
        ),
    ]
