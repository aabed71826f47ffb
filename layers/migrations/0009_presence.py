"""Whether anything is recorded is kept beside what is summed, so that no data are not taken for nought."""

from django.db import migrations, models

KEY = ("month", "level", "source_sel", "purpose_sel", "edition", "code", "parent_code", "gap")

# Written anew and not updated: the index that is made next would hold what each row was before as well.
COUNTED = """
CREATE TEMP TABLE usage_counted ON COMMIT DROP AS
SELECT id, edition, level, source_sel, purpose_sel, month, code, parent_code, gap, volume_l, ytd_l, records, sum(records) OVER (
    PARTITION BY date_trunc('year', month), edition, level, source_sel, purpose_sel, code, parent_code, gap ORDER BY month
) AS ytd_records
FROM layers_usagesum;
TRUNCATE layers_usagesum;
INSERT INTO layers_usagesum (id, edition, level, source_sel, purpose_sel, month, code, parent_code, gap, volume_l, ytd_l, records, ytd_records)
SELECT id, edition, level, source_sel, purpose_sel, month, code, parent_code, gap, volume_l, ytd_l, records, ytd_records FROM usage_counted
ORDER BY month, level, source_sel, purpose_sel, edition, code, parent_code, gap;
DROP TABLE usage_counted;
"""
# A unit without any litre in a year had no row until now; the next assignment of its months makes one.
PRESENT = """
UPDATE layers_gridyear y SET present = seen.bits
FROM (
    SELECT size, EXTRACT(year FROM month)::integer AS year, unit_id, bit_or(1 << (EXTRACT(month FROM month)::integer - 1)) AS bits
    FROM layers_gridusage WHERE gap = 0 GROUP BY 1, 2, 3
) seen
WHERE (y.size, y.year, y.unit_id) = (seen.size, seen.year, seen.unit_id);
"""


def _cube(*include: str) -> migrations.AddConstraint:
    return migrations.AddConstraint(
        model_name="usagesum",
        constraint=models.UniqueConstraint(fields=KEY, include=include, name="usage_sum_cube"),
    )


class Migration(migrations.Migration):
    dependencies = [("layers", "0008_editions")]

    operations = [
        migrations.RemoveConstraint(model_name="usagesum", name="usage_sum_cube"),
        migrations.AddField("usagesum", "ytd_records", models.IntegerField(default=0), preserve_default=False),
        migrations.RunSQL(COUNTED, migrations.RunSQL.noop),
        _cube("volume_l", "ytd_l", "records", "ytd_records"),
        migrations.AddField("gridyear", "present", models.PositiveSmallIntegerField(db_default=0)),
        migrations.RunSQL(PRESENT, migrations.RunSQL.noop),
    ]
