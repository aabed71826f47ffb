"""When what decides rights last changed, by kind: written by triggers, in the transaction that changes it."""

from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION rights_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO layers_rightschange AS told (kind, transaction, times) VALUES (TG_ARGV[0], pg_current_xact_id()::text::bigint, 1)
    ON CONFLICT (kind) DO UPDATE SET transaction = EXCLUDED.transaction, times = told.times + 1;
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
                ("times", models.BigIntegerField()),
            ],
            options={"verbose_name": "权限变更", "verbose_name_plural": "权限变更"},
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION rights_changed()"),
        *(
            migrations.RunSQL(
                TRIGGER.format(table=table),
                f"DROP TRIGGER {table}_rights ON {table}",
            )
            for table in TABLES
        ),
    ]
