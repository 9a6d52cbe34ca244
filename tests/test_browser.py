"""The report in a real browser, at the width of a laptop and of a phone."""

import functools
import http.server
import json
import re
import shutil
import subprocess
import threading

import numpy as np
import pytest
from PIL import Image

from made.synthetic_study import html
from radioloom.settings import shipped

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --virtual-time-budget=4000"
).split()
PHONE, LAPTOP = 390, 1280
# A browser window cannot be made as narrow as a phone: the report stands in a frame that is.
WRAPPER = """<!DOCTYPE html><body style="margin:0">
<iframe id="f" src="report.html" style="border:0;display:block;width:WIDTHpx;height:3000px"></iframe>
<pre id="out"></pre><script>
document.getElementById("f").addEventListener("load", () => {
  const page = document.getElementById("f").contentDocument, width = WIDTH;
  const boxes = [...page.querySelectorAll("body *")].filter(e => !e.parentElement.closest(".scroll, pre, svg"));
  const wide = boxes.filter(e => e.getBoundingClientRect().right > width + 0.5);
  const small = [...page.querySelectorAll("svg.figure text")].map(e => e.getBoundingClientRect().height);
  document.getElementById("out").textContent = JSON.stringify({
    scroll: page.documentElement.scrollWidth, client: page.documentElement.clientWidth,
    wide: wide.map(e => e.tagName + "." + e.className).slice(0, 5),
    figures: page.querySelectorAll("svg.figure").length, tiles: page.querySelectorAll(".tile").length,
    maps: [...page.querySelectorAll(".map text")].map(e => e.getBoundingClientRect().height),
    tables: [...page.querySelectorAll(".scroll")].map(e => e.clientWidth), text: Math.min(...small),
    loaded: performance.getEntriesByType("resource").map(e => e.name)
      .concat(document.getElementById("f").contentWindow.performance.getEntriesByType("resource").map(e => e.name)),
  });
});
</script>"""


@pytest.fixture(scope="module")
def browser():
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed")
    return program


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module", params=["survival", "binary"])
def site(request, tmp_path_factory):
    """Folder and address of a served report; frames of a file on disk may not be looked into."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "report.html").write_text(html(request.param), encoding="utf-8")
    for width in (PHONE, LAPTOP):
        (folder / f"{width}.html").write_text(WRAPPER.replace("WIDTH", str(width)), encoding="utf-8")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def run(browser, profile, *arguments):
    command = [browser, *FLAGS, f"--user-data-dir={profile}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=True).stdout


@pytest.mark.parametrize("width", [PHONE, LAPTOP])
def test_the_page_does_not_scroll_sideways(browser, site, tmp_path, width):
    _, address = site
    dom = run(browser, tmp_path / "profile", "--window-size=1400,3000", "--dump-dom", f"{address}/{width}.html")
    seen = json.loads(re.search(r'<pre id="out">(.*?)</pre>', dom, re.S)[1].replace("&amp;", "&"))
    assert seen["client"] == width
    assert seen["scroll"] <= width, f"{seen['wide']} stand out"
    assert not seen["wide"]
    assert seen["figures"] >= 5
    assert seen["tiles"] >= 25
    assert min(seen["tables"]) > 0
    assert seen["text"] >= (6 if width == PHONE else 9), "text of a figure is too small to read"
    assert min(seen["maps"], default=9) >= 9, "numbers of a map are too small to read"
    assert {name.removeprefix(address) for name in seen["loaded"] if not name.startswith("data:")} <= {"/report.html"}


@pytest.mark.parametrize("width", [PHONE, LAPTOP])
def test_there_is_something_to_see(browser, site, tmp_path, width):
    _, address = site
    shot = tmp_path / f"{width}.png"
    run(
        browser,
        tmp_path / "profile",
        f"--window-size={max(width, 500)},2400",
        f"--screenshot={shot}",
        f"{address}/{width}.html",
    )
    picture = np.asarray(Image.open(shot).convert("L"))[:2300, :width]
    dark = picture < 128
    assert 0.005 < dark.mean() < 0.5
    bands = np.array_split(dark.any(axis=1), 12)
    assert sum(band.any() for band in bands) >= 10  # from top to bottom
    assert (picture[:40, :8] > 250).all()  # dark text on white


def test_a_wide_table_uses_the_margin_and_scrolls_beyond_that(browser, tmp_path):
    widths = (500, 1100, 2000)  # of the only cell, px
    cell = '<div class="scroll"><table><tr><td style="min-width: {}px">1</td></tr></table></div>'
    measure = """<script>onload = () => document.body.dataset.at = [...document.querySelectorAll(".scroll")].map(each =>
    [each.clientWidth, each.scrollWidth, Math.round(each.getBoundingClientRect().right)]).join(";")</script>"""
    style = f"<style>{(shipped('report') / 'style.css').read_text(encoding='utf-8')}</style>"
    page = f"<!DOCTYPE html><body>{style}<section>{''.join(map(cell.format, widths))}</section>{measure}</body>"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    address = (tmp_path / "page.html").as_uri()
    told = run(browser, tmp_path / "user", "--window-size=1400,900", "--dump-dom", address)
    small, wide, wider = (tuple(map(int, each.split(","))) for each in re.search('data-at="(.+?)"', told)[1].split(";"))
    assert small[0] == small[1] == 1032  # the column
    assert wide[0] == wide[1] == 1100
    assert wider[1] > wider[0] > wide[0]
    assert max(small[2], wide[2], wider[2]) < 1400
