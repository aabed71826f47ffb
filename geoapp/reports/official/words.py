"""What signed reports say: vocabularies of the letterhead, states, marks, headings, and why a step is refused. Pure."""

from __future__ import annotations

from layers.vocab import Term, Vocab
from layers.words import Words

# How far a report may go. State secrets have their own networks; who runs this on one finds their two lower grades here.
SECRECY = Vocab(
    "secrecy",
    "密级",
    "Secrecy",
    (
        Term(1, "public", "公开", "Public"),
        Term(2, "internal", "内部", "Internal"),
        Term(3, "work_secret", "工作秘密", "Work secret"),
        Term(4, "secret", "秘密", "Secret"),
        Term(5, "confidential", "机密", "Confidential"),
    ),
)
SEAL = Vocab(
    "seal",
    "印章位置",
    "Place of the seal",
    (
        Term(1, "none", "不留", "None"),
        Term(2, "cover", "封面署名处", "On the cover, at the bureau's name"),
        Term(3, "end", "末页版记之上", "On the last page, above its foot"),
    ),
)
MARGINS = Vocab(
    "margins",
    "版面",
    "Page",
    (
        Term(1, "screen", "与屏幕一致", "As on screen"),
        Term(2, "official", "公文版面（GB/T 9704—2012）", "Official document (GB/T 9704—2012)"),
    ),
)
SCOPE = Vocab(
    "letterhead_scope",
    "用于",
    "Used for",
    (
        Term(1, "default", "全部（默认）", "Everything (default)"),
        Term(2, "division", "区划及其所辖", "A division and what lies in it"),
        Term(3, "reporting_unit", "填报单位", "A reporting unit"),
    ),
)
STATE = Vocab(
    "report_state",
    "状态",
    "State",
    (
        Term(1, "draft", "草稿", "Draft"),
        Term(2, "checked", "待批准", "Checked, to be approved"),
        Term(3, "approved", "已批准", "Approved"),
        Term(4, "withdrawn", "已撤回", "Withdrawn"),
    ),
)
DRAFT, CHECKED, APPROVED, WITHDRAWN = (term.id for term in STATE)
ACTION = Vocab(
    "report_action",
    "步骤",
    "Step",
    (
        Term(1, "issued", "编发草稿", "Draft issued"),
        Term(2, "edited", "改写综述", "Commentary edited"),
        Term(3, "renewed", "换用今日数据", "Figures taken anew"),
        Term(4, "checked", "审核", "Checked"),
        Term(5, "approved", "批准", "Approved"),
        Term(6, "returned", "退回草稿", "Back to draft"),
        Term(7, "withdrawn", "撤回", "Withdrawn"),
    ),
)
ISSUED, EDITED, RENEWED, SIGNED_CHECKED, SIGNED_APPROVED, RETURNED, TAKEN_BACK = (term.id for term in ACTION)

WORDS: dict[str, Words] = {
    "number": Words("编号", "Number"),
    "state": Words("状态", "State"),
    "grading": Words("密级", "Secrecy"),
    "bureau": Words("编发单位", "Issued by"),
    "compiled": Words("编制", "Compiled"),
    "checked": Words("审核", "Checked"),
    "approved": Words("批准", "Approved"),
    "unnumbered": Words("未编号", "Not numbered"),
    "commentary": Words("综述", "Commentary"),
    "commentary_by": Words(
        "本节由编制人 {name} 撰写（{day}），不由数据自动生成。",
        "Written by {name}, who compiled this report ({day}); not computed from the data.",
    ),
    "seal": Words("（盖章）", "(seal)"),
    "map_review": Words("审图号", "Map review number"),
    "contacts": Words("联系方式", "Contact"),
    "notes": Words("附注", "Notes"),
    "sample": Words("样张", "SAMPLE"),
    "mark_1": Words("草稿", "DRAFT"),
    "mark_2": Words("待批准", "NOT YET APPROVED"),
    "mark_3": Words("", ""),
    "mark_4": Words("已撤回", "WITHDRAWN"),
}


def said(key: str, lang: str, **values: object) -> str:
    return WORDS[key].in_(lang, **values)
