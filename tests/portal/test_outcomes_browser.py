"""Charts, comparisons and the outcome clock in a real browser: for eyes, ears, keys, paper and without colour."""

from collections.abc import Callable
from typing import Any

import pytest

from harvesters.record import Observation, Relation, Target

from ..conftest import LiveServer
from ..factories import a_decision, a_policy, an_outcome

pytestmark = pytest.mark.browser

NewPage = Callable[..., Any]


def over_years(start: float, place: str | None = None, first: int = 2012) -> tuple[Observation, ...]:
    return tuple(Observation(period=str(year), place=place, value=f"{start + (year - first) * 1.5:g}") for year in range(first, 2025))


@pytest.fixture
def paths(save: Callable[..., list[str]]) -> dict[str, str]:
    """One of every kind of page about outcomes."""
    measured = an_outcome(title="Services that are online", observations=over_years(20), better="higher", due="2025-06-30")
    long = "Hộ gia đình được phủ mạng cáp quang và dân số có tài khoản thanh toán điện tử " * 2
    targets = (
        Target(indicator="Services online", unit="%", baseline=20, baseline_period="2012", value=60, due="2030"),
        Target(indicator=long, value=80, unit="%", due="2025", responsible="Every office", text=long * 2),
        Target(indicator="Happiness"),
    )
    policy = a_policy(issued="2015-06-01", targets=targets, relations=(Relation(type="cites", number=measured.number),))
    decision = a_decision(issued="2018-03-01", relations=(Relation(type="measures", number=measured.number),))
    places = an_outcome(title="Unemployment", indicator="Unemployment", observations=tuple(one for n, code in enumerate(("VN", "TH", "MY", "ID", "PH", "SG")) for one in over_years(n, code)))
    money = an_outcome(title="Money", indicator="Money", unit="US$", observations=over_years(2_000_000))
    save(measured, policy, decision, places, money)
    save(measured.model_copy(update={"observations": over_years(21)}))
    six = ",".join(f"{places.number}:{code}" for code in ("VN", "TH", "MY", "ID", "PH", "SG"))
    return {
        "outcome": f"/records/{measured.number}", "policy": f"/records/{policy.number}", "places": f"/records/{places.number}", "revisions": f"/records/{measured.number}/revisions",
        "clock": "/outcome-clock?state=all", "six": f"/compare?series={six}", "units": f"/compare?series={measured.number},{money.number},{places.number}:VN&find=unemployment",
        "index": f"/compare?series={measured.number},{money.number}&index=1", "empty": "/compare", "faulty": "/compare?series=nothing", "agency": "/agencies/vn-council",
        "manual": "/pages/outcomes", "vi": "/vi/outcome-clock?state=all",
    }  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_no_page_about_outcomes_shuts_anyone_out(live_server: LiveServer, new_page: NewPage, paths: dict[str, str], width: int, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page, faults = new_page(width=width, color_scheme=scheme), {}
    for name, path in paths.items():
        answer = page.goto(live_server.url + path)
        size = len(answer.body())
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        found = Axe().run(page).response["violations"]
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults[name] = [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found]
        faults[name] += [f"{over} px too wide"] if over > 0 else []
        faults[name] += [f"{size} bytes"] if size > 100_000 else []
    assert not {name: found for name, found in faults.items() if found}


def tree(page: Any) -> list[dict[str, Any]]:
    """What Chromium tells a screen reader, without what it hides from it."""
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    nodes: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    return [node for node in nodes if not node.get("ignored")]


def role(node: dict[str, Any]) -> str:
    return str(node.get("role", {}).get("value", ""))


@pytest.mark.parametrize("width", [360, 1280])
def test_a_screen_reader_meets_a_chart_as_one_image_with_its_name_and_what_is_seen_on_it(live_server: LiveServer, new_page: NewPage, paths: dict[str, str], width: int) -> None:
    for name, expected in (("outcome", 1), ("six", 1), ("units", 2), ("index", 1), ("revisions", 1)):
        page = new_page(width=width)
        page.goto(live_server.url + paths[name])
        nodes = tree(page)
        # Marks of axes are images too; they are hidden from screen readers or have words beside them.
        images = [node for node in nodes if role(node) in ("image", "img") and len(node.get("name", {}).get("value", "")) > 3]
        assert len(images) == expected, (name, [node.get("name") for node in images])
        for node in images:
            description = node.get("description", {}).get("value", "")
            assert len(node["name"]["value"]) > 5 and len(description) > 20, (name, node.get("name"), description)
            below = [child for child in nodes if child.get("parentId") == node["nodeId"]]
            assert below == [], f"{name}: the image has {len(below)} parts of its own"
        assert sum(role(node).startswith(("Svg", "graphics")) for node in nodes) == 0


def test_the_tree_tells_the_target_and_its_standing_beside_the_figures(live_server: LiveServer, new_page: NewPage, paths: dict[str, str]) -> None:
    page = new_page()
    page.goto(live_server.url + paths["outcome"])
    [image] = [node for node in tree(page) if role(node) in ("image", "img") and "Services online" in node.get("name", {}).get("value", "")]
    assert "From 21.0 in 2012 to 39.0 in 2024" in image["description"]["value"]
    assert "Target: 60.0 by 2030; Behind the path." in image["description"]["value"]


def test_a_point_is_read_off_by_keys_and_by_pointing(live_server: LiveServer, new_page: NewPage, paths: dict[str, str]) -> None:
    page = new_page()
    page.goto(live_server.url + paths["outcome"])
    slider, told = page.get_by_role("slider", name="Read off a point"), page.locator(".chart__told")
    assert told.inner_text() == "2024: 39.0 %"
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert told.inner_text() == "2023: 37.5 %" and slider.get_attribute("aria-valuetext") == "2023: 37.5 %"
    page.keyboard.press("Home")
    assert told.inner_text() == "2012: 21.0 %"
    ring = page.locator(".chart__drawing--wide .chart__cursor circle").bounding_box()
    dot = page.locator(".chart__drawing--wide .chart__dots circle").first.bounding_box()
    assert abs(ring["x"] + ring["width"] / 2 - dot["x"] - dot["width"] / 2) < 1 and abs(ring["y"] + ring["height"] / 2 - dot["y"] - dot["height"] / 2) < 1
    box = page.locator(".chart__drawing--wide").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    assert told.inner_text() not in ("2012: 21.0 %", "2024: 39.0 %")


def test_several_lines_are_read_off_together(live_server: LiveServer, new_page: NewPage, paths: dict[str, str]) -> None:
    page = new_page(width=360)
    page.goto(live_server.url + paths["six"])
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    assert "2012: Vietnam 0.0 %; Thailand 1.0 %" in page.locator(".chart__told").inner_text()


def test_without_a_script_the_figures_stand_in_a_table_and_the_comparison_can_be_made(live_server: LiveServer, new_page: NewPage, paths: dict[str, str]) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(live_server.url + paths["outcome"])
    page.get_by_text("13 figures as a table").click()
    assert page.get_by_role("slider").count() == 0 and page.get_by_role("rowheader", name="2012", exact=True).count() == 1
    page.get_by_role("link", name="Compare with others").click()
    page.get_by_label("Find an indicator to add").fill("unemployment")
    page.get_by_role("button", name="Search", exact=True).last.click()
    page.get_by_label("Place").select_option("TH")
    page.get_by_role("button", name="Add Unemployment").click()
    page.wait_for_url("**:TH")
    assert page.get_by_role("link", name="Remove").count() == 2
    page.get_by_label("As an index: this period is 100").select_option("2012")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**base=2012**")
    page.get_by_text("index, 2012 = 100").first.wait_for(state="attached")


def test_lines_differ_without_colour_and_on_paper(live_server: LiveServer, new_page: NewPage, paths: dict[str, str]) -> None:
    page = new_page()
    page.goto(live_server.url + paths["six"])
    page.emulate_media(media="print")
    styles = page.evaluate("""() => [...document.querySelectorAll('.chart__drawing--wide .chart__line')].map(line => {
      const path = getComputedStyle(line.querySelector('path')), dot = line.querySelector('.chart__dots').firstElementChild;
      return [path.strokeDasharray, path.strokeWidth, dot.tagName + (dot.getAttribute('d') || '').replace(/[0-9.]+ [0-9.]+/, '')].join(' ');
    })""")
    assert len(styles) == 6 and len(set(styles)) == 6
    assert page.locator(".chart__reader:visible").count() == 0 and page.locator(".chart__drawing:visible").count() == 1
    labels = page.locator(".chart__drawing--wide .chart__line > text").all_text_contents()
    assert [label.split()[0] for label in labels] == ["Vietnam", "Thailand", "Malaysia", "Indonesia", "Philippines", "Singapore"]


def test_what_is_chosen_on_the_clock_stays_chosen(live_server: LiveServer, new_page: NewPage, paths: dict[str, str]) -> None:
    page = new_page(width=360)
    page.goto(live_server.url + "/outcome-clock")
    page.get_by_label("Which", exact=True).select_option("overdue")
    page.get_by_role("button", name="Show", exact=True).click()
    assert page.get_by_label("Which", exact=True).input_value() == "overdue"
    assert page.get_by_text("Overdue by").count() >= 1
