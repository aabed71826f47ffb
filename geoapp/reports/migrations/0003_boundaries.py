"""In which divisions a report speaks, where it was asked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_asker")]

    operations = [
        migrations.AddField("reportjob", "boundaries", models.CharField("区划", max_length=12, blank=True, default="")),
    ]
