"""Changes of accounts and ends of sessions are told to whoever keeps what an account may (`layers.models.RightsChange`).

Only of what decides who somebody is: the last log-in of an account and the last page of a session are written all the time,
and ends of sessions that nobody came back to are looked for at each log-in.
"""

from django.conf import settings
from django.db import migrations

CHANGED = {
    "auth_user": (
        "account",
        "(OLD.username, OLD.password, OLD.is_active, OLD.is_staff, OLD.is_superuser)"
        " IS DISTINCT FROM (NEW.username, NEW.password, NEW.is_active, NEW.is_staff, NEW.is_superuser)",
    ),
    "accounts_session": ("session", "OLD.ended <> NEW.ended"),
}
TRIGGERS = """
CREATE TRIGGER {table}_rights AFTER UPDATE ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION rights_changed('{kind}');
CREATE TRIGGER {table}_rights_gone AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION rights_changed('{kind}');
CREATE TRIGGER {table}_rights_all_gone AFTER TRUNCATE ON {table} EXECUTE FUNCTION rights_changed('{kind}');
"""
GONE = """
DROP TRIGGER {table}_rights ON {table};
DROP TRIGGER {table}_rights_gone ON {table};
DROP TRIGGER {table}_rights_all_gone ON {table};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_outside_accounts"),
        ("layers", "0021_rights_change"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(TRIGGERS.format(table=table, kind=kind, when=when), GONE.format(table=table))
        for table, (kind, when) in CHANGED.items()
    ]
