import django.contrib.gis.db.models.fields
import django.contrib.gis.db.models.functions
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import layers.functions

# The plane of the place: areas and cells are measured by these functions, so that one of them names the system. Who changes
# it has what is stored made anew (`layers.plane`). Bodies that are parsed when they are made need no search path, which a
# restore does not have. Since 0015; a database that has this migration behind it gets them there.
PLANE = """
CREATE OR REPLACE FUNCTION layers_plane_srid() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 4548;
CREATE OR REPLACE FUNCTION layers_plane(geometry) RETURNS geometry
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ST_Transform($1, layers_plane_srid());
-- Null for a position far from the meridian, where the projection has no value.
CREATE OR REPLACE FUNCTION layers_near(geometry) RETURNS geometry
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
        WHEN abs(ST_X($1) - (75 + 3 * (layers_plane_srid() - 4534))) <= 20 AND ST_Y($1) BETWEEN 0 AND 60
        THEN ST_Transform($1, layers_plane_srid()) END;
"""
NO_PLANE = """
DROP FUNCTION IF EXISTS layers_near(geometry), layers_plane(geometry), layers_plane_srid();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0001_domain"),
    ]

    operations = [
        migrations.RunSQL(PLANE, NO_PLANE),
        migrations.CreateModel(
            name="GridBuild",
            fields=[
                ("size", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("weighed_release", models.BigIntegerField(default=0)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "网格构建",
                "verbose_name_plural": "网格构建",
            },
        ),
        migrations.AddField(
            model_name="meter",
            name="cell_x",
            field=models.GeneratedField(
                db_persist=True,
                expression=layers.functions.CellIndex("geom", "X"),
                output_field=models.IntegerField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="meter",
            name="cell_y",
            field=models.GeneratedField(
                db_persist=True,
                expression=layers.functions.CellIndex("geom", "Y"),
                output_field=models.IntegerField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="sewageplant",
            name="cell_x",
            field=models.GeneratedField(
                db_persist=True,
                expression=layers.functions.CellIndex("geom", "X"),
                output_field=models.IntegerField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="sewageplant",
            name="cell_y",
            field=models.GeneratedField(
                db_persist=True,
                expression=layers.functions.CellIndex("geom", "Y"),
                output_field=models.IntegerField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="supplyfacility",
            name="cell_x",
            field=models.GeneratedField(
                db_persist=True,
                expression=layers.functions.CellIndex("geom", "X"),
                output_field=models.IntegerField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="supplyfacility",
            name="cell_y",
            field=models.GeneratedField(
                db_persist=True,
                expression=layers.functions.CellIndex("geom", "Y"),
                output_field=models.IntegerField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="surfaceintake",
            name="cell_x",
            field=models.GeneratedField(
                db_persist=True,
                expression=layers.functions.CellIndex("geom", "X"),
                output_field=models.IntegerField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="surfaceintake",
            name="cell_y",
            field=models.GeneratedField(
                db_persist=True,
                expression=layers.functions.CellIndex("geom", "Y"),
                output_field=models.IntegerField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="wateruser",
            name="cell_x",
            field=models.GeneratedField(
                db_persist=True,
                expression=layers.functions.CellIndex("geom", "X"),
                output_field=models.IntegerField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="wateruser",
            name="cell_y",
            field=models.GeneratedField(
                db_persist=True,
                expression=layers.functions.CellIndex("geom", "Y"),
                output_field=models.IntegerField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="well",
            name="cell_x",
            field=models.GeneratedField(
                db_persist=True,
                expression=layers.functions.CellIndex("geom", "X"),
                output_field=models.IntegerField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="well",
            name="cell_y",
            field=models.GeneratedField(
                db_persist=True,
                expression=layers.functions.CellIndex("geom", "Y"),
                output_field=models.IntegerField(null=True),
            ),
        ),
        migrations.CreateModel(
            name="GridUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.PositiveSmallIntegerField(verbose_name="边长(米)")),
                ("col", models.IntegerField(verbose_name="列")),
                ("row", models.IntegerField(verbose_name="行")),
                ("code", models.CharField(max_length=26, unique=True, verbose_name="编码")),
                (
                    "geom",
                    django.contrib.gis.db.models.fields.MultiPolygonField(
                        spatial_index=False, srid=4490, verbose_name="范围"
                    ),
                ),
                (
                    "geom_3857",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.contrib.gis.db.models.functions.Transform("geom", 3857),
                        output_field=django.contrib.gis.db.models.fields.MultiPolygonField(
                            spatial_index=False, srid=3857
                        ),
                    ),
                ),
                ("area_m2", models.FloatField(verbose_name="面积(平方米)")),
                (
                    "boundary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="layers.boundary",
                        verbose_name="边界",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grid_units",
                        to="layers.region",
                        verbose_name="街道(乡镇)",
                    ),
                ),
            ],
            options={
                "verbose_name": "网格单元",
                "verbose_name_plural": "网格单元",
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="GridPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.PositiveSmallIntegerField()),
                ("kind", models.PositiveSmallIntegerField(choices=[(1, "区划"), (2, "供水设施"), (3, "水表")])),
                ("place_id", models.BigIntegerField()),
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
                        ]
                    ),
                ),
                (
                    "share_kind",
                    models.PositiveSmallIntegerField(choices=[(1, "区划"), (2, "供水设施"), (3, "水表")], null=True),
                ),
                ("share_id", models.BigIntegerField(null=True)),
                (
                    "gap",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "已落格"),
                            (1, "仅计到区或市"),
                            (2, "位置与区划均不明"),
                            (3, "区划没有边界"),
                            (4, "市域之外"),
                        ],
                        default=0,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="places",
                        to="layers.gridunit",
                    ),
                ),
            ],
            options={
                "verbose_name": "网格归属",
                "verbose_name_plural": "网格归属",
            },
        ),
        migrations.CreateModel(
            name="GridUsage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.PositiveSmallIntegerField()),
                ("month", models.DateField()),
                (
                    "gap",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "已落格"),
                            (1, "仅计到区或市"),
                            (2, "位置与区划均不明"),
                            (3, "区划没有边界"),
                            (4, "市域之外"),
                        ],
                        default=0,
                    ),
                ),
                ("source", models.PositiveSmallIntegerField()),
                ("purpose", models.PositiveSmallIntegerField()),
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
                        ]
                    ),
                ),
                ("volume_l", models.BigIntegerField()),
                ("records", models.PositiveIntegerField()),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="usage",
                        to="layers.gridunit",
                    ),
                ),
            ],
            options={
                "verbose_name": "网格用水",
                "verbose_name_plural": "网格用水",
            },
        ),
        migrations.CreateModel(
            name="GridWeight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.PositiveSmallIntegerField()),
                ("place_kind", models.PositiveSmallIntegerField(choices=[(1, "区划"), (2, "供水设施"), (3, "水表")])),
                ("place_id", models.BigIntegerField()),
                ("purpose", models.PositiveSmallIntegerField(default=0)),
                ("weight", models.BigIntegerField()),
                ("total", models.BigIntegerField()),
                ("nth", models.IntegerField()),
                (
                    "basis",
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
                        ]
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="weights", to="layers.gridunit"
                    ),
                ),
            ],
            options={
                "verbose_name": "网格权重",
                "verbose_name_plural": "网格权重",
            },
        ),
        migrations.AddIndex(
            model_name="gridunit",
            index=django.contrib.postgres.indexes.GistIndex(fields=["geom"], name="grid_unit_geom_gist"),
        ),
        migrations.AddIndex(
            model_name="gridunit",
            index=django.contrib.postgres.indexes.GistIndex(fields=["geom_3857"], name="grid_unit_geom_3857_gist"),
        ),
        migrations.AddConstraint(
            model_name="gridunit",
            constraint=models.UniqueConstraint(fields=("region", "size", "col", "row"), name="grid_unit_one_per_cell"),
        ),
        migrations.AddConstraint(
            model_name="gridunit",
            constraint=models.CheckConstraint(condition=models.Q(("area_m2__gt", 0)), name="grid_unit_area_positive"),
        ),
        migrations.AddIndex(
            model_name="gridplace",
            index=models.Index(condition=models.Q(("unit__isnull", False)), fields=["unit"], name="grid_place_unit"),
        ),
        migrations.AddIndex(
            model_name="gridplace",
            index=models.Index(
                condition=models.Q(("share_kind__isnull", False)),
                fields=["size", "share_kind", "share_id"],
                name="grid_place_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="gridplace",
            constraint=models.UniqueConstraint(fields=("size", "kind", "place_id"), name="grid_place_one_per_size"),
        ),
        migrations.AddConstraint(
            model_name="gridplace",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("gap", 0), ("share_kind", None), ("unit__isnull", False)),
                    models.Q(("gap", 0), ("share_id__isnull", False), ("share_kind__isnull", False), ("unit", None)),
                    models.Q(("gap__gt", 0), ("share_kind", None), ("unit", None)),
                    _connector="OR",
                ),
                name="grid_place_unit_shares_or_gap",
            ),
        ),
        migrations.AddConstraint(
            model_name="gridusage",
            constraint=models.UniqueConstraint(
                fields=("size", "month", "unit", "gap", "source", "purpose", "rule"),
                name="grid_usage_cube",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="gridusage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("gap", 0), ("unit__isnull", False)),
                    models.Q(("gap__gt", 0), ("unit", None)),
                    _connector="OR",
                ),
                name="grid_usage_gap_or_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="gridweight",
            constraint=models.UniqueConstraint(
                fields=("size", "place_kind", "place_id", "purpose", "unit"), name="grid_weight_one_per_unit"
            ),
        ),
        migrations.AddConstraint(
            model_name="gridweight",
            constraint=models.CheckConstraint(condition=models.Q(("weight__gt", 0)), name="grid_weight_positive"),
        ),
    ]
