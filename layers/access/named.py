"""Django's permissions that are asked for by name, each said here once: models declare them by codename, and rooms ask whether an account has one."""

from __future__ import annotations

from typing import Final

IMPORT: Final = "layers.import_data"
LOOK_BEHIND: Final = "layers.view_release"
COMPILE: Final = "reports.compile_report"
CHECK: Final = "reports.check_report"
APPROVE: Final = "reports.approve_report"
READ_AUDIT: Final = "audit.read_audit"
JUDGE: Final = "layers.add_judgement"
