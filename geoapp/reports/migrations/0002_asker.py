"""Who waits for a report, so that askers take turns."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_report_jobs")]

    operations = [
        migrations.AddField(
            model_name="reportjob",
            name="asker",
            field=models.CharField(blank=True, default="", max_length=160, verbose_name="提出者"),
        ),
    ]
