"""What somebody may, and where: capabilities, each with how far it reaches.

Figures are of the whole city for whoever sees any: the sums of a district are those of its neighbours taken from the city's, so that a
district's alone could not be kept from who has the others. What is told one by one reaches as far as the role was given.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal, get_args

from layers.reach import NOWHERE_AT_ALL, WHOLE, Reach
from layers.words import Words

Capability = Literal[
    "figures", "objects", "personal", "import", "edit", "judge", "reports", "publish", "accounts", "audit"
]
SEEING: Final[tuple[Capability, ...]] = ("figures", "objects", "personal")
"""What decides what an answer shows: the rest is about what somebody does."""
CAPABILITIES: Final[Mapping[Capability, Words]] = MappingProxyType(
    {
        "figures": Words("看统计数字", "see figures"),
        "objects": Words("看单个对象", "see objects"),
        "personal": Words("看个人信息", "see personal data"),
        "import": Words("导入文件", "import files"),
        "edit": Words("修改数据", "edit data"),
        "judge": Words("处理数据问题", "judge findings"),
        "reports": Words("编制报告", "make reports"),
        "publish": Words("审批发布", "approve and publish"),
        "accounts": Words("管理账号", "administer accounts"),
        "audit": Words("查阅审计记录", "read the audit"),
    }
)
assert tuple(CAPABILITIES) == get_args(Capability)

# The three duties that no account may hold together (等保: 系统管理员、审计管理员、操作员): each is held by who has any of its capabilities.
DUTIES: Final[Mapping[str, tuple[Words, frozenset[Capability]]]] = MappingProxyType(
    {
        "administrator": (Words("管理员", "administrator"), frozenset[Capability](("accounts",))),
        "auditor": (Words("审计员", "auditor"), frozenset[Capability](("audit",))),
        "operator": (
            Words("操作员", "operator"),
            frozenset[Capability](("import", "edit", "judge", "publish")),
        ),
    }
)


# What is of the whole city or not at all: given for a part of it, it would reach all accounts, and all lines of the audit.
OF_CITY_ALONE: Final[frozenset[Capability]] = frozenset(("accounts", "audit"))


@dataclass(frozen=True)
class Rights:
    """How far each capability reaches; what is not named reaches nowhere."""

    reaches: tuple[tuple[Capability, Reach], ...] = ()

    @classmethod
    def of(cls, reaches: Mapping[Capability, Reach]) -> Rights:
        """In the order of the capabilities, so that equal rights are one; figures of a part are figures of all, and of what is of the whole
        city alone a part is nothing."""
        told = {name: reach for name, reach in reaches.items() if reach.whole or (reach and name not in OF_CITY_ALONE)}
        if "figures" in told:
            told["figures"] = WHOLE
        return cls(tuple((name, told[name]) for name in CAPABILITIES if name in told))

    @classmethod
    def everywhere(cls, *capabilities: Capability) -> Rights:
        return cls.of(dict.fromkeys(capabilities, WHOLE))

    @cached_property
    def _by_name(self) -> dict[Capability, Reach]:
        return dict(self.reaches)

    def reach(self, capability: Capability) -> Reach:
        return self._by_name.get(capability, NOWHERE_AT_ALL)

    def may(self, capability: Capability) -> bool:
        """Whether somebody may do something anywhere at all."""
        return bool(self.reach(capability))

    def covers(self, other: Rights) -> bool:
        return all(self.reach(name).covers(reach) for name, reach in other.reaches)

    def only(self, capabilities: Iterable[str]) -> Rights:
        """No more than some of them."""
        wanted = set(capabilities)
        return Rights(tuple(one for one in self.reaches if one[0] in wanted))

    @property
    def seeing(self) -> Rights:
        """What of them decides what an answer shows."""
        return self.only(SEEING)

    def __or__(self, other: Rights) -> Rights:
        return Rights.of({name: self.reach(name) | other.reach(name) for name in CAPABILITIES})

    def duties(self) -> frozenset[str]:
        """Which of the three that are kept apart somebody holds."""
        return frozenset(name for name, (_, of) in DUTIES.items() if any(self.may(each) for each in of))

    @property
    def contradict(self) -> bool:
        """Whether all three duties are held together, which nobody may."""
        return len(self.duties()) == len(DUTIES)

    def to_dict(self) -> dict[str, list[str]]:
        return {name: list(reach.prefixes) for name, reach in self.reaches}

    @classmethod
    def of_dict(cls, told: Mapping[str, Iterable[str]]) -> Rights:
        return cls.of({name: Reach.of(told[name]) for name in CAPABILITIES if name in told})


NOTHING = Rights()
ALL_SEEN = Rights.everywhere(*SEEING)
BUT_PERSONAL = Rights.everywhere("figures", "objects")

# What a stamp says of the rights that its answer was made by (`layers.versions`): everything; everything but personal data; or a class
# of rights, told by a digest. No letter of the first is a hexadecimal digit.
_ALL, _BUT_PERSONAL, _CLASS = "o", "s", "k"
_DIGITS = 8
_MARKED = re.compile(rf"\d+-({_ALL}|{_BUT_PERSONAL}|{_CLASS}[0-9a-f]{{{_DIGITS}}})[0-9a-f]{{8}}")


def mark_of(rights: Rights) -> str:
    """The permission class of whoever has these rights: the same for all to whom the same is shown."""
    seeing = rights.seeing
    if seeing == ALL_SEEN:
        return _ALL
    if seeing == BUT_PERSONAL:
        return _BUT_PERSONAL
    return _CLASS + hashlib.sha256(repr(seeing.to_dict()).encode()).hexdigest()[:_DIGITS]


def mark_in(stamp: str) -> str:
    """The permission class that a stamp is of; nothing where it is no stamp of ours."""
    found = _MARKED.fullmatch(stamp)
    return found.group(1) if found else ""


WELL_KNOWN: Final[Mapping[str, Rights]] = MappingProxyType({_ALL: ALL_SEEN, _BUT_PERSONAL: BUT_PERSONAL})
