"""Run the lessons in JupyterLab in a real browser, and read their pages: ``pytest -m browser``.

With ``SCREENSHOTS=FOLDER``, pictures of what the browser shows are left in that folder.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from jupyter_server.serverapp import list_running_servers

from helpers.course import NOTEBOOKS, ROOT
from helpers.maintain import publish, render_html, save_outputs

pytestmark = pytest.mark.browser

LESSONS = [path.stem for path in NOTEBOOKS]
LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
SECONDS_TO_START = 60
SECONDS_TO_RUN = 300

SCREENSHOT_HEIGHT = 3000
CELLS_AREA = "document.querySelector('.jp-WindowedPanel-outer')"

# A pad, and what it holds along the upper stroke of SEVEN.
PAD_CELLS = [
    """
from helpers import DrawingPad

def ink_in_ten_columns(image):
    ink = image[:, 4:24].reshape(28, 10, 2).sum(axis=(0, 2))
    return ink / ink.sum()

pad = DrawingPad(ink_in_ten_columns)
pad
""",
    "print(pad.image.shape, pad.image[56, 70:210].min())",
]
SEVEN = [(0.25, 0.2), (0.75, 0.2), (0.6, 0.5), (0.45, 0.85)]
RUN_LAST_CELL = """
() => {
    const panel = jupyterapp.shell.currentWidget;
    panel.content.activeCellIndex = panel.content.widgets.length - 1;
    return jupyterapp.commands.execute("notebook:run-cell");
}
"""
CHANGE_THEME = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"

OTHER_HOSTS = re.compile(r"https?://(?!127\.0\.0\.1[:/])")
BADGE = '<svg xmlns="http://www.w3.org/2000/svg" width="117" height="20"/>'

SETTINGS = {
    "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
    # Otherwise JupyterLab leaves out the cells that are not on the screen.
    "notebook-extension/tracker": '{"windowingMode": "none"}',
}

CELLS = """
() => jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === "code")
    .map(cell => ({
        count: cell.model.executionCount,
        outputs: cell.model.outputs.toJSON(),
    }))
"""
IS_READY = """
() => {
    const session = window.jupyterapp?.shell.currentWidget?.sessionContext;
    return session?.isReady && session.session?.kernel?.status === "idle";
}
"""
IS_DONE = f"""
() => {{
    const cells = ({CELLS})();
    const error = cells.some(cell => cell.outputs.some(output => output.output_type === "error"));
    return error || cells.every(cell => cell.count !== null) && ({IS_READY})();
}}
"""
# A table that is wider than the page has a box that scrolls.
CAN_BE_READ = """
tables => tables.every(table =>
    table.getBoundingClientRect().right <= innerWidth
    || getComputedStyle(table.parentElement).overflowX === "auto")
"""
# What nbconvert writes for a figure without a text.
NO_TEXT = "No description has been provided for this image"
ALL_LOADED = "pictures => pictures.every(picture => picture.complete && picture.naturalWidth > 0)"


@pytest.fixture(scope="module")
def browser():
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no program chromium; Debian has it: apt-get install chromium")
    reason = "playwright is missing: python3 -m pip install -e '.[browser]'"
    playwright = pytest.importorskip("playwright.sync_api", reason=reason)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program)
        yield browser
        browser.close()


def keep_error(page, line):
    if line.type == "error":
        page.errors.append(f"{line.text} {line.location['url']}")


@pytest.fixture
def page(browser):
    """Return a page that keeps the errors and the addresses that come up in it."""
    page = browser.new_page(viewport=LAPTOP)
    page.errors, page.requests = [], []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda line: keep_error(page, line))
    page.on("request", lambda request: page.requests.append(request.url))
    # No test needs a network: the badges of a published lesson come from here.
    page.route(OTHER_HOSTS, lambda route: route.fulfill(content_type="image/svg+xml", body=BADGE))
    yield page
    page.close()


def save_screenshot(page, name):
    if "SCREENSHOTS" in os.environ:
        page.screenshot(path=Path(os.environ["SCREENSHOTS"]) / f"{name}.png")


# JupyterLab


def write_small_copy(path, folder):
    """Write a lesson without outputs and of the smallest size."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = re.sub(r"EPOCHS = \w+", "EPOCHS = 1", cell.source)
            cell.source = re.sub(r"TRAIN_SIZE = \w+", "TRAIN_SIZE = 2_000", cell.source)
    nbformat.write(notebook, folder / path.name)


def write_published_copy(path, folder):
    """Write a lesson as it is when the course has a public address."""
    text, place = path.read_text(encoding="utf-8"), f"notebooks/{path.name}"
    text = publish.with_address(text, "someone/a-course", "v1.0.0", place)
    (folder / f"published_{path.name}").write_text(text, encoding="utf-8")


