"""Where the audit hears of acts: one module for each room that acts, and nothing in the rooms but what they tell anyway."""

from __future__ import annotations


def connect() -> None:
    """Once the models are there."""
    from geoapp.audit.hooks import accounts, data, files, reports

    for each in (accounts, data, files, reports):
        each.connect()
