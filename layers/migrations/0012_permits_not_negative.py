"""Nobody is permitted less than nothing. Rows that are there already are left to whoever finds them: an upgrade goes on."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("layers", "0011_parts_of_names")]

    operations = [
        AddConstraintNotValid(
            model_name="abstractionpermit",
            constraint=models.CheckConstraint(
                condition=models.Q(permitted_l_per_year=None) | models.Q(permitted_l_per_year__gte=0),
                name="permit_volume_not_negative",
            ),
        ),
    ]
