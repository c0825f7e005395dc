# SPDX-License-Identifier: GPL-2.0
"""The page, in a real browser: what is seen, clicked and typed."""
# Debian's selenium has no complete type hints.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from reports.formats import html, matrixpage
from reports.model.results import Result
from reports.model.site import history
from reports.views import site
from tests.reports import samples

Browser = webdriver.Chrome
CASES = sum(len(samples.ids(case)) for case in samples.cases() if "unreported" not in case.labels)
# All variants of a sample show the same on every kernel, and then they share a row.
ROWS = sum("unreported" not in case.labels for case in samples.cases())
Size = Callable[..., None]

CONTRAST = """
const luminance = (rgb) => rgb.map((v) => v / 255)
  .map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const parse = (text) => text.match(/[\\d.]+/g).map(Number);
const backgroundOf = (element) => {
  for (let one = element; one; one = one.parentElement) {
    const color = parse(getComputedStyle(one).backgroundColor);
    if (color.length < 4 || color[3] === 1) return color.slice(0, 3);
  }
  return [255, 255, 255];
};
const poor = [];
for (const element of document.querySelectorAll("body *")) {
  const hasText = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  const style = getComputedStyle(element);
  if (!hasText || element.offsetParent === null || ["SCRIPT", "STYLE"].includes(element.tagName))
    continue;
  const [a, b] = [luminance(parse(style.color).slice(0, 3)), luminance(backgroundOf(element))];
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < 4.5) poor.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
}
return [...new Set(poor)];
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for all tests."""
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for word in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def page(result: Result, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page of a whole run."""
    path = tmp_path_factory.mktemp("page") / "matrix.html"
    path.write_text(matrixpage.to_text(result), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def odd_page(odd: Result, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page with every verdict and ugly text."""
    path = tmp_path_factory.mktemp("page") / "odd.html"
    path.write_text(matrixpage.to_text(odd), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(autouse=True)
def size(browser: Browser) -> Size:
    """Set the window's size and colours; each test begins wide and light."""

    def set_size(width: int = 1400, height: int = 1000, *, dark: bool = False) -> None:
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    set_size()
    return set_size


@pytest.fixture(autouse=True)
def quiet(browser: Browser) -> Iterator[None]:
    """No test may leave an error on the browser's console, or fetch anything."""
    browser.get_log("browser")
    browser.get_log("performance")
    yield
    assert browser.get_log("browser") == []
    requests = [entry for entry in browser.get_log("performance")
                if "requestWillBeSent\"" in entry["message"] and "http" in entry["message"]
                and '"url":"http' in entry["message"]]
    assert requests == []


def script(browser: Browser, text: str) -> Any:
    """Run a script in the page."""
    return browser.execute_script(text)


def go(browser: Browser, address: str) -> None:
    """Load the page afresh; a change of the hash alone would not."""
    browser.get("about:blank")
    browser.get(address)


def find(browser: Browser, selector: str) -> WebElement:
    """Return the one element."""
    return browser.find_element(By.CSS_SELECTOR, selector)


def chip(browser: Browser, kind: str, value: str) -> WebElement:
    """Return a filter's button."""
    return find(browser, f'[data-filter="{kind}"] [data-value="{value}"]')


def shown_rows(browser: Browser) -> list[str]:
    """Return the names of the rows that are to be seen: of several variants, the first."""
    names: list[str] = script(
        browser,
        "return [...document.querySelectorAll('#grid tr[data-ids]')]"
        ".filter((row) => row.offsetParent).map((row) => row.dataset.ids.split(' ')[0])"
    )
    return names


def cell(browser: Browser, case_id: str, kernel: str) -> WebElement:
    """Return a cell of the matrix."""
    heads = script(
        browser,
        "return [...document.querySelectorAll('#grid tr.names th')].map((one) => one.textContent)"
    )
    index = next(n for n, text in enumerate(heads) if text.startswith(kernel + "ABI"))
    return find(browser, f'#grid tr[data-ids~="{case_id}"] > :nth-child({index + 1})')


def focused(browser: Browser) -> tuple[str, int]:
    """Return row and column of the cell that has the focus."""
    place: list[Any] = script(
        browser,
        "const at = document.activeElement;"
        "return [(at.parentNode.dataset.ids || at.id).split(' ')[0], at.cellIndex ?? -1]"
    )
    return place[0], place[1]


def press(browser: Browser, *keys: str) -> None:
    """Type keys to whatever has the focus."""
    ActionChains(browser).send_keys(*keys).perform()


def test_it_opens_on_the_summary(browser: Browser, page: str) -> None:
    go(browser, page)
    assert find(browser, "h1").text == "3 cases deviate on 4 of 9 kernels"
    rows = browser.find_elements(By.CSS_SELECTOR, ".summary tbody tr")
    assert len(rows) == 9
    assert "18 of 20 not net.connect_tcp, scope.signal" in rows[5].text.replace("\n", " ")
    assert find(browser, "#summary-title").rect["y"] < 400
    assert len(shown_rows(browser)) == ROWS
    assert find(browser, "#shown").text == f"{CASES} of {CASES} cases"


def test_filters_narrow_and_join(browser: Browser, page: str) -> None:
    go(browser, page)
    chip(browser, "family", "scope").click()
    assert {name.partition(".")[0] for name in shown_rows(browser)} == {"scope"}
    chip(browser, "verdict", "bypass").click()
    assert shown_rows(browser) == ["scope.signal.sigio_pgrp"]
    assert chip(browser, "verdict", "bypass").get_attribute("aria-pressed") == "true"
    chip(browser, "family", "net").click()
    assert len(shown_rows(browser)) == 2
    assert find(browser, "#shown").text == f"3 of {CASES} cases"
    chip(browser, "kernel", "debian-7.1").click()
    assert shown_rows(browser) == ["net.tcp.fastopen_sendto"]
    heads = browser.find_elements(By.CSS_SELECTOR, "#grid thead th")
    assert [head.text for head in heads if head.is_displayed()] == ["Case", "debian-\n7.1\nABI 9"]
    find(browser, "#reset").click()
    assert len(shown_rows(browser)) == ROWS and "#" not in browser.current_url.rstrip("#")


def test_search_and_difference(browser: Browser, page: str) -> None:
    go(browser, page)
    press(browser, "/")
    press(browser, "linux#54 ipv6")
    assert shown_rows(browser) == [f"net.mptcp.{name}" for name in (
        "bind", "connect_native", "connect_plain_peer", "connect_stripped")]
    assert find(browser, "#shown").text == f"8 of {CASES} cases"
    find(browser, "#search").clear()
    press(browser, Keys.TAB, Keys.SPACE)
    assert "fs.metadata.chmod" not in shown_rows(browser)
    assert "net.tcp.fastopen_sendto" in shown_rows(browser)
    find(browser, "#search").send_keys("no such thing")
    assert shown_rows(browser) == [] and find(browser, "#nothing").is_displayed()


def test_the_address_keeps_the_filters(browser: Browser, page: str) -> None:
    go(browser, page)
    chip(browser, "verdict", "bypass").click()
    chip(browser, "kernel", "debian-6.18").click()
    find(browser, "#search").send_keys("fastopen")
    address = browser.current_url
    assert "verdict=bypass" in address and "kernel=debian-6.18" in address
    go(browser, address)
    assert shown_rows(browser) == ["net.tcp.fastopen_sendto"]
    assert find(browser, "#search").get_attribute("value") == "fastopen"


def test_an_address_of_nonsense_shows_everything(browser: Browser, page: str) -> None:
    go(browser, page + "#verdict=%00&family=../&kernel=x&cell=a/b&=&%")
    assert len(shown_rows(browser)) == ROWS and not find(browser, "#panel").is_displayed()


def test_the_summary_leads_to_the_cells(browser: Browser, page: str) -> None:
    go(browser, page)
    find(browser, ".summary tbody tr:nth-child(6) .count.bad").click()
    assert shown_rows(browser) == ["net.tcp.fastopen_sendto", "scope.signal.sigio_pgrp"]
    assert chip(browser, "kernel", "debian-6.18").get_attribute("aria-pressed") == "true"


def test_a_click_tells_all_about_a_cell(browser: Browser, page: str) -> None:
    go(browser, page)
    cell(browser, "net.tcp.fastopen_sendto", "debian-6.18").click()
    panel = find(browser, "#panel")
    assert panel.is_displayed() and panel.get_attribute("role") == "region"
    for text in (
        "net.tcp.fastopen_sendto", "sendto(2) with MSG_FASTOPEN connects", "6.18.15+deb14-amd64",
        "refused with EACCES since ABI 4", "net.connect_tcp", "userspace-api/landlock: ABI 4",
        "landlock-lsm/linux#41", "cases/net/tcp.c:",
        "./landproof run --kernel debian-6.18 --case 'net.tcp.fastopen_sendto'",
    ):
        assert text in panel.text, text
    worlds = [row.text for row in panel.find_elements(By.CSS_SELECTOR, ".worlds tbody tr")]
    assert worlds[0].split() == ["control", "ok", "ok", "1.9"]
    assert worlds[2].split() == ["deny", "ok", "EACCES", "1.4"]
    deviating = panel.find_elements(By.CSS_SELECTOR, ".worlds tr")[3]
    assert "wrong" in str(deviating.get_attribute("class"))
    spoken = str(find(browser, "#spoken").get_attribute("textContent"))
    assert spoken.startswith("net.tcp.fastopen_sendto on debian-6.18: bypass.")
    find(browser, "#close").click()
    assert not panel.is_displayed()


def test_the_variants_of_a_row(browser: Browser, page: str) -> None:
    go(browser, page)
    row = find(browser, '#grid tr[data-ids~="net.tcp.connect[ipv6]"]')
    assert row.find_element(By.TAG_NAME, "th").text.splitlines() == [
        "net.tcp.connect +ipv6", "connect(2) of a TCP socket",
    ]
    cell(browser, "net.tcp.connect[ipv6]", "debian-7.3").click()
    buttons = browser.find_elements(By.CSS_SELECTOR, "#panel .switch")
    assert [one.text for one in buttons] == ["plain", "ipv6"]
    assert find(browser, "#panel-title").text == "net.tcp.connect"
    buttons[1].click()
    assert find(browser, "#panel-title").text == "net.tcp.connect[ipv6]"
    assert "--case 'net.tcp.connect[ipv6]'" in find(browser, "#panel .command").text
    go(browser, browser.current_url)
    assert find(browser, "#panel-title").text == "net.tcp.connect[ipv6]"


def test_a_finding_leads_to_its_cell(browser: Browser, page: str) -> None:
    go(browser, page)
    find(browser, ".card .id").click()
    assert find(browser, "#panel").is_displayed()
    assert "net.tcp.fastopen_sendto" in find(browser, "#panel-title").text
    box = find(browser, "td.selected").rect
    top = script(browser, "return scrollY")
    assert top < box["y"] < top + find(browser, "#panel").rect["y"]


def test_the_keyboard_alone(browser: Browser, page: str) -> None:
    go(browser, page)
    script(browser, "document.querySelector('#grid td[tabindex=\"0\"]').focus()")
    first = shown_rows(browser)[0]
    assert focused(browser) == (first, 1)
    press(browser, Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert focused(browser) == (shown_rows(browser)[1], 3)
    press(browser, Keys.END)
    assert focused(browser)[1] == 9
    press(browser, Keys.ARROW_RIGHT)
    assert focused(browser)[1] == 9
    press(browser, Keys.HOME, Keys.ARROW_UP, Keys.ARROW_UP)
    assert focused(browser) == (first, 1)
    press(browser, Keys.PAGE_DOWN)
    assert focused(browser)[0] == shown_rows(browser)[15]
    assert not find(browser, "#panel").is_displayed()
    press(browser, Keys.ENTER)
    assert find(browser, "#panel-title").text == shown_rows(browser)[15]
    press(browser, Keys.ARROW_DOWN)  # an open panel follows
    assert find(browser, "#panel-title").text == shown_rows(browser)[16]
    press(browser, Keys.TAB)
    assert focused(browser)[0] == "panel" or script(
        browser,
        "return document.activeElement.id") == "close"
    press(browser, Keys.ESCAPE)
    assert not find(browser, "#panel").is_displayed()
    assert focused(browser) == (shown_rows(browser)[16], 1)


def test_arrows_pass_over_what_is_filtered(browser: Browser, page: str) -> None:
    go(browser, page + "#verdict=bypass&kernel=debian-6.18,debian-7.1")
    script(browser, "document.querySelector('#grid td[tabindex=\"0\"]').focus()")
    assert focused(browser) == ("net.tcp.fastopen_sendto", 4)
    press(browser, Keys.ARROW_RIGHT)
    assert focused(browser) == ("net.tcp.fastopen_sendto", 7)
    press(browser, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert focused(browser) == ("scope.signal.sigio_pgrp", 7)


def test_one_stop_for_the_tab_key(browser: Browser, page: str) -> None:
    go(browser, page)
    assert len(browser.find_elements(By.CSS_SELECTOR, '#grid [tabindex="0"]')) == 1
    assert find(browser, "#grid").get_attribute("role") == "grid"
    assert find(browser, "#grid tbody th").get_attribute("scope") in ("row", "rowgroup")


def test_head_and_first_column_stay(browser: Browser, page: str, size: Size) -> None:
    for width in (1400, 420):
        size(width)
        go(browser, page)
        script(
        browser,
            "const row = document.querySelector('[data-ids~=\"net.udp.sendto\"]');"
            "row.scrollIntoView({block: 'center'});"
            "document.getElementById('grid-box').scrollLeft = 60"
        )
        row = script(
        browser,
            "const box = (s) => document.querySelector(s).getBoundingClientRect();"
            "return [box('#grid thead th').top, box('#grid-box').top, "
            "box('[data-ids~=\"net.udp.sendto\"] th').left, box('#grid-box').left]"
        )
        assert row[0] == pytest.approx(max(0, row[1]), abs=2)
        assert row[2] == pytest.approx(row[3], abs=2)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1400, 420])
def test_everything_can_be_read(
    browser: Browser, odd_page: str, page: str, size: Size, width: int, dark: bool
) -> None:
    size(width, dark=dark)
    for address in (odd_page, page, page + "#verdict=bypass", odd_page + "#verdict=bypass"):
        go(browser, address)
        script(browser, "document.querySelectorAll('details').forEach((d) => d.open = true);"
                               "document.querySelector('#grid td').click()")
        assert script(browser, CONTRAST) == []
        wide = script(browser, "return [document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1] <= width


def test_ugly_text_stays_text(browser: Browser, odd_page: str) -> None:
    go(browser, odd_page)
    for verdict in ("crash", "hang", "bypass", "broken", "cannot-run"):
        find(browser, f'#grid td.v-{verdict}').click()
        panel = find(browser, "#panel")
        assert verdict in panel.text
        assert not panel.find_elements(By.CSS_SELECTOR, "b, script")
        press(browser, Keys.ESCAPE)
    find(browser, '#grid td.v-crash').click()
    assert "BUG: kernel NULL pointer dereference" in find(browser, "#panel pre").text
    assert "whisper" not in browser.page_source


def test_a_page_of_nothing(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "none.html"
    path.write_text(matrixpage.to_text(Result("1")), encoding="utf-8")
    go(browser, path.as_uri())
    assert find(browser, "h1").text == "Nothing ran"


def test_a_row_says_its_claim_and_why_it_cannot_run(browser: Browser, page: str) -> None:
    go(browser, page)
    chip(browser, "verdict", "cannot-run").click()
    for name in shown_rows(browser):
        row = find(browser, f'#grid tr[data-ids~="{name}"] > th').text
        assert "cannot run on debian-" in row, name


def test_families_fold(browser: Browser, page: str) -> None:
    go(browser, page)
    folder = find(browser, 'tbody[data-family="net"] .folder')
    folder.click()
    assert folder.get_attribute("aria-expanded") == "false"
    assert not [name for name in shown_rows(browser) if name.startswith("net.")]
    # A link to a case opens its family.
    script(browser, "location.hash = '#cell=debian-7.3/net.tcp.connect'")
    assert find(browser, "#panel-title").text == "net.tcp.connect"
    assert "net.tcp.connect" in shown_rows(browser)
    assert len(shown_rows(browser)) == ROWS


@pytest.mark.parametrize("width", [900, 400])
def test_a_narrow_window_shows_the_newest_and_names_the_others(
    browser: Browser, page: str, size: Size, width: int
) -> None:
    size(width)
    go(browser, page)
    newest = cell(browser, "net.tcp.connect", "debian-7.3")
    assert newest.rect["x"] + newest.rect["width"] <= width
    told = find(browser, "#aside").text
    assert "debian-5.10" in told and "debian-7.3" not in told
    script(browser, "document.getElementById('grid-box').scrollLeft = 0")
    script(browser, "document.getElementById('grid-box').dispatchEvent(new Event('scroll'))")
    told = find(browser, "#aside").text
    assert "debian-7.3" in told and "debian-5.10" not in told
    size(1600)
    go(browser, page)
    assert not find(browser, "#aside").is_displayed()


def test_a_kernel_without_landlock_is_no_success(browser: Browser, page: str) -> None:
    go(browser, page)
    rows = browser.find_elements(By.CSS_SELECTOR, ".summary tbody tr")
    assert "nothing promised" in rows[-1].text and "debian-7.3" in rows[0].text


@pytest.mark.parametrize("width", [900, 400])
def test_no_cell_of_the_summary_is_cut(
    browser: Browser, page: str, size: Size, width: int
) -> None:
    size(width)
    go(browser, page)
    cells = browser.find_elements(By.CSS_SELECTOR, ".summary tbody td")
    assert len(cells) == 9 * 7
    assert all(one.rect["x"] + one.rect["width"] <= width for one in cells)


def test_the_tally_of_a_verdict_is_what_its_filter_shows(browser: Browser, page: str) -> None:
    go(browser, page)
    for verdict in ("bypass", "open", "cannot-run", "absent"):
        button = chip(browser, "verdict", verdict)
        tally = button.find_element(By.CLASS_NAME, "tally").text
        button.click()
        assert find(browser, "#shown").text.split()[0] == tally
        button.click()


def test_what_upstream_has_is_a_link(browser: Browser, page: str) -> None:
    go(browser, f"{page}#cell=debian-6.18/net.tcp.fastopen_sendto")
    for place in ("#panel", ".card"):
        links = [one.get_attribute("href") for one in
                 browser.find_elements(By.CSS_SELECTOR, f"{place} a")]
        assert "https://github.com/landlock-lsm/linux/issues/41" in links


def enlarged(result: Result, copies: int) -> Result:
    """Return the result on sixty kernels, each case of it so many times."""
    def name(case_id: str, number: int) -> str:
        first, bracket, rest = case_id.partition("[")
        return f"{first}_{number}{bracket}{rest}"

    numbers = range(copies)
    catalogue = tuple(replace(case, id=name(case.id, number))
                      for case in result.catalogue for number in numbers)
    nine = [tuple(replace(case, id=name(case.id, number))
                  for case in kernel.cases for number in numbers) for kernel in result.kernels]
    columns = tuple(replace(result.kernels[number % 9], name=f"debian-{number}",
                            cases=nine[number % 9]) for number in range(60))
    return replace(result, kernels=columns, catalogue=catalogue)


def loading(browser: Browser, address: str) -> float:
    """Return the processor's seconds that a page takes to load: a busy machine takes no more."""
    browser.get("about:blank")
    browser.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    go(browser, address)
    script(browser, "return document.body.offsetHeight")
    metrics = browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    browser.execute_cdp_cmd("Performance.disable", {})
    return next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")


def test_a_page_of_sixty_kernels(browser: Browser, result: Result, tmp_path: Path) -> None:
    """It is there in two seconds, with its families folded until something is looked for."""
    path = tmp_path / "sixty.html"
    path.write_text(matrixpage.to_text(enlarged(result, 1600 // ROWS)), encoding="utf-8")
    assert loading(browser, path.as_uri()) < 2
    assert shown_rows(browser) == []
    heads = browser.find_elements(By.CSS_SELECTOR, "#grid tr.names th")
    assert len(heads) == 61 and all(head.rect["width"] < 40 for head in heads[1:])
    find(browser, 'tbody[data-family="scope"] .folder').click()
    names = shown_rows(browser)
    assert names and {name.partition(".")[0] for name in names} == {"scope"}
    assert len(browser.find_elements(By.CSS_SELECTOR, '#grid td[tabindex="0"]')) == 1
    find(browser, "#search").send_keys("f")
    assert shown_rows(browser) == names  # there are too many
    find(browser, "#search").send_keys("astopen_sendto_1")
    assert shown_rows(browser) == ["net.tcp.fastopen_sendto_1"]
    find(browser, "#reset").click()
    assert shown_rows(browser) == []
    go(browser, f"{path.as_uri()}#cell=debian-3/net.tcp.fastopen_sendto_1")
    assert find(browser, "#panel-title").text == "net.tcp.fastopen_sendto_1"
    assert find(browser, "td.selected").is_displayed()


@pytest.mark.parametrize("off", [False, True])
def test_what_is_folded_is_there_without_scripts(
    browser: Browser, result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, off: bool
) -> None:
    monkeypatch.setattr(matrixpage, "LARGE", 9 * ROWS - 1)
    path = tmp_path / "folded.html"
    path.write_text(matrixpage.to_text(result), encoding="utf-8")
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": off})
    try:
        go(browser, path.as_uri())
        assert find(browser, 'tbody[data-family="net"] tr[data-ids] > th').is_displayed() == off
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_the_columns_of_a_distribution_have_one_heading(
    browser: Browser, result: Result, tmp_path: Path
) -> None:
    kernels = tuple(replace(kernel, release=f"{number}.fc43") if number < 4 else kernel
                    for number, kernel in enumerate(result.kernels))
    path = tmp_path / "owners.html"
    path.write_text(matrixpage.to_text(replace(result, kernels=kernels)), encoding="utf-8")
    go(browser, path.as_uri())

    def widths() -> list[tuple[str, bool]]:
        """Return the headings that are seen, and whether each is as wide as its columns."""
        ends = script(browser, "return [...document.querySelectorAll('#grid tr.names th')]"
                               ".filter((one) => !one.hidden)"
                               ".map((one) => Math.round(one.getBoundingClientRect().right))")
        heads = browser.find_elements(By.CSS_SELECTOR, "#grid tr.owners th")
        return [(head.text, round(head.rect["x"] + head.rect["width"]) in ends)
                for head in heads if head.is_displayed()]

    assert widths() == [("Fedora", True), ("Debian", True)]
    chip(browser, "kernel", kernels[1].name).click()
    assert widths() == [("Fedora", True)]
    chip(browser, "kernel", kernels[7].name).click()
    assert widths() == [("Fedora", True), ("Debian", True)]


def test_a_site_of_sixty_kernels(browser: Browser, result: Result, tmp_path: Path) -> None:
    """Its matrix is there in two seconds, and leads from a cell's case to its right."""
    columns = tuple(replace(result.kernels[number % 9], name=f"debian-{number}")
                    for number in range(60))
    known = history([("sixty", replace(result, kernels=columns, date="2031-01-01"))])
    link = site.Linker(known)
    case = "case/net.tcp.fastopen_sendto.html"
    for address, document in site.pages(known):
        if address in ("matrix.html", case, "right/net.connect_tcp.html"):
            path = tmp_path / address
            path.parent.mkdir(exist_ok=True)
            path.write_text(html.in_site(link(document), (), "../" * address.count("/")))
    assert loading(browser, (tmp_path / "matrix.html").as_uri()) < 2
    family = browser.find_element(By.XPATH, "//details[contains(., 'net:')]")
    family.find_element(By.TAG_NAME, "summary").click()
    row = family.find_element(By.XPATH, ".//tr[contains(th, 'net.tcp.fastopen_sendto')]")
    assert len(row.find_elements(By.TAG_NAME, "td")) == 60
    assert len(row.find_elements(By.CLASS_NAME, "v-bypass")) == sum(
        number % 9 in (3, 4, 5, 6) for number in range(60))
    row.find_element(By.TAG_NAME, "a").click()
    assert browser.current_url.endswith(case)
    browser.find_element(By.LINK_TEXT, "net.connect_tcp").click()
    assert "LANDLOCK_ACCESS_NET_CONNECT_TCP" in browser.find_element(By.TAG_NAME, "h1").text
    assert script(browser, CONTRAST) == []
