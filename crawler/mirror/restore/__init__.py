"""The bulletin given back whole: its links to WeChat lead to the archive."""

from __future__ import annotations
