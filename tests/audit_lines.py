"""Lines of the audit as tests look at them: those since a moment. The table is never emptied, so that others may lie in it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import Permission, User
from django.db.models import Max
from django.test import Client

from geoapp.audit import reads, refusals
from geoapp.audit.hooks import files
from geoapp.audit.models import Line
from geoapp.audit.words import ACT, CHANNEL, RESULT

ADDRESS = "192.0.2.7"


@dataclass(frozen=True, slots=True)
class Told:
    """A line by its words."""

    act: str
    result: str
    account: str
    address: str
    channel: str
    object: str
    rows: int | None
    line: Line

    @property
    def what(self) -> tuple[str, str]:
        return self.act, self.result


# Of the form of an account: that nothing is said of what stands below it.
INLINES = {
    f"{name}-{what}": "0"
    for name in ("account", "outside_accounts")
    for what in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
}


class Lines:
    def __init__(self) -> None:
        reads.forget()
        refusals.forget()
        files._ranges.forget()
        self.forget()

    def forget(self) -> None:
        """Look from here on."""
        self._since = Line.objects.aggregate(last=Max("id"))["last"] or 0

    def new(self, *acts: str) -> list[Told]:
        """What was written since, of these acts if some are named."""
        found = [
            Told(
                ACT.by_id[one.act].code, RESULT.by_id[one.result].code, one.account, one.address, CHANNEL.by_id[one.channel].code,
                one.object, one.rows, one,
            )
            for one in Line.objects.filter(id__gt=self._since).order_by("id")
        ]  # fmt: skip
        return [one for one in found if not acts or one.act in acts]

    def one(self, *acts: str) -> Told:
        """The only one since; looked at once."""
        found = self.new(*acts)
        assert len(found) == 1, [one.what for one in found]
        self.forget()
        return found[0]


def client(account: User | None = None) -> Client:
    """A browser at an address of its own."""
    made = Client(REMOTE_ADDR=ADDRESS)
    if account is not None:
        made.force_login(account)
    return made


def auditor(name: str = "auditor") -> User:
    """An account with this right and no other; it is not of the staff."""
    user = User.objects.create_user(name)
    user.user_permissions.add(Permission.objects.get(codename="read_audit"))
    return user
