"""Who does the work: a process of root's hands it to a user of its own, who owns nothing but what it writes.

`./shuitu` makes that user where it runs as root; anybody else works as themselves. Standard library only.
"""

import os
import pwd
from typing import Any

NAME = "shuitu"


def service_user() -> pwd.struct_passwd | None:
    """The user that root hands work to; None for anybody else, and before root's first set-up made it."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        return None


def popen_as(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """What `subprocess.Popen` needs to run a program as that user, with no group but the user's own."""
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def become(user: pwd.struct_passwd | None) -> None:
    """Go on as that user, for good, in a process of root's; what it writes is for nobody else to read."""
    if user is None:
        return
    os.setgroups([])
    os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
    os.umask(0o077)
