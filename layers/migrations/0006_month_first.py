"""Sums are found by their month first, and grid litres by what they are of: no number of their own, 0 for no unit."""

import django.db.models.deletion
from django.db import migrations, models

KEY = ("size", "month", "unit_id", "gap", "source", "purpose", "rule")

BY_GRAIN = """
ALTER TABLE layers_gridusage
    DROP CONSTRAINT grid_usage_cube,
    DROP CONSTRAINT grid_usage_gap_or_unit,
    DROP COLUMN id;
UPDATE layers_gridusage SET unit_id = 0 WHERE unit_id IS NULL;
ALTER TABLE layers_gridusage
    ALTER COLUMN unit_id SET NOT NULL,
    ADD PRIMARY KEY (size, month, unit_id, gap, source, purpose, rule);
"""


class Migration(migrations.Migration):
    dependencies = [("layers", "0005_one_counted_place")]

    operations = [
        migrations.RemoveConstraint(model_name="usagesum", name="usage_sum_cube"),
        migrations.AddConstraint(
            model_name="usagesum",
            constraint=models.UniqueConstraint(
                fields=("month", "level", "source_sel", "purpose_sel", "code", "parent_code", "gap"),
                include=("volume_l", "ytd_l"),
                name="usage_sum_cube",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(BY_GRAIN)],
            state_operations=[
                migrations.RemoveConstraint(model_name="gridusage", name="grid_usage_cube"),
                migrations.RemoveConstraint(model_name="gridusage", name="grid_usage_gap_or_unit"),
                migrations.RemoveField(model_name="gridusage", name="id"),
                migrations.AlterField(
                    model_name="gridusage",
                    name="unit",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="usage",
                        to="layers.gridunit",
                    ),
                ),
                migrations.AddField(
                    model_name="gridusage",
                    name="pk",
                    field=models.CompositePrimaryKey(
                        *KEY, blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="gridusage",
            constraint=models.CheckConstraint(
                condition=models.Q(("gap", 0), ("unit__gt", 0)) | models.Q(("gap__gt", 0), ("unit", 0)),
                name="grid_usage_gap_or_unit",
            ),
        ),
    ]
