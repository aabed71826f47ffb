"""`manage.py wall`: the second wall in a database that somebody else runs (DATABASE_URL): what its superuser has to do, and then the rest.

Exit code 0: it stands; 1: roles are missing, which only a superuser makes.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from geoapp import localdb
from geoapp.database import grants


class Command(BaseCommand):
    requires_system_checks = ()
    help = "第二道墙：网页进程以不拥有任何表的角色连接数据库；--sql 打印须由数据库超级用户执行的语句"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sql", action="store_true", help="打印须由数据库超级用户在本库执行的语句")

    def handle(self, *args: Any, **options: Any) -> None:
        web, owner = settings.WEB_LOGIN or localdb.WEB_ROLE, connection.settings_dict["USER"]
        if options["sql"]:
            for text in (*localdb.web_roles(web, owner), *localdb.for_the_wall(owner)):
                self.stdout.write(f"{text};")
            self.stdout.write(f"-- \\password {web}")
            return
        if lacking := grants.missing(web):
            raise CommandError(f"没有角色 {'、'.join(lacking)}：由超级用户执行 ./shuitu manage wall --sql 打印的语句")
        done = grants.arrange(web)
        self.stdout.write(f"{web}：{'已授权，已设置行级安全' if done else '已就绪'}")
        if not settings.WEB_LOGIN:
            self.stdout.write("设置 DATABASE_WEB_URL 后，网页进程才以它连接")
