"""Volumes in forms: people write cubic metres, the database keeps whole litres."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from layers.datasets import VOLUME
from layers.values import exact, stored
from layers.words import shown

_LIMIT = Decimal(10) ** 12  # m³: far above any river, far below what a column holds


class CubicMetresField(forms.Field):
    """A decimal number of m³ with at most three decimals ↔ litres. Never rounded: what is not exact is refused."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "vTextField"})

    def __init__(self, *, signed: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.signed = signed  # False: of what cannot be less than nothing

    def prepare_value(self, value: Any) -> Any:
        return cubic_metres(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        if value is None or isinstance(value, int):
            return value
        text = str(value).strip()
        if not text:
            return None
        try:
            litres = stored(VOLUME, Decimal(text))
        except InvalidOperation:
            raise ValidationError(
                shown("请填写数字，如 12.345。", "Write a number, as 12.345."), code="not_a_number"
            ) from None
        if not litres.is_finite() or abs(litres) > stored(VOLUME, _LIMIT):
            raise ValidationError(shown("超出允许范围。", "Out of range."), code="out_of_range")
        if litres != litres.to_integral_value():
            raise ValidationError(
                shown("水量须精确到升，最多三位小数。", "Volumes are exact to the litre: at most three decimals."),
                code="not_litres",
            )
        if litres < 0 and not self.signed:
            raise ValidationError(shown("不能为负。", "It cannot be negative."), code="negative")
        return int(litres)


def cubic_metres(litres: int | None, *, grouped: bool = False) -> str:
    """Litres as m³ with as many decimals as they need: 1234567 → 1234.567."""
    if litres is None:
        return ""
    amount = exact(VOLUME, litres)
    text = f"{amount:,.3f}" if grouped else f"{amount:.3f}"
    return text.rstrip("0").rstrip(".")
