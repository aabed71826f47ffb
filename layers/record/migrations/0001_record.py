from django.db import migrations, models

# Not a model: nothing may empty it. And the one trigger of the project that does anything: a rule of the table itself, which no code of ours is to be trusted with.
GUARD = """
CREATE TABLE record_log AS SELECT left(replace(gen_random_uuid()::text, '-', ''), 16) AS id;
COMMENT ON TABLE record_log IS 'Which log this database has: its files and its key are those of this id.';
CREATE FUNCTION record_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record is append-only: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'raise_exception';
END $$;
CREATE TRIGGER record_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON record_entry
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_append_only();
"""
NO_GUARD = (
    "DROP TABLE record_log; DROP TRIGGER record_append_only ON record_entry; DROP FUNCTION record_is_append_only();"
)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="RecordEntry",
            fields=[
                ("index", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="序号")),
                ("kind", models.CharField(max_length=32, verbose_name="类别")),
                ("subject", models.CharField(max_length=120, verbose_name="对象")),
                ("leaf", models.TextField(verbose_name="内容")),
            ],
            options={
                "verbose_name": "存证条目",
                "verbose_name_plural": "存证条目",
                "db_table": "record_entry",
                "ordering": ("index",),
                "default_permissions": (),
                "indexes": [models.Index(fields=["kind", "subject", "index"], name="record_subject")],
                "constraints": [models.CheckConstraint(condition=models.Q(("index__gte", 0)), name="record_index")],
            },
        ),
        migrations.CreateModel(
            name="Salt",
            fields=[
                ("index", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="序号")),
                ("salt", models.BinaryField()),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
