"""The map page in a further language: built with its dictionary, it shows no word in another."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import transaction

from layers import models
from layers.names import division
from layers.names.romanised import short
from tests.browser.page_model import open_map
from tests.factories import DISTRICT
from tests.report_city import make_city
from tests.tongue import CODE, names_of, strange

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
# Every text that is shown, and those that are told to who cannot see.
TEXTS = """() => {
  const shown = [...document.querySelectorAll("body *")].filter((each) => each.checkVisibility() && !each.closest("[data-testid=language], .maplibregl-ctrl"));
  const own = shown.flatMap((each) => [...each.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent.trim()));
  return [...own, ...shown.flatMap((each) => [each.ariaLabel, each.title, each.placeholder])].filter(Boolean);
}"""


@pytest.fixture(scope="module")
def built(made: Path) -> Path:
    """The page with the dictionary of the language, as `node build.mjs` makes it."""
    out = made / "page" / "web"
    environment = {**os.environ, "SHUITU_DICTIONARIES": str(made / "dict"), "SHUITU_PAGE_OUT": str(out)}
    subprocess.run([shutil.which("node") or "node", "build.mjs"], cwd=ROOT / "geoapp/web", env=environment, check=True)
    return out.parent


def test_the_map_says_no_word_in_another_language(
    french: Path,
    built: Path,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    new_own_page: Callable[..., Any],
) -> None:
    settings.STATICFILES_DIRS = [built]
    monkeypatch.setattr("geoapp.web.views.PRELOAD", built / "web" / "preload.json")
    with transaction.atomic():
        make_city()
    page = new_own_page()
    open_map(page, f"/?lang={CODE}&region={DISTRICT}&explain=region/{DISTRICT}")

    data = names_of(models.Region.objects.values_list("code", "name"), models.Boundary.objects.values_list("source"))
    assert page.evaluate("document.documentElement.lang") == CODE
    english = {division(*region).in_("en") for region in models.Region.objects.values_list("code", "name")}
    names = data | english | {short(name) for name in english}
    # Days are said by the browser, in the way that the dictionary names.
    texts = [re.sub(r"\d+ \w+ \d{4}, \d\d:\d\d", "", text) for text in page.evaluate(TEXTS)]
    assert list(strange(texts, names | {"Shuitu", "MapLibre", "km²", "km"})) == []
    assert page.get_by_test_id("language").all_inner_texts() == ["中文", "English"]
