"""Signed reports of areas too: what one is of is told by a digest, as the text of a drawn shape is too long for an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_official")]

    operations = [
        migrations.RemoveConstraint("issuedreport", "issued_one_at_a_time"),
        migrations.AddField("issuedreport", "area", models.TextField("范围", blank=True, default="")),
        migrations.AddField("issuedreport", "selected", models.TextField("水源与用途", blank=True, default="")),
        migrations.AddField("issuedreport", "of_area", models.CharField(max_length=32, blank=True, default="")),
        migrations.AlterField("issuedreport", "region", models.CharField("区划代码", max_length=12, blank=True)),
        migrations.AddConstraint(
            "issuedreport",
            models.UniqueConstraint(
                condition=models.Q(("state__in", (1, 2))),
                fields=("region", "of_area", "unit", "period", "lang", "boundaries"),
                name="issued_one_at_a_time",
            ),
        ),
    ]
