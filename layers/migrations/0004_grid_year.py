import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# A grid that was assigned before its years were kept gets them from what it holds. Rules 4 and 7 are those by area.
FILL = """
WITH months AS (
    SELECT size, unit_id, EXTRACT(year FROM month)::integer AS year, EXTRACT(month FROM month)::integer AS nth,
           sum(volume_l)::bigint AS volume_l, sum(abs(volume_l))::bigint AS gross_l,
           sum(CASE WHEN rule IN (4, 7) THEN abs(volume_l) ELSE 0 END)::bigint AS by_area_l
    FROM layers_gridusage WHERE gap = 0
    GROUP BY 1, 2, 3, 4
)
INSERT INTO layers_gridyear (size, year, unit_id, volume_l, gross_l, by_area_l)
SELECT size, year, unit_id, array_agg(COALESCE(volume_l, 0) ORDER BY nth), array_agg(COALESCE(gross_l, 0) ORDER BY nth),
       array_agg(COALESCE(by_area_l, 0) ORDER BY nth)
FROM (SELECT DISTINCT size, year, unit_id FROM months) used
CROSS JOIN generate_series(1, 12) AS nth
LEFT JOIN months USING (size, year, unit_id, nth)
GROUP BY size, year, unit_id
ORDER BY size, year, unit_id
"""


class Migration(migrations.Migration):
    dependencies = [("layers", "0002_grid")]

    operations = [
        migrations.CreateModel(
            name="GridYear",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "size", "year", "unit_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("size", models.PositiveSmallIntegerField()),
                ("year", models.PositiveSmallIntegerField()),
                (
                    "volume_l",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=12),
                ),
                (
                    "gross_l",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=12),
                ),
                (
                    "by_area_l",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=12),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="years",
                        to="layers.gridunit",
                    ),
                ),
            ],
            options={"verbose_name": "网格年用水", "verbose_name_plural": "网格年用水"},
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
