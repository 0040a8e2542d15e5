"""Sphinx settings; nothing here needs the network."""

from spinesim._version import __version__

project = "spinesim"
author = "The spinesim developers"
copyright = "The spinesim developers, Apache-2.0"
version = release = __version__

extensions = ["myst_parser"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = f"spinesim {version}"
