"""Parts of names and codes are found by their trigrams, where PostgreSQL has them.

pg_trgm is a trusted extension of PostgreSQL's own contrib: the owner of a database may add it. Where it is not
installed, or this role may not, everything goes on without these indexes (search then reads all names, as before), and
the migration says what to do.
"""

import sys

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import DatabaseError, migrations, transaction
from django.db.models.functions import Upper

PARTS = {
    "facility": ("supplyfacility", "code", "name"),
    "meter": ("meter", "code"),
    "sewage_plant": ("sewageplant", "code", "name"),
    "surface_intake": ("surfaceintake", "code", "name"),
    "water_user": ("wateruser", "code", "name"),
    "well": ("well", "code"),
}
WITHOUT = """
  Search works, but reads every name and code: the extension pg_trgm cannot be added to database '{database}':
    {error}
  To have its indexes: install PostgreSQL's contrib modules (Debian has them in the package of the server), have the owner
  of the database or a superuser run there
    CREATE EXTENSION pg_trgm;
  and then
    ./shuitu manage migrate layers 0010_codes_in_any_case && ./shuitu manage migrate
"""
VISIBLE = "SELECT 1 FROM pg_opclass WHERE opcname = 'gin_trgm_ops' AND pg_opclass_is_visible(oid)"


def add_extension(apps, schema_editor):
    connection = schema_editor.connection
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as error:
        said = str(error).strip().replace("\n", "\n    ")
        sys.stderr.write(WITHOUT.format(database=connection.settings_dict["NAME"], error=said))


class AddPart(migrations.AddIndex):
    """An index of trigrams where there are any; without them only Django is told of it."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(VISIBLE)
            there = cursor.fetchone() is not None
        if there:
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(f'DROP INDEX IF EXISTS "{self.index.name}"')


class Migration(migrations.Migration):
    dependencies = [("layers", "0010_codes_in_any_case")]

    operations = [
        migrations.RunPython(add_extension, migrations.RunPython.noop),
        *(
            AddPart(
                model_name=model,
                index=GinIndex(OpClass(Upper(field), name="gin_trgm_ops"), name=f"{table}_{field}_part"),
            )
            for table, (model, *fields) in PARTS.items()
            for field in fields
        ),
    ]
