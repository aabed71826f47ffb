"""What of the reports the administration has a form for."""

from geoapp.reports.official.admin import LetterheadAdmin

__all__ = ["LetterheadAdmin"]
