"""The page that people look at, in a real browser where there is one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression
from truth import drawn

from ganaug import GANAugmenter, assess, evaluate
from ganaug.evaluation.base import shown

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--v=0",
]
NUMBER = r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?"
HISTORY = pd.DataFrame({"step": [1, 2, 3], "discriminator_loss": [0.7, 0.6, 0.65], "generator_loss": [0.9, 0.8, 0.7]})


@pytest.fixture(scope="module")
def assessment():
    table = drawn(120, 0)
    augmenter = GANAugmenter(steps=3, refine=False, random_state=0)
    X, y = table[["size"]], table["kind"]
    return assess(LogisticRegression(), X, y, augmenter, cv=2, ratios=[1.0], baselines=["none"], random_state=0)


@pytest.fixture(scope="module")
def found(assessment):
    names = {"size": "size < $x$ & <b>more</b>", "town": "町"}
    parts = [drawn(200, seed).rename(columns=names) for seed in range(3)]
    return evaluate(*parts, target="kind", history=HISTORY, assessment=assessment, random_state=0)


class Text(HTMLParser):
    """What a page says, apart from its pictures."""

    def __init__(self, page):
        super().__init__()
        self.said, self.inside, self.addresses = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.addresses += [value for name, value in attributes if name in ("src", "href", "xlink:href", "action")]
        if tag in ("style", "svg"):
            self.inside.append(tag)

    def handle_endtag(self, tag):
        if self.inside and tag == self.inside[-1]:
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.said.append(data)


def numbers_of(value):
    """Every number in JSON, as the page would tell it, and those in its sentences."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        return set().union(*map(numbers_of, value)) if value else set()
    if isinstance(value, str):
        return set(re.findall(NUMBER, value))
    return set(re.findall(NUMBER, shown(value)))


def test_every_number_on_the_page_is_in_the_json(found):
    page = Text(found.to_html())
    told = set(re.findall(NUMBER, " ".join(page.said)))
    assert len(told) > 80
    assert told <= numbers_of(json.loads(found.to_json()))
    for section in ("Columns", "Pairs of columns", "Rows in the plane", "Classes", "Training", "Ratio and response"):
        assert section in page.said


def test_the_page_stands_alone_and_escapes_names(found, tmp_path):
    text = found.to_html(tmp_path / "e.html")
    assert (tmp_path / "e.html").read_text(encoding="utf-8") == text
    assert len(text.encode()) < 3_000_000
    assert all(address.startswith(("#", "data:")) for address in Text(text).addresses)
    assert "@import" not in text
    assert "<script" not in text
    assert "<b>more" not in text
    assert text == found.to_html()


def test_what_was_not_given_is_left_out():
    found = evaluate(*(drawn(60, seed)[["kind"]] for seed in range(3)), random_state=0)
    page = Text(found.to_html()).said
    for section in ("Pairs of columns", "Classes", "Training", "Ratio and response"):
        assert section not in page


@pytest.mark.skipif(BROWSER is None, reason="needs chromium")
def test_a_browser_shows_it_without_complaint(found, tmp_path):
    path = tmp_path / "e.html"
    found.to_html(path)
    options = [
        f"--user-data-dir={tmp_path / 'profile'}",
        f"--screenshot={tmp_path / 'e.png'}",
        "--window-size=390,2000",
    ]
    done = subprocess.run([BROWSER, *FLAGS, *options, path.as_uri()], capture_output=True, text=True, timeout=120)
    assert "CONSOLE" not in done.stderr
    assert (tmp_path / "e.png").stat().st_size > 20_000
    options = [f"--user-data-dir={tmp_path / 'other'}", "--dump-dom"]
    done = subprocess.run([BROWSER, *FLAGS, *options, path.as_uri()], capture_output=True, text=True, timeout=120)
    assert "CONSOLE" not in done.stderr
    assert done.stdout.count("<svg") == 6 + 4
    assert "parsererror" not in done.stdout


def test_axes_are_drawn_on(found):
    ax = Figure().subplots()
    assert found.plot(ax) is ax
    assert len(ax.patches) == 6
    assert ax.get_title() == found.verdict


def test_a_notebook_shows_verdicts_and_figures(found):
    html = found._repr_html_()
    assert html.startswith(f"<p><strong>{found.verdict}</strong></p><table>")
    assert all(f": {verdict.rating}<br>" in html for verdict in found.verdicts)


def test_without_the_libraries_the_extra_is_named(found, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ImportError, match=r"pip install 'ganaug\[report\]'"):
        found.to_html()
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install 'ganaug\[plot\]'"):
        found.plot()
