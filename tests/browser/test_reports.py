"""Reports: by one click from the map's drawer; by the form, through a closed browser, to the file; and the offline map with every network away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.city import City
from tests.conftest import Watch

OTHER_HOSTS = re.compile(r"^(?!data:|blob:|file:)")


@pytest.mark.turns(2)
def test_from_the_form_to_the_file(
    page: Any, city: City, new_page: Callable[..., Any], watch: Watch, tmp_path: Path
) -> None:
    watch.allow("request to another host: file:")  # the offline map, and nothing else
    page.goto("/reports/?region=110101&period=2019")
    assert page.locator("select[name=region]").input_value() == "110101"
    assert page.locator("input[name=period]").input_value() == "2019"
    page.check("input[value=html]")
    page.get_by_test_id("make").click()
    job = page.locator(".job:target")
    job.wait_for()
    number = str(job.get_attribute("id"))
    page.close()  # a closed browser stops nothing
    again = new_page()
    again.goto("/reports/?lang=en")
    row = again.locator(f"#{number}")
    row.locator("a[data-form=pdf]").wait_for(timeout=60_000)
    assert "东城区 · 2019" in row.inner_text() and row.get_by_test_id("delete").count() == 0  # it is another's
    with again.expect_download() as paper:
        row.locator("a[data-form=pdf]").click()
    assert paper.value.suggested_filename == "110101-东城区-2019.pdf"
    assert Path(paper.value.path()).read_bytes()[:5] == b"%PDF-"
    with again.expect_download() as offline:
        row.locator("a[data-form=html]").click()
    file = tmp_path / "map.html"
    offline.value.save_as(file)
    _works_without_a_network(new_page, file)


@pytest.mark.turns(2)
def test_one_click_in_the_drawer_gives_a_report(page: Any, city: City) -> None:
    page.goto("/?region=110102&period=2019")
    with page.expect_download(timeout=60_000) as paper:
        page.get_by_test_id("report").click()
        page.get_by_test_id("report-progress").wait_for()
    assert paper.value.suggested_filename == "110102-西城区-2019.pdf"
    assert Path(paper.value.path()).read_bytes()[:5] == b"%PDF-"
    page.get_by_test_id("report-file").wait_for()
    assert "MB" in page.get_by_test_id("report-file").inner_text()
    page.get_by_test_id("breadcrumb").get_by_role("button").first.click()
    page.get_by_test_id("report").wait_for()  # the city's is another report
    page.goto("/reports/")
    assert "西城区 · 2019" in page.get_by_test_id("job").first.inner_text()


def test_a_refused_report_leads_to_the_page_of_reports(page: Any, city: City, watch: Watch) -> None:
    watch.allow("503")
    refusal = {
        "status": 503,
        "content_type": "application/problem+json",
        "body": '{"detail": "40 reports are waiting"}',
    }
    page.route("**/reports/make", lambda route: route.fulfill(**refusal))
    page.goto("/?region=110101&period=2019-07&lang=en")
    page.get_by_test_id("report").click()
    refused = page.get_by_test_id("report-refused")
    refused.wait_for()
    assert refused.get_attribute("title") == "40 reports are waiting"
    assert refused.get_attribute("href") == "/reports/?region=110101&period=2019-07&lang=en"


def _works_without_a_network(new_page: Callable[..., Any], file: Path) -> None:
    page = new_page()
    page.route(OTHER_HOSTS, lambda route: route.abort())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.locator("canvas.leaflet-zoom-animated").wait_for()
    colors = page.evaluate(
        "() => { const c = document.querySelector('canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " const seen = new Set(); for (let i = 0; i < d.length; i += 4) if (d[i + 3] === 255) seen.add(`rgb(${d[i]}, ${d[i + 1]}, ${d[i + 2]})`); return [...seen] }"
    )
    legend = page.evaluate(
        "() => [...document.querySelectorAll('#told i')].map((each) => getComputedStyle(each).backgroundColor)"
    )
    assert len(set(colors) & set(legend)) >= 4  # the classes of the map are on it, in the very colours of the legend
    assert "东城区" in page.locator("#told").inner_text()
    page.mouse.move(640, 430)
    assert page.locator(".leaflet-control-layers input").count() >= 3
    assert [url for url in asked if OTHER_HOSTS.match(url)] == []
