"""The records of many meters are found by their meter, without a look at the table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("layers", "0006_month_first")]

    operations = [
        migrations.AddIndex(
            model_name="usagerecord",
            index=models.Index(
                fields=["meter", "month"],
                include=["source", "purpose", "volume_l"],
                condition=models.Q(meter__isnull=False),
                name="usage_by_meter",
            ),
        ),
    ]
