"""The README as a package index shows it: there is no repository around it, so that its links are written in full."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class IndexReadme(MetadataHookInterface):
    """Writes links out as `tool.hatch.metadata.hooks.custom` of pyproject.toml says, one kind after the other."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the README to what is said of the package."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        for links in self.config["links"]:
            text = re.sub(links["within"], links["in-full"], text)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