def write_pad_notebook(path):
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": save_outputs.KERNELSPEC})
    notebook.cells = [nbformat.v4.new_code_cell(source.strip()) for source in PAD_CELLS]
    nbformat.write(notebook, path)


def wait_for_address(server, folder):
    """Return the address of a JupyterLab that starts; its secret token is in it."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        for found in list_running_servers(folder / "runtime"):
            return f"{found['url']}lab/tree/NAME?reset&token={found['token']}"
        time.sleep(0.2)
    log = (folder / "log").read_text()[-3000:]
    pytest.fail(f"JupyterLab has not started after {SECONDS_TO_START} seconds:\n{log}")


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """Return the address of a JupyterLab with small copies of the lessons, and no user settings."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "lessons").mkdir()
    for path in NOTEBOOKS:
        write_small_copy(path, folder / "lessons")
        write_published_copy(path, folder / "lessons")
    write_pad_notebook(folder / "lessons/pad.ipynb")
    for name, text in SETTINGS.items():
        file = folder / f"settings/@jupyterlab/{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(text)
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    # With it, ipykernel handles output in another way.
    environment.pop("PYTEST_CURRENT_TEST")
    options = ["--no-browser", "--ip=127.0.0.1", "--port=0", "--allow-root"]
    options += [f"--ServerApp.root_dir={folder / 'lessons'}", "--LabApp.expose_app_in_browser=True"]
    with open(folder / "log", "w") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield wait_for_address(server, folder)
    finally:
        # It ends its kernels, too.
        server.terminate()
        server.wait(timeout=60)


def wait_until(page, condition, seconds, task):
    """Wait for a condition in the page; `wait_for_function` alone does not say what is late."""
    error = sys.modules["playwright.sync_api"].TimeoutError
    try:
        page.wait_for_function(condition, timeout=1000 * seconds)
    except error:
        save_screenshot(page, "late")
        pytest.fail(f"After {seconds} seconds, {task}. Open dialogs: {dialogs(page)}")


def dialogs(page):
    return page.locator(".jp-Dialog").all_inner_texts()


def open_lesson(page, lab, lesson):
    page.goto(lab.replace("NAME", f"{lesson}.ipynb"))
    wait_until(page, IS_READY, SECONDS_TO_START, f"{lesson} has no kernel that is ready")


def run_all_cells(page, lesson):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    wait_until(page, IS_DONE, SECONDS_TO_RUN, f"{lesson} is still running")


def check_first_screen(page):
    """The title and the picture of what the learner will make are there without scrolling."""
    # Not all pictures of the cell: its editor, which is hidden, has some of its own.
    picture = page.locator(".jp-Notebook .jp-Cell").nth(1).locator(".jp-RenderedMarkdown img")
    assert picture.count() == 1
    assert picture.evaluate_all(ALL_LOADED)
    box = picture.bounding_box()
    assert box["y"] + box["height"] <= page.viewport_size["height"]


def check_outputs(page):
    cells = page.evaluate(CELLS)
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert [output for output in outputs if output["output_type"] == "error"] == []
    assert [output["text"] for output in outputs if output.get("name") == "stderr"] == []
    assert [cell["count"] for cell in cells] == list(range(1, len(cells) + 1))


def saved(lesson):
    return nbformat.read(ROOT / f"notebooks/{lesson}.ipynb", as_version=4).cells


def check_figures(page, lesson):
    outputs = [output for cell in saved(lesson) for output in cell.get("outputs", [])]
    figures = page.locator(".jp-OutputArea-output img")
    # A drawing pad is alive here; where nothing runs, a picture takes its place.
    pads = page.locator(".jp-OutputArea-output canvas")
    expected = sum("image/png" in output.get("data", {}) for output in outputs)
    assert figures.count() + pads.count() == expected
    assert figures.evaluate_all(ALL_LOADED)


def check_exercises(page, lesson):
    lines = page.locator(".jp-OutputArea-output", has_text="Waiting for your answer")
    assert lines.count() == sum(".check(" in cell.source for cell in saved(lesson)) > 0


def check_table_of_contents(page, lesson):
    page.locator("[data-id='table-of-contents']").click()
    found = page.locator(".jp-TableOfContents .jp-tocItem-content").all_inner_texts()
    texts = [cell.source for cell in saved(lesson) if cell.cell_type == "markdown"]
    assert found == re.findall(r"^#+ (.*)$", "\n".join(texts), re.MULTILINE)


def save_screenshots_of_themes(page, lesson):
    page.locator("[data-id='table-of-contents']").click()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        change_theme(page, theme)
        for name, size in (("laptop", LAPTOP), ("phone", PHONE)):
            page.set_viewport_size({**size, "height": SCREENSHOT_HEIGHT})
            save_screenshots_of_all_cells(page, f"{lesson}-{theme}-{name}")


