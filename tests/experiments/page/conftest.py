"""Real runs of hostile words and labels, the page of them, and a real browser that opens it."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from experiments import classify, pretrain
from experiments.page.program import main
from scripts.prose import write

#: What would set the page's title, were it ever run or taken for markup.
SET_TITLE = "document.title='owned'"
#: Words of a text, without a blank in them.
WORDS = (
    f"</script><img/src=x/onerror={SET_TITLE}>",
    f"<svg/onload={SET_TITLE}>",
    "{{7*7}}",
    "<!--",
    "--><script>",
    "__proto__",
    "constructor",
    "toString",
    "\u202eevil",
    "'\"><b>",
)
#: In place of the names of the packages.
LABELS = {
    "optax": f'</script><img src=x onerror="{SET_TITLE}">',
    "flax": "{{7*7}}\u2028<!--",
    "rich": "<b>bold</b>&amp;",
}
CONFIG = """
from embedlab import Dense, Hashed
from experiments.config import Config, Quality, Text, Train
from experiments.data import Csv

def config():
    return Config(
        embedding=Dense(300, 8),
        rivals={{"hashed": Hashed(300, 8, buckets=75)}},
        data=Csv(path={data!r}, title={title!r}),
        text=Text(max_length=16),
        train=Train(steps=20, evaluate_every=10, batch=32),
        quality=Quality(rows=100, every=1),
    )
"""
PRETRAIN = """
from embedlab import Dense
from experiments.pretraining import Corpus, Looks, Pretraining, Schedule

def config():
    return Pretraining(Dense(2000, 8), Corpus(({text!r},), min_count=3),
                       train=Schedule(batch=64, epochs=1), quality=Looks(times=0))
"""


class Runs(NamedTuple):
    """Finished workdirs.

    Attributes:
        classified: a comparison of two embeddings; its labels and its title are hostile.
        pretrained: a pretraining; some of its words are hostile.
    """

    classified: Path
    pretrained: Path


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Both, by the programs themselves."""
    folder = tmp_path_factory.mktemp("page")
    prose = write(folder / "prose.csv")
    with prose.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with prose.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([rows[0], *((text, LABELS[label]) for text, label in rows[1:])])
    text = folder / "text.txt"
    lines = [
        f"{row[0]} {WORDS[i % len(WORDS)]} {WORDS[i % 3]}".replace("\n", " ") for i, row in enumerate(rows)
    ]
    text.write_text("\n".join(lines), "utf-8")
    config, other = folder / "config.py", folder / "pretrain.py"
    config.write_text(CONFIG.format(data=str(prose), title=f"<img src=x onerror={SET_TITLE}>"), "utf-8")
    other.write_text(PRETRAIN.format(text=str(text)), "utf-8")
    made = Runs(folder / "<b onclick=x>{{7*7}}", folder / "words")
    assert classify.main([str(config), "--workdir", str(made.classified)]) == 0
    assert pretrain.main([str(other), "--workdir", str(made.pretrained)]) == 0
    return made


@pytest.fixture(scope="session")
def report(runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of both."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    assert main([str(runs.classified), str(runs.pretrained), "-o", str(path)]) == 0
    return path


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser lies."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("no Chromium on this machine")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """It, without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


class Opened(NamedTuple):
    """A page in the browser.

    Attributes:
        page: playwright's.
        errors: what the console was told as an error, and what the script threw.
        requests: the addresses that were asked for.
        dialogs: what was shown by `alert` and its like.
    """

    page: Any
    errors: list[str]
    requests: list[str]
    dialogs: list[str]


def open_page(browser: Any, path: Path, **settings: Any) -> Opened:
    """Opens a file in a tab of its own."""
    page = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings}).new_page()
    opened = Opened(page, [], [], [])
    page.on("console", lambda told: opened.errors.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: opened.errors.append(str(error)))
    page.on("request", lambda asked: opened.requests.append(asked.url))
    page.on("dialog", lambda dialog: (opened.dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri())
    return opened


@pytest.fixture
def opened(browser: Any, report: Path) -> Iterator[Opened]:
    """The page of both runs, on a desktop's screen."""
    found = open_page(browser, report)
    yield found
    found.page.context.close()
