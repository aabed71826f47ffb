"""What is told of the place and of where its data come from: by what was imported, in one language."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max
from django.utils import timezone

from layers import place, registry, vocab
from layers.built import built_layer
from layers.feeds.credits import credit
from layers.feeds.meta import any_synthetic
from layers.models import Release
from layers.names import source_name
from layers.plane import name_of
from layers.stats.query import available_months
from layers.stats.regions import region_index
from layers.words import SEMICOLON, Listed


def told(lang: str) -> dict[str, Any]:
    """For the page about the data: the city, its plane, the period of the data, outlines and imports with their sources."""
    here, months = place.read(), available_months()
    return {
        "city": here.name(lang),
        "authority": here.authority(lang),
        "credit": here.credit(lang),
        "plane": name_of(here.plane).in_(lang),
        "months": "–".join(dict.fromkeys((str(months[0]), str(months[-1])))) if months else "",
        "year": months[-1].year if months else None,
        "synthetic": any_synthetic(),
        "waters": credit(built_layer("water_body"), lang),
        "outlines": _outlines(lang),
        "imports": _imports(lang),
    }


def _outlines(lang: str) -> list[dict[str, str]]:
    """Of each level: where its outlines come from, and how good they are."""
    index = region_index()
    found = []
    for level in (vocab.CITY, *index.below):
        regions = [region for region in index.levels[level] if region.quality]
        term = vocab.LEVEL.by_id[level]
        sources = dict.fromkeys(source_name(region.source, lang) for region in regions if region.source)
        qualities = dict.fromkeys(vocab.BOUNDARY_QUALITY.by_id[region.quality] for region in regions)
        if regions:
            found.append(
                {
                    "level": term.in_(lang),
                    "count": f"{len(regions):,}",
                    "sources": SEMICOLON.in_(lang).join(sources) or "—",
                    "quality": Listed(*qualities).in_(lang),
                }
            )
    return found


def _imports(lang: str) -> list[dict[str, str]]:
    """Of each dataset: how often it was imported or changed, and when last."""
    imported = Release.objects.exclude(report__has_key="place")  # a declaration is none (`layers.declare`)
    rows = imported.values("dataset").annotate(count=Count("pk"), last=Max("made_at")).order_by()
    by_name = {row["dataset"]: row for row in rows}
    return [
        {
            "name": dataset.in_(lang),
            "count": str(by_name[dataset.name]["count"]),
            "last": f"{timezone.localtime(by_name[dataset.name]['last']):%Y-%m-%d}",
        }
        for dataset in registry.DATASETS
        if dataset.name in by_name
    ]
