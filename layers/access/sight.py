"""Who asks, and what is shown to them: one view for each answer, from its first query to its last row.

The permission class of the asker (`rights.mark_of`) is in every data stamp, so that whatever is kept is kept for all of one class and for
nobody else, and a right that is taken away holds at the next request however warm the caches are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from layers.access.posture import Posture, read
from layers.access.rights import BUT_PERSONAL, CAPABILITIES, NOTHING, WELL_KNOWN, Capability, Rights, mark_in, mark_of
from layers.access.roles import Asker
from layers.errors import NeedsLogin, NotAllowed
from layers.models import PermissionClass
from layers.words import Words

WHOLE_CITY = Words("这个账号看得到全市的个人信息", "this account sees the personal data of the whole city")


@dataclass(frozen=True, slots=True)
class Sight:
    """How open the site is to all, and what the asker may: what everybody may, and what the account adds to it."""

    posture: Posture
    rights: Rights
    known: bool = False  # whether an account asks

    @property
    def open(self) -> bool:
        """Whether personal data of the whole city are shown."""
        return self.rights.reach("personal").whole

    @property
    def fine(self) -> bool:
        """Whether figures of villages and cells are told: of one with a single user they are that user's."""
        return self.rights.may("objects")

    @property
    def public(self) -> bool:
        """Whether no more is shown than to everybody: the answer is nobody's in particular then."""
        return self.rights.seeing == self.posture.rights.seeing

    @property
    def privileged(self) -> bool:
        """Whether personal data are shown that everybody does not see: who looks at them is written down."""
        return not self.posture.rights.reach("personal").covers(self.rights.reach("personal"))

    @property
    def mark(self) -> str:
        return mark_of(self.rights)

    @property
    def told(self) -> dict[str, str]:
        """Why as much is shown as is, in every language."""
        own = self.rights.reach("personal")
        if self.public or not own:
            return self.posture.told
        if own.whole:
            return WHOLE_CITY.everywhere()
        return Words(
            "这个账号看得到区划 {codes} 内的个人信息",
            "this account sees personal data within the divisions {codes}",
            codes=", ".join(own.prefixes),
        ).everywhere()

    def to_dict(self) -> dict[str, Any]:
        return {
            "personal": "open" if self.open else "closed",
            "sees": self.rights.seeing.to_dict(),
            "posture": self.posture.kind,
            "why": {"code": self.posture.why, **self.told},
        }


# Who asks; or what finds it once somebody wants to know, where nothing is read within a snapshot.
Found = Asker | Callable[[], Asker | None] | None


class Moment:
    """One asker's view: the posture and the rights are read once, and everything in the answer goes by them.

    Without an account what everybody may see; ``rights`` are given where they are known from a stamp.
    """

    def __init__(self, account: Found = None, rights: Rights | None = None) -> None:
        self._account = account
        self._rights = rights
        self._posture: Posture | None = None
        self._sight: Sight | None = None
        # Of which personal data were asked for under a right: layers, or what mixes them.
        self.personal: set[str] = set()

    @property
    def sight(self) -> Sight:
        if self._sight is None:
            self._sight = self._read()
        return self._sight

    @property
    def posture(self) -> Posture:
        if self._posture is None:
            self._posture = read()
        return self._posture

    def _read(self) -> Sight:
        posture = self.posture
        if self._rights is not None:
            return Sight(posture, self._rights, known=True)
        account = self._account() if callable(self._account) else self._account
        if account is None:
            return Sight(posture, posture.rights)
        return Sight(posture, posture.rights | account.rights(posture.rights_as_of), known=True)

    def known_no_more(self) -> bool:
        """Whether the account was found out for an earlier request and something that decides rights has changed since: who asks has
        to be found out anew."""
        return isinstance(self._account, Asker) and not self._account.holds(self.posture.rights_as_of)

    def closed_meanwhile(self) -> bool:
        """Whether what was open for being made up is so no longer: rows read since may be real.

        Asked after the last query of an answer. Nothing real was there before if it is still all made up now.
        """
        return self._sight is not None and self._sight.posture.why == "synthetic" and not read().open


_moment: ContextVar[Moment | None] = ContextVar("moment", default=None)


@contextmanager
def one_moment(stamp: str = "", account: Found = None) -> Iterator[Moment]:
    """Everything inside goes by one sight: an account's, or everybody's; where a ``stamp`` is given, by that of whoever it was told to."""
    moment = Moment(rights=rights_in(stamp)) if stamp else Moment(account)
    token = _moment.set(moment)
    try:
        yield moment
    finally:
        _moment.reset(token)


def now() -> Sight:
    """What an answer goes by. Where nobody asks, in a command of the operator's: all but personal data, and those as everybody sees them.
    Not so in a web process, in which somebody always does.
    """
    moment = _moment.get()
    if moment is not None:
        return moment.sight
    posture = read()
    if settings.SERVING:
        return Sight(posture, posture.rights)
    return Sight(posture, posture.rights | BUT_PERSONAL | Rights.everywhere("reports"), known=True)


def somebody_asks() -> bool:
    """Whether this is said to somebody, as all of a web process is, and not in a command of the operator's."""
    return _moment.get() is not None or settings.SERVING


def note_personal(what: str) -> None:
    """That the answer of this moment gives personal data of a layer, or of what mixes them (a search, an explanation)."""
    moment = _moment.get()
    if moment is not None and moment.sight.privileged:
        moment.personal.add(what)


# A mark is a digest of its rights: what it stands for never changes. There are some twenty.
_known: dict[str, Rights] = dict(WELL_KNOWN)


def rights_in(stamp: str) -> Rights:
    """The rights that a stamp was told under; none where the class is not known here."""
    mark = mark_in(stamp)
    if mark not in _known:
        kept = PermissionClass.objects.filter(mark=mark).values_list("rights", flat=True).first()
        if not kept:
            return NOTHING
        _known[mark] = Rights.of_dict(kept)
    return _known[mark]


def keep_class() -> None:
    """Remember what the mark of this moment's stamps stands for: called where a stamp is given to who works later."""
    rights = now().rights.seeing
    mark = mark_of(rights)
    if mark not in WELL_KNOWN:
        PermissionClass.objects.get_or_create(mark=mark, defaults={"rights": rights.to_dict()})


def may_show(stamp: str) -> bool:
    """Whether what was made under a stamp may be shown now: it shows no more than the asker may see."""
    made_by = rights_in(stamp)
    return made_by != NOTHING and now().rights.covers(made_by)


def may(capability: Capability) -> bool:
    """Whether the asker may do something anywhere."""
    return now().rights.may(capability)


def require_fine() -> None:
    """`NeedsLogin` or `NotAllowed` to who is told no figures finer than those of townships."""
    require("objects")


def require(capability: Capability, *, whole: bool = False) -> None:
    """`NeedsLogin` or `NotAllowed` to who may not do something anywhere, or not in the ``whole`` city."""
    sight = now()
    reach = sight.rights.reach(capability)
    if reach.whole or (reach and not whole):
        return
    wanted = CAPABILITIES[capability]
    if not sight.known:
        raise NeedsLogin(
            Words(
                "请先登录，或出示令牌：{wanted}要有权限。",
                "Log in, or send a token: to {wanted} takes a right.",
                wanted=wanted,
            )
        )
    raise NotAllowed(
        Words(
            "这个账号没有“{wanted}”的权限，请向管理员申请。",
            "This account may not {wanted}: an administrator gives that right.",
            wanted=wanted,
        )
    )
