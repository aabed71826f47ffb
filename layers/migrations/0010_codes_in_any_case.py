"""Codes in capitals are indexed: they are asked for in any case, whole or by their beginning."""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Upper

TABLES = {
    "abstractionholder": "holder",
    "abstractionpermit": "permit",
    "meter": "meter",
    "sewageplant": "sewage_plant",
    "supplyarea": "supply_area",
    "supplyfacility": "facility",
    "surfaceintake": "surface_intake",
    "wateruser": "water_user",
    "well": "well",
}


class Migration(migrations.Migration):
    dependencies = [("layers", "0009_presence")]

    operations = [
        migrations.AddIndex(
            model_name=model,
            index=models.Index(OpClass(Upper("code"), name="text_pattern_ops"), name=f"{table}_code_upper"),
        )
        for model, table in TABLES.items()
    ]
