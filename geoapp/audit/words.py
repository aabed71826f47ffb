"""The closed vocabularies of the audit: what was done, what came of it, by which way. Ids are stored: take a new one, and never reuse one."""

from __future__ import annotations

from layers.vocab import Term, Vocab

ACT = Vocab(
    "audit_act",
    "行为",
    "Act",
    (
        Term(1, "login", "登录", "Logged in"),
        Term(2, "login_refused", "登录被拒", "Log-in refused"),
        Term(3, "logout", "退出", "Logged out"),
        Term(4, "token_refused", "令牌被拒", "Token refused"),
        Term(5, "session_refused", "会话被拒", "Session refused"),
        Term(6, "denied", "无权访问", "Denied"),
        Term(7, "fault", "操作中断", "Broke off"),
        Term(10, "import_asked", "提交文件", "File sent"),
        Term(11, "import_checked", "检查文件", "File checked"),
        Term(12, "import_committed", "导入", "Imported"),
        Term(13, "import_refused", "导入被拒", "Import refused"),
        Term(14, "import_undone", "撤销导入", "Import taken back"),
        Term(20, "edit", "手工修改", "Edited by hand"),
        Term(21, "bulk_edit", "批量修改", "Edited in bulk"),
        Term(22, "setting_changed", "修改设置", "Setting changed"),
        Term(23, "account_changed", "修改账号", "Account changed"),
        Term(24, "rights_changed", "修改权限", "Rights changed"),
        Term(30, "report_asked", "请求报告", "Report asked for"),
        Term(31, "report_made", "生成报告", "Report made"),
        Term(32, "report_step", "签发步骤", "Step of a signature"),
        Term(40, "export", "下载", "Exported"),
        Term(41, "personal_read", "查看个人信息", "Personal data read"),
        Term(50, "audit_read", "查看审计", "Audit read"),
        Term(51, "audit_swept", "清理审计", "Audit swept"),
        Term(52, "verdict", "裁定", "Verdict"),
    ),
)
DONE, REFUSED, FAILED = 1, 2, 3
RESULT = Vocab(
    "audit_result",
    "结果",
    "Result",
    (
        Term(DONE, "done", "成功", "Done"),
        Term(REFUSED, "refused", "被拒", "Refused"),
        Term(FAILED, "failed", "失败", "Failed"),
    ),
)
CHANNEL = Vocab(
    "audit_channel",
    "途径",
    "Channel",
    (
        Term(1, "page", "网页", "Page"),
        Term(2, "desk", "导入台", "Import desk"),
        Term(3, "admin", "管理", "Administration"),
        Term(4, "api", "接口", "API"),
        Term(5, "ogc", "OGC 接口", "OGC API"),
        Term(6, "tiles", "瓦片", "Tiles"),
        Term(7, "file", "文件", "Files"),
        Term(8, "report", "报告", "Reports"),
        Term(9, "command", "命令行", "Command"),
    ),
)
# What a day's bars are made of: key, words, acts, colour. Whatever did not come about is a part of its own.
GROUPS = (
    ("access", Term(1, "access", "登录与退出", "Log-ins and log-outs"), ("login", "logout"), "#7d93a3"),
    (
        "data",
        Term(2, "data", "导入与修改", "Imports and edits"),
        (
            "import_asked", "import_checked", "import_committed", "import_undone", "edit", "bulk_edit", "verdict",
        ),
        "#0d6b8a",
    ),
    (
        "rights",
        Term(3, "rights", "账号、权限与设置", "Accounts, rights, settings"),
        ("setting_changed", "account_changed", "rights_changed"),
        "#7a4f9a",
    ),
    ("reports", Term(4, "reports", "报告", "Reports"), ("report_asked", "report_made", "report_step"), "#4f8a5b"),
    (
        "reading",
        Term(5, "reading", "下载与查看", "Exports and reads"),
        ("export", "personal_read", "audit_read", "audit_swept"),
        "#c08a2d",
    ),
)  # fmt: skip
BAD = Term(6, "bad", "被拒与失败", "Refused and failed")
BAD_COLOUR = "#b3402a"
