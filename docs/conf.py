"""Settings of Sphinx, which makes the pages in `site/`: `make docs`.

The pages are the Markdown files of the repository, where they lie. So a link between them works here and on a code
host. Only the tables of contents are added here: a code host would show them as code.
"""

from __future__ import annotations

from typing import Any

import ganaug

project = "ganaug"
author = "The ganaug developers"
copyright = author
version = release = ganaug.__version__

extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
root_doc = "README"
include_patterns = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/**.md",
    "docs/tutorials/*.ipynb",
    "examples/data/README.md",
]
exclude_patterns = [".*", "site", "build", "dist", "benchmarks"]
html_extra_path = ["index.html"]
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_theme = "pydata_sphinx_theme"
html_title = "ganaug"
smartquotes = False
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {"show_prev_next": False, "secondary_sidebar_items": ["page-toc"]}
html_sidebars = {"README": [], "docs/gallery": [], "CHANGELOG": [], "CONTRIBUTING": []}

myst_heading_anchors = 4  # as on a code host
nb_execution_mode = "off"  # notebooks hold their outputs, and a test runs them

default_role = "py:obj"  # `sample` in a docstring is a link, if there is such a name
nitpicky = True
nitpick_ignore_regex = [("py:obj", ".*")]
autodoc_default_options = {"members": True, "inherited-members": "BaseException"}
autodoc_typehints = "none"  # docstrings tell types, in words
toc_object_entries_show_parents = "hide"
autodoc_member_order = "bysource"
autodoc_mock_imports = ["ganaug.tensorflow"]  # a page on losses needs no TensorFlow
numpydoc_show_class_members = False
numpydoc_validation_checks = {"SS01", "PR02"}  # a summary, and no parameter that is not there

Contents = dict[str, list[str]]
CONTENTS: dict[str, Contents] = {
    "README": {
        "": ["docs/README", "docs/gallery", "docs/reference", "docs/decisions/README", "CONTRIBUTING", "CHANGELOG"]
    },
    "docs/README": {
        "First": ["overview", "how-a-conditional-gan-learns", "coming-from"],
        "By task": ["rebalance", "enlarge", "teacher", "tf-data", "scale", "does-it-help", "quality", "protect"],
        "Tutorials": ["tutorials/medicine", "tutorials/finance", "tutorials/education"],
        "By topic": [
            "scikit-learn",
            "imbalanced-learn",
            "images",
            "features",
            "rules",
            "serving",
            "shell",
            "training",
            "reliability",
            "leakage",
        ],
        "Behind it": ["how-it-works", "how-good-how-fast", "benchmarks", "/examples/data/README"],
    },
    "docs/reference": {
        "": [
            "reference/augmenter",
            "reference/over-sampler",
            "reference/meta-estimators",
            "reference/assessment",
            "reference/evaluation",
            "reference/training",
            "reference/networks",
            "reference/errors",
        ]
    },
    "docs/decisions/README": {"": ["0*"]},
}
"""The pages below a page, by heading."""


def add_contents(_app: Any, page: str, source: list[str]) -> None:
    """Put the tables of contents of a part below its first page."""
    for heading, pages in CONTENTS.get(page, {}).items():
        caption = f":caption: {heading}\n" if heading else ""
        entries = "\n".join(pages)
        source[0] += f"\n\n```{{toctree}}\n:hidden:\n:glob:\n{caption}\n{entries}\n```\n"


def of_ganaug(_app: Any, _kind: str, _name: str, member: Any, _skip: bool, _options: Any) -> bool | None:
    """Leave out what scikit-learn and others bequeath."""
    function = getattr(member, "fget", None) or getattr(member, "func", member)  # of a property
    home = getattr(function, "__module__", None) or "ganaug"
    return None if home.startswith("ganaug") else True


def setup(app: Any) -> None:
    app.connect("source-read", add_contents)
    app.connect("autodoc-skip-member", of_ganaug)
