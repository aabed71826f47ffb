"""When what decides rights last changed, by kind: written by triggers, in the transaction that changes it."""

from django.db import migrations, models

# The number is taken back with no transaction, as a count would be: what was found in between is not taken for what comes after.
FUNCTION = """
CREATE SEQUENCE rights_changes;
CREATE FUNCTION rights_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO layers_rightschange (kind, transaction, number)
    VALUES (TG_ARGV[0], pg_current_xact_id()::text::bigint, nextval('rights_changes'))
    ON CONFLICT (kind) DO UPDATE SET transaction = EXCLUDED.transaction, number = EXCLUDED.number;
    RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER {table}_rights AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION rights_changed('grant');
"""
TABLES = ("layers_role", "layers_grant")


class Migration(migrations.Migration):
    dependencies = [("layers", "0020_access")]

    operations = [
        migrations.CreateModel(
            name="RightsChange",
            fields=[
                ("kind", models.CharField(max_length=12, primary_key=True, serialize=False)),
                ("transaction", models.BigIntegerField()),
                ("number", models.BigIntegerField()),
            ],
            options={"verbose_name": "权限变更", "verbose_name_plural": "权限变更"},
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION rights_changed(); DROP SEQUENCE rights_changes"),
        *(
            migrations.RunSQL(
                TRIGGER.format(table=table),
                f"DROP TRIGGER {table}_rights ON {table}",
            )
            for table in TABLES
        ),
    ]
