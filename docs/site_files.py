"""What the site ships beside its pages, written when it is built: the schemas of the JSON of results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from npskit.command_line import schemas
from npskit.results import json_schema


def on_post_build(config: Any, **_: Any) -> None:
    """Write the files, as mkdocs asks when all pages are there."""
    folder = Path(config["site_dir"]) / "schemas"
    folder.mkdir(exist_ok=True)
    for name, kind in schemas().items():
        (folder / f"{name}.json").write_text(json.dumps(json_schema(kind), indent=2, ensure_ascii=False), "utf-8")
