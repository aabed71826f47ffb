"""One finding of where a meter's water counts, kept with the meter: its user's position comes before what is declared."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import connection, migrations, models


def settle(apps, schema_editor):
    """Find it for the meters that are there, and sum their months anew: they counted where they are declared."""
    from layers import placing
    from layers.recorded import months_of
    from layers.stats import rebuild

    with connection.cursor() as cursor:
        if placing.find_stand_ins(cursor):
            rebuild.rebuild(cursor, months_of(cursor, "meter", placing.STOOD_IN))


COUNTED_REGION = models.GeneratedField(
    db_persist=True,
    expression=models.Case(
        models.When(geom__isnull=False, then=models.F("found_region")),
        models.When(stand_in__isnull=False, then=models.F("stand_in_region")),
        default=django.db.models.functions.comparison.Coalesce(
            models.F("declared_region"), models.F("stand_in_region")
        ),
    ),
    output_field=models.BigIntegerField(null=True),
)


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0004_grid_year"),
    ]

    operations = [
        migrations.AddField(
            model_name="meter",
            name="stand_in",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="layers.wateruser",
                verbose_name="代为定位的用水户",
            ),
        ),
        migrations.AddField(
            model_name="meter",
            name="stand_in_region",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="layers.region",
                verbose_name="用水户所在区划",
            ),
        ),
        migrations.AddField(
            model_name="meter",
            name="stand_in_cell_x",
            field=models.IntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="meter",
            name="stand_in_cell_y",
            field=models.IntegerField(editable=False, null=True),
        ),
        # What a column is generated from cannot be altered: the column goes, with its index, and comes again.
        migrations.RemoveIndex(model_name="meter", name="meter_counted_region"),
        migrations.RemoveField(model_name="meter", name="counted_region"),
        migrations.AddField(model_name="meter", name="counted_region", field=COUNTED_REGION),
        migrations.AddField(
            model_name="meter",
            name="counted_by",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(geom__isnull=False, then=models.Value(1)),
                    models.When(stand_in__isnull=False, then=models.Value(2)),
                    models.When(
                        models.Q(
                            ("declared_region__isnull", False), ("stand_in_region__isnull", False), _connector="OR"
                        ),
                        then=models.Value(9),
                    ),
                    default=models.Value(8),
                ),
                output_field=models.PositiveSmallIntegerField(
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
        ),
        migrations.AddIndex(
            model_name="meter",
            index=models.Index(fields=["counted_region"], name="meter_counted_region"),
        ),
        migrations.AddIndex(
            model_name="meter",
            index=models.Index(
                condition=models.Q(("stand_in__isnull", False)), fields=["stand_in"], name="meter_stand_in"
            ),
        ),
        migrations.AddField(
            model_name="gridbuild",
            name="by_positions",
            field=models.BooleanField(default=True, db_default=True),
        ),
        migrations.RunPython(settle, migrations.RunPython.noop),
    ]