def change_theme(page, theme):
    page.evaluate(CHANGE_THEME, theme)
    page.locator("#jupyterlab-splash").wait_for(state="detached")


def save_screenshots_of_all_cells(page, name):
    """Leave pictures that together show the whole lesson, from top to bottom."""
    page.wait_for_function(f"({CELLS_AREA}).clientHeight > {SCREENSHOT_HEIGHT // 2}")
    height, all_cells = page.evaluate(f"[({CELLS_AREA}).clientHeight, ({CELLS_AREA}).scrollHeight]")
    for part in range(-(-all_cells // height)):
        page.evaluate(f"({CELLS_AREA}).scrollTop = {part * height}")
        save_screenshot(page, f"{name}-{part + 1:02}")


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_in_jupyterlab(page, lab, lesson):
    open_lesson(page, lab, lesson)
    check_first_screen(page)
    run_all_cells(page, lesson)
    check_outputs(page)
    check_figures(page, lesson)
    check_exercises(page, lesson)
    check_table_of_contents(page, lesson)
    assert dialogs(page) == []
    assert page.errors == []
    if "SCREENSHOTS" in os.environ:
        save_screenshots_of_themes(page, lesson)


@pytest.mark.parametrize("lesson", LESSONS)
def test_published_lesson_in_jupyterlab(page, lab, lesson):
    open_lesson(page, lab, f"published_{lesson}")
    check_first_screen(page)
    assert page.errors == []


@pytest.mark.parametrize(
    ("theme", "size"), [("JupyterLab Light", LAPTOP), ("JupyterLab Dark", PHONE)]
)
def test_drawing_pad(page, lab, theme, size):
    expect = sys.modules["playwright.sync_api"].expect
    open_lesson(page, lab, "pad")
    run_all_cells(page, "pad")
    page.evaluate("jupyterapp.shell.collapseLeft()")
    change_theme(page, theme)
    page.set_viewport_size(size)
    canvas = page.get_by_role("img", name="Pad for drawing a digit")
    box = canvas.bounding_box()
    assert 200 < box["width"] <= size["width"] - box["x"]
    status = page.get_by_role("status").filter(has_text="Draw a digit.")
    bars = page.locator(".jp-OutputArea-output [aria-hidden=true] > div")
    expect(status).to_be_visible()
    expect(bars).to_have_count(0)

    corners = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in SEVEN]
    page.mouse.move(*corners[0])
    page.mouse.down()
    page.mouse.move(*corners[1], steps=8)
    expect(bars).to_have_count(10)
    of_a_stroke = bars.all_inner_texts()
    for corner in corners[2:]:
        page.mouse.move(*corner, steps=8)
    # The mouse is still down.
    expect(bars).not_to_have_text(of_a_stroke, use_inner_text=True)
    page.mouse.up()
    save_screenshot(page, f"pad-{theme}")

    last = page.locator(".jp-CodeCell").last.locator(".jp-OutputArea-output")
    assert last.inner_text().strip() == "(280, 280) 0"
    page.evaluate(RUN_LAST_CELL)
    expect(last).to_contain_text("(280, 280) 255")
    page.get_by_role("button", name="Clear").click()
    expect(status).to_be_visible()
    expect(bars).to_have_count(0)
    assert [address for address in page.requests if OTHER_HOSTS.match(address)] == []
    assert page.errors == []


# The pages to read


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    render_html.render_course(folder)
    return folder


@pytest.mark.parametrize("name", ["index", *LESSONS])
def test_page_without_jupyter(page, pages, name):
    page.goto((pages / f"{name}.html").as_uri())
    save_screenshot(page, f"page-{name}-laptop")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title() == page.locator("h1").inner_text()
    pictures = page.locator("img")
    assert pictures.evaluate_all(ALL_LOADED)
    for text in pictures.evaluate_all("all => all.map(picture => picture.alt)"):
        assert len(text.split()) > 3
        assert text != NO_TEXT
    page.set_viewport_size(PHONE)
    save_screenshot(page, f"page-{name}-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator("table").evaluate_all(CAN_BE_READ)
    # A page that looks for a picture or a script elsewhere would ask for it here.
    assert {urlsplit(address).scheme for address in page.requests} <= {"file", "data"}
    assert page.errors == []


@pytest.mark.parametrize("name", ["index", *LESSONS])
def test_links_between_pages(page, pages, name):
    page.goto((pages / f"{name}.html").as_uri())
    addresses = page.locator("a").evaluate_all("all => all.map(link => link.href)")
    local = {address for address in addresses if address.startswith("file:")}
    assert local
    for address in local:
        page.goto(address)
        heading = unquote(urlsplit(address).fragment)
        assert not heading or page.locator(f'[id="{heading}"]').count() == 1, address
