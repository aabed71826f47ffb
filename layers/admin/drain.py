"""排 — sewage plants and village sewage stations."""

from __future__ import annotations

from django.contrib import admin

from layers.admin.placed import PlacedAdmin
from layers.models import SewagePlant


@admin.register(SewagePlant)
class SewagePlantAdmin(PlacedAdmin):
    dataset = "sewage_plant"
    own = ("kind", "operator", "capacity_m3_d")
    shown = ("kind", "operator", "capacity_m3_d")
    list_filter = ("kind",)
