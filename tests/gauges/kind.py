"""The dataset and its entry in the registry."""

from __future__ import annotations

from layers.entries import Layer, Sign
from layers.fields import Dataset, Field
from layers.icons import Icon
from layers.shared import CODE, NAME_REQUIRED, placed
from layers.vocab import Term, Vocab

GAUGE_WORK = Vocab(
    "gauge_work",
    "测雨方式",
    "How rain is measured",
    (Term(1, "tipping", "翻斗式", "Tipping bucket"), Term(2, "weighing", "称重式", "Weighing")),
)
RAIN_GAUGE = Dataset(
    "rain_gauge",
    "雨量站",
    "Rain gauges",
    "gauges.RainGauge",
    "point",
    placed(
        CODE.told("the authority's number of a station"),
        NAME_REQUIRED.told("a public station"),
        Field("work", "测雨方式", "How", "term", vocab=GAUGE_WORK, required=True, tile=True, filter=True),
        Field("height_m", "安装高度", "Height", "number", unit="m", filter=True, low=0, high=50),
        Field("observer", "观测员", "Observer").kept_back("a person"),
    ),
)
DATASETS = (RAIN_GAUGE,)
LAYERS = (
    Layer(
        "rain_gauge",
        "雨量站",
        "Rain gauges",
        "take",
        RAIN_GAUGE,
        min_zoom=5,
        detail_zoom=9,
        color="#3a6ea5",
        icon=Icon("drops", "M8 6v4M12 8v4M16 6v4M7 14h10l-1.5 5h-7z"),
        printed=Sign(8, 8, 1.5, run_by="observer"),
    ),
)
