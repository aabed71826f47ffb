"""Reports of an area: several regions, or what somebody drew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_boundaries")]

    operations = [
        migrations.AddField("reportjob", "area", models.TextField("范围", blank=True, default="")),
        migrations.AddField("reportjob", "selected", models.TextField("水源与用途", blank=True, default="")),
        migrations.AlterField("reportjob", "region", models.CharField("区划代码", max_length=12, blank=True)),
    ]
