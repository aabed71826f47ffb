"""Divisions in time: editions of them, where things stood in those that are over, and sums that tell both apart."""

import django.db.models.deletion
from django.db import migrations, models

RELEASE = {"null": True, "on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": "layers.release"}


class Migration(migrations.Migration):
    dependencies = [("layers", "0007_usage_by_meter")]

    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField(null=True, verbose_name="生效月份")),
                ("first_release", models.ForeignKey(verbose_name="首次发布", **RELEASE)),
                ("last_release", models.ForeignKey(verbose_name="末次发布", **RELEASE)),
            ],
            options={
                "verbose_name": "区划版次",
                "verbose_name_plural": "区划版次",
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(fields=("since",), name="edition_one_a_month", nulls_distinct=False),
                    models.UniqueConstraint(
                        condition=models.Q(last_release=None), fields=("last_release",), name="edition_one_current",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PastPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.PositiveSmallIntegerField(choices=[(1, "区划"), (2, "供水设施"), (3, "水表")])),
                ("object_id", models.BigIntegerField()),
                ("code", models.CharField(blank=True, max_length=12, verbose_name="区划代码")),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="layers.edition"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "object_id", "edition"), include=("code",), name="past_place_once"
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="usagesum", name="usage_sum_cube"),
        migrations.AddField("usagesum", "edition", models.IntegerField(db_default=0)),
        migrations.AlterField("usagesum", "records", models.IntegerField()),
        migrations.AddConstraint(
            model_name="usagesum",
            constraint=models.UniqueConstraint(
                fields=("month", "level", "source_sel", "purpose_sel", "edition", "code", "parent_code", "gap"),
                include=("volume_l", "ytd_l"),
                name="usage_sum_cube",
            ),
        ),
    ]  # fmt: skip
