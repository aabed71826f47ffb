"""Waters, roads and railways: what lies underneath the figures. Nothing else changes."""

import django.contrib.gis.db.models.fields
import django.contrib.gis.db.models.functions
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models

import layers.functions


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0018_provisional"),
    ]

    operations = [
        migrations.CreateModel(
            name="Railway",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="编码")),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="名称")),
                (
                    "boundary_quality",
                    models.PositiveSmallIntegerField(
                        blank=True, choices=[(1, "实测"), (2, "简化"), (3, "合成")], null=True, verbose_name="图形质量"
                    ),
                ),
                ("accuracy_m", models.PositiveIntegerField(blank=True, null=True, verbose_name="误差(米)")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="数据来源")),
                (
                    "drawn_to",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.ZoomOfError("accuracy_m"),
                        output_field=models.SmallIntegerField(),
                    ),
                ),
                (
                    "geom",
                    django.contrib.gis.db.models.fields.MultiLineStringField(
                        spatial_index=False, srid=4490, verbose_name="线形"
                    ),
                ),
                (
                    "geom_3857",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.contrib.gis.db.models.functions.Transform("geom", 3857),
                        output_field=django.contrib.gis.db.models.fields.MultiLineStringField(
                            spatial_index=False, srid=3857
                        ),
                    ),
                ),
                (
                    "geom_far",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.Simplified(
                            django.contrib.gis.db.models.functions.Transform("geom", 3857), 100.0
                        ),
                        output_field=django.contrib.gis.db.models.fields.MultiLineStringField(
                            spatial_index=False, srid=3857
                        ),
                    ),
                ),
                (
                    "geom_middle",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.Simplified(
                            django.contrib.gis.db.models.functions.Transform("geom", 3857), 12.0
                        ),
                        output_field=django.contrib.gis.db.models.fields.MultiLineStringField(
                            spatial_index=False, srid=3857
                        ),
                    ),
                ),
                (
                    "length_m",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.PlaneLength("geom"),
                        output_field=models.FloatField(),
                    ),
                ),
                (
                    "kind",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "铁路"), (2, "高速铁路"), (3, "城市轨道"), (4, "其他轨道")],
                        default=4,
                        verbose_name="类型",
                    ),
                ),
                (
                    "drawn_from",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Greatest(
                            models.Case(
                                models.When(kind=1, then=models.Value(7)),
                                models.When(kind=2, then=models.Value(7)),
                                models.When(kind=3, then=models.Value(11)),
                                default=models.Value(13),
                                output_field=models.IntegerField(),
                            ),
                            layers.functions.ZoomOfLength(
                                django.contrib.gis.db.models.functions.Transform("geom", 3857)
                            ),
                        ),
                        output_field=models.SmallIntegerField(),
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="layers.release",
                        verbose_name="数据发布",
                    ),
                ),
            ],
            options={
                "verbose_name": "铁路",
                "verbose_name_plural": "铁路",
                "ordering": ("code",),
                "abstract": False,
                "indexes": [
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("code"), name="text_pattern_ops"
                        ),
                        name="railway_code_upper",
                    ),
                    django.contrib.postgres.indexes.GistIndex(fields=["geom"], name="railway_geom_gist"),
                    django.contrib.postgres.indexes.GistIndex(fields=["geom_3857"], name="railway_geom_3857_gist"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("geom__isvalid", True)), name="railway_geom_valid")
                ],
            },
        ),
        migrations.CreateModel(
            name="Road",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="编码")),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="名称")),
                (
                    "boundary_quality",
                    models.PositiveSmallIntegerField(
                        blank=True, choices=[(1, "实测"), (2, "简化"), (3, "合成")], null=True, verbose_name="图形质量"
                    ),
                ),
                ("accuracy_m", models.PositiveIntegerField(blank=True, null=True, verbose_name="误差(米)")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="数据来源")),
                (
                    "drawn_to",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.ZoomOfError("accuracy_m"),
                        output_field=models.SmallIntegerField(),
                    ),
                ),
                (
                    "geom",
                    django.contrib.gis.db.models.fields.MultiLineStringField(
                        spatial_index=False, srid=4490, verbose_name="线形"
                    ),
                ),
                (
                    "geom_3857",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.contrib.gis.db.models.functions.Transform("geom", 3857),
                        output_field=django.contrib.gis.db.models.fields.MultiLineStringField(
                            spatial_index=False, srid=3857
                        ),
                    ),
                ),
                (
                    "geom_far",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.Simplified(
                            django.contrib.gis.db.models.functions.Transform("geom", 3857), 100.0
                        ),
                        output_field=django.contrib.gis.db.models.fields.MultiLineStringField(
                            spatial_index=False, srid=3857
                        ),
                    ),
                ),
                (
                    "geom_middle",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.Simplified(
                            django.contrib.gis.db.models.functions.Transform("geom", 3857), 12.0
                        ),
                        output_field=django.contrib.gis.db.models.fields.MultiLineStringField(
                            spatial_index=False, srid=3857
                        ),
                    ),
                ),
                (
                    "length_m",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.PlaneLength("geom"),
                        output_field=models.FloatField(),
                    ),
                ),
                (
                    "kind",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "高速公路"),
                            (2, "国道、快速路"),
                            (3, "省道、主干路"),
                            (4, "县道、次干路"),
                            (5, "乡道、支路"),
                            (6, "其他道路"),
                        ],
                        default=6,
                        verbose_name="等级",
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="编号")),
                (
                    "drawn_from",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Greatest(
                            models.Case(
                                models.When(kind=1, then=models.Value(6)),
                                models.When(kind=2, then=models.Value(8)),
                                models.When(kind=3, then=models.Value(9)),
                                models.When(kind=4, then=models.Value(11)),
                                models.When(kind=5, then=models.Value(12)),
                                default=models.Value(13),
                                output_field=models.IntegerField(),
                            ),
                            layers.functions.ZoomOfLength(
                                django.contrib.gis.db.models.functions.Transform("geom", 3857)
                            ),
                        ),
                        output_field=models.SmallIntegerField(),
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="layers.release",
                        verbose_name="数据发布",
                    ),
                ),
            ],
            options={
                "verbose_name": "道路",
                "verbose_name_plural": "道路",
                "ordering": ("code",),
                "abstract": False,
                "indexes": [
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("code"), name="text_pattern_ops"
                        ),
                        name="road_code_upper",
                    ),
                    django.contrib.postgres.indexes.GistIndex(fields=["geom"], name="road_geom_gist"),
                    django.contrib.postgres.indexes.GistIndex(fields=["geom_3857"], name="road_geom_3857_gist"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("geom__isvalid", True)), name="road_geom_valid")
                ],
            },
        ),
        migrations.CreateModel(
            name="WaterBody",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="编码")),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="名称")),
                (
                    "boundary_quality",
                    models.PositiveSmallIntegerField(
                        blank=True, choices=[(1, "实测"), (2, "简化"), (3, "合成")], null=True, verbose_name="图形质量"
                    ),
                ),
                ("accuracy_m", models.PositiveIntegerField(blank=True, null=True, verbose_name="误差(米)")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="数据来源")),
                (
                    "drawn_to",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.ZoomOfError("accuracy_m"),
                        output_field=models.SmallIntegerField(),
                    ),
                ),
                (
                    "kind",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "湖泊"),
                            (2, "水库"),
                            (3, "河道水面"),
                            (4, "渠道水面"),
                            (5, "坑塘"),
                            (6, "未分类"),
                        ],
                        default=6,
                        verbose_name="类型",
                    ),
                ),
                (
                    "geom",
                    django.contrib.gis.db.models.fields.MultiPolygonField(
                        spatial_index=False, srid=4490, verbose_name="水面"
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
                (
                    "geom_far",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.Simplified(
                            django.contrib.gis.db.models.functions.Transform("geom", 3857), 100.0
                        ),
                        output_field=django.contrib.gis.db.models.fields.MultiPolygonField(
                            spatial_index=False, srid=3857
                        ),
                    ),
                ),
                (
                    "geom_middle",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.Simplified(
                            django.contrib.gis.db.models.functions.Transform("geom", 3857), 12.0
                        ),
                        output_field=django.contrib.gis.db.models.fields.MultiPolygonField(
                            spatial_index=False, srid=3857
                        ),
                    ),
                ),
                (
                    "label_3857",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.contrib.gis.db.models.functions.PointOnSurface(
                            django.contrib.gis.db.models.functions.Transform("geom", 3857)
                        ),
                        output_field=django.contrib.gis.db.models.fields.PointField(spatial_index=False, srid=3857),
                    ),
                ),
                (
                    "drawn_from",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.ZoomOfArea(
                            django.contrib.gis.db.models.functions.Transform("geom", 3857)
                        ),
                        output_field=models.SmallIntegerField(),
                    ),
                ),
                (
                    "area_m2",
                    models.GeneratedField(
                        db_persist=True, expression=layers.functions.PlaneArea("geom"), output_field=models.FloatField()
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="layers.release",
                        verbose_name="数据发布",
                    ),
                ),
            ],
            options={
                "verbose_name": "水体",
                "verbose_name_plural": "水体",
                "ordering": ("code",),
                "abstract": False,
                "indexes": [
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("code"), name="text_pattern_ops"
                        ),
                        name="water_body_code_upper",
                    ),
                    django.contrib.postgres.indexes.GistIndex(fields=["geom"], name="water_body_geom_gist"),
                    django.contrib.postgres.indexes.GistIndex(fields=["geom_3857"], name="water_body_geom_3857_gist"),
                    django.contrib.postgres.indexes.GistIndex(fields=["label_3857"], name="water_body_label_3857_gist"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("geom__isvalid", True)), name="water_body_geom_valid")
                ],
            },
        ),
        migrations.CreateModel(
            name="Watercourse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="编码")),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="名称")),
                (
                    "boundary_quality",
                    models.PositiveSmallIntegerField(
                        blank=True, choices=[(1, "实测"), (2, "简化"), (3, "合成")], null=True, verbose_name="图形质量"
                    ),
                ),
                ("accuracy_m", models.PositiveIntegerField(blank=True, null=True, verbose_name="误差(米)")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="数据来源")),
                (
                    "drawn_to",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.ZoomOfError("accuracy_m"),
                        output_field=models.SmallIntegerField(),
                    ),
                ),
                (
                    "geom",
                    django.contrib.gis.db.models.fields.MultiLineStringField(
                        spatial_index=False, srid=4490, verbose_name="线形"
                    ),
                ),
                (
                    "geom_3857",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.contrib.gis.db.models.functions.Transform("geom", 3857),
                        output_field=django.contrib.gis.db.models.fields.MultiLineStringField(
                            spatial_index=False, srid=3857
                        ),
                    ),
                ),
                (
                    "geom_far",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.Simplified(
                            django.contrib.gis.db.models.functions.Transform("geom", 3857), 100.0
                        ),
                        output_field=django.contrib.gis.db.models.fields.MultiLineStringField(
                            spatial_index=False, srid=3857
                        ),
                    ),
                ),
                (
                    "geom_middle",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.Simplified(
                            django.contrib.gis.db.models.functions.Transform("geom", 3857), 12.0
                        ),
                        output_field=django.contrib.gis.db.models.fields.MultiLineStringField(
                            spatial_index=False, srid=3857
                        ),
                    ),
                ),
                (
                    "length_m",
                    models.GeneratedField(
                        db_persist=True,
                        expression=layers.functions.PlaneLength("geom"),
                        output_field=models.FloatField(),
                    ),
                ),
                (
                    "kind",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "河流"), (2, "渠道"), (3, "溪沟"), (4, "排水沟"), (5, "未分类")],
                        default=5,
                        verbose_name="类型",
                    ),
                ),
                (
                    "drawn_from",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Greatest(
                            models.Case(
                                models.When(kind=1, then=models.Value(6)),
                                models.When(kind=2, then=models.Value(9)),
                                models.When(kind=3, then=models.Value(11)),
                                models.When(kind=5, then=models.Value(10)),
                                default=models.Value(13),
                                output_field=models.IntegerField(),
                            ),
                            layers.functions.ZoomOfLength(
                                django.contrib.gis.db.models.functions.Transform("geom", 3857)
                            ),
                        ),
                        output_field=models.SmallIntegerField(),
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="layers.release",
                        verbose_name="数据发布",
                    ),
                ),
            ],
            options={
                "verbose_name": "河流沟渠",
                "verbose_name_plural": "河流沟渠",
                "ordering": ("code",),
                "abstract": False,
                "indexes": [
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("code"), name="text_pattern_ops"
                        ),
                        name="watercourse_code_upper",
                    ),
                    django.contrib.postgres.indexes.GistIndex(fields=["geom"], name="watercourse_geom_gist"),
                    django.contrib.postgres.indexes.GistIndex(fields=["geom_3857"], name="watercourse_geom_3857_gist"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("geom__isvalid", True)), name="watercourse_geom_valid")
                ],
            },
        ),
    ]
