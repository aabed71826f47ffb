"""Cells are cut at the lines of each edition of the divisions: what is true in which, and what is different in others."""

import django.db.models.deletion
from django.db import migrations, models

import layers.vocab

EVER = 2**31 - 1
BOUNDED = models.Q(("first_edition__gt", 0), ("last_edition__lt", EVER), _connector="OR")

KEY_BY_EDITION = """
ALTER TABLE layers_gridyear ADD COLUMN edition integer NOT NULL DEFAULT 0;
ALTER TABLE layers_gridyear DROP CONSTRAINT layers_gridyear_pkey, ADD PRIMARY KEY (size, year, edition, unit_id);
"""
KEY = """
DELETE FROM layers_gridyear WHERE edition > 0;
ALTER TABLE layers_gridyear DROP CONSTRAINT layers_gridyear_pkey, ADD PRIMARY KEY (size, year, unit_id);
ALTER TABLE layers_gridyear DROP COLUMN edition;
"""

# Where divisions changed before, months are still in today's: they are due. Elsewhere nothing is different.
DUE = """
UPDATE layers_gridbuild SET edition = COALESCE((SELECT max(id) FROM layers_edition), 0);
UPDATE layers_gridbuild SET weighed_release = 0, edition = 0
WHERE EXISTS (SELECT FROM layers_edition WHERE last_release_id IS NOT NULL);
"""
# Backwards, months in units of other divisions than today's have to be assigned again.
DUE_AGAIN = """
CREATE TEMP TABLE grid_months_due ON COMMIT DROP AS
SELECT DISTINCT size, month FROM layers_gridusage WHERE unit_id IN (SELECT id FROM layers_gridunit WHERE last_edition < 2147483647);
DELETE FROM layers_gridusage u USING grid_months_due d WHERE u.size = d.size AND u.month = d.month;
DELETE FROM layers_gridplace WHERE last_edition < 2147483647;
DELETE FROM layers_gridweight WHERE last_edition < 2147483647;
DELETE FROM layers_gridunit WHERE last_edition < 2147483647;
UPDATE layers_gridbuild SET weighed_release = 0 WHERE EXISTS (SELECT FROM layers_edition WHERE last_release_id IS NOT NULL);
"""


def _editions(model):
    return [
        migrations.AddField(model, "first_edition", models.IntegerField(db_default=0, default=0)),
        migrations.AddField(model, "last_edition", models.IntegerField(db_default=EVER, default=EVER)),
    ]


def _unit(related_name):
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name=related_name,
        to="layers.gridunit",
    )


class Migration(migrations.Migration):
    dependencies = [("layers", "0015_place")]

    operations = [
        migrations.RemoveConstraint(model_name="gridplace", name="grid_place_one_per_size"),
        migrations.RemoveConstraint(model_name="gridunit", name="grid_unit_one_per_cell"),
        migrations.RemoveConstraint(model_name="gridweight", name="grid_weight_one_per_unit"),
        *_editions("gridunit"),
        *_editions("gridweight"),
        *_editions("gridplace"),
        migrations.AddField("gridbuild", "edition", models.IntegerField(db_default=0, default=0)),
        migrations.AlterField("gridunit", "code", models.CharField(max_length=26, verbose_name="编码")),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(KEY_BY_EDITION, KEY)],
            state_operations=[
                migrations.AddField("gridyear", "edition", models.IntegerField(db_default=0, default=0)),
                migrations.AlterField(
                    "gridyear",
                    "pk",
                    models.CompositePrimaryKey(
                        "size",
                        "year",
                        "edition",
                        "unit_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GridDifference",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "edition",
                        "size",
                        "month",
                        "unit_id",
                        "gap",
                        "source",
                        "purpose",
                        "rule",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="layers.edition",
                    ),
                ),
                ("size", models.PositiveSmallIntegerField()),
                ("month", models.DateField()),
                ("unit", _unit("differences")),
                ("gap", models.PositiveSmallIntegerField(choices=layers.vocab.GRID_GAP.choices(), default=0)),
                ("source", models.PositiveSmallIntegerField()),
                ("purpose", models.PositiveSmallIntegerField()),
                ("rule", models.PositiveSmallIntegerField(choices=layers.vocab.GRID_RULE.choices())),
                ("volume_l", models.BigIntegerField()),
                ("records", models.IntegerField()),
            ],
            options={"verbose_name": "网格用水差额", "verbose_name_plural": "网格用水差额"},
        ),
        migrations.RunSQL(DUE, DUE_AGAIN),
        migrations.AddIndex(
            "gridplace",
            models.Index(fields=["size", "kind", "place_id"], name="grid_place_bounded", condition=BOUNDED),
        ),
        migrations.AddIndex(
            "gridweight",
            models.Index(fields=["size", "place_kind", "place_id"], name="grid_weight_bounded", condition=BOUNDED),
        ),
        migrations.AddConstraint(
            "gridplace",
            models.UniqueConstraint(
                fields=["size", "kind", "place_id", "until", "last_edition"],
                name="grid_place_one_per_size",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            "gridunit", models.UniqueConstraint(fields=["code", "last_edition"], name="grid_unit_one_per_code")
        ),
        migrations.AddConstraint(
            "gridunit",
            models.UniqueConstraint(
                fields=["region", "size", "col", "row", "last_edition"], name="grid_unit_one_per_cell"
            ),
        ),
        migrations.AddConstraint(
            "gridweight",
            models.UniqueConstraint(
                fields=["size", "place_kind", "place_id", "purpose", "unit", "last_edition"],
                name="grid_weight_one_per_unit",
            ),
        ),
    ]
