"""A position holds from a month on: where meters and facilities stood before they were moved."""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

import layers.functions


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0013_former_states"),
    ]

    operations = [
        migrations.CreateModel(
            name="PastStanding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.PositiveSmallIntegerField(choices=[(1, "区划"), (2, "供水设施"), (3, "水表")])),
                ("object_id", models.BigIntegerField()),
                ("since", models.DateField(null=True, verbose_name="自")),
                ("until", models.DateField(verbose_name="至")),
                (
                    "rule",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "水表位置"),
                            (2, "用水户位置"),
                            (3, "供水范围内用户"),
                            (4, "供水范围面积"),
                            (5, "设施位置"),
                            (6, "区划内水表与用户"),
                            (7, "区划面积"),
                            (8, "无规则可用"),
                            (9, "登记区划"),
                        ],
                        verbose_name="依据",
                    ),
                ),
                (
                    "geom",
                    django.contrib.gis.db.models.fields.PointField(
                        null=True, spatial_index=False, srid=4490, verbose_name="位置"
                    ),
                ),
                (
                    "cell_x",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.CellIndex("geom", "X"),
                        output_field=models.IntegerField(null=True),
                    ),
                ),
                (
                    "cell_y",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.CellIndex("geom", "Y"),
                        output_field=models.IntegerField(null=True),
                    ),
                ),
                (
                    "declared_region",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="layers.region",
                        verbose_name="登记所在区划",
                    ),
                ),
                (
                    "found_region",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="layers.region",
                        verbose_name="位置所在区划",
                    ),
                ),
                (
                    "counted_region",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            models.F("found_region"),
                            models.Case(models.When(geom=None, then=models.F("declared_region"))),
                        ),
                        output_field=models.BigIntegerField(null=True),
                    ),
                ),
            ],
            options={
                "verbose_name": "原位置",
                "verbose_name_plural": "原位置",
            },
        ),
        migrations.RemoveConstraint(
            model_name="gridplace",
            name="grid_place_one_per_size",
        ),
        migrations.AddField(
            model_name="gridplace",
            name="since",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="gridplace",
            name="until",
            field=models.DateField(null=True),
        ),
        # Backwards, nothing has stood anywhere else: the sums have to be made again then.
        migrations.RunSQL(
            "",
            "DELETE FROM layers_gridplace WHERE until IS NOT NULL; UPDATE layers_gridbuild SET weighed_release = 0",
        ),
        migrations.AddField(
            model_name="meter",
            name="stands_since",
            field=models.DateField(editable=False, null=True, verbose_name="现位置始于"),
        ),
        migrations.AddField(
            model_name="supplyfacility",
            name="stands_since",
            field=models.DateField(editable=False, null=True, verbose_name="现位置始于"),
        ),
        migrations.AddConstraint(
            model_name="gridplace",
            constraint=models.UniqueConstraint(
                fields=("size", "kind", "place_id", "until"), name="grid_place_one_per_size", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="paststanding",
            constraint=models.UniqueConstraint(fields=("kind", "object_id", "until"), name="past_standing_once"),
        ),
        migrations.AddConstraint(
            model_name="paststanding",
            constraint=models.CheckConstraint(
                condition=models.Q(("since", None), ("since__lt", models.F("until")), _connector="OR"),
                name="past_standing_some_months",
            ),
        ),
        migrations.AddConstraint(
            model_name="paststanding",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("since", None), ("since__day", 1), _connector="OR"), ("until__day", 1)),
                name="past_standing_whole_months",
            ),
        ),
    ]
