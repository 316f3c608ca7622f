"""A real Chromium without a window, the system's own: one for all pages, driven by Playwright; and axe, from npm."""

from __future__ import annotations

import contextlib
import functools
import http.server
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

ALL_HERE = bool(os.environ.get("NPSKIT_BROWSER"))  # set where a browser that is missing is a failure
ROOT = Path(__file__).parents[2]
AXE = "4.14.1"


def _lacks(what: str) -> NoReturn:
    (pytest.fail if ALL_HERE else pytest.skip)(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start Chromium once."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        _lacks("there is no Chromium: apt-get install chromium")
    if importlib.util.find_spec("playwright") is None:
        _lacks("there is no Playwright: pip install 'npskit[browser]'")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the script that looks for what some people cannot use, from the npm registry that is configured."""
    folder, name = tmp_path_factory.mktemp("axe"), f"axe-core-{AXE}.tgz"
    try:
        if shutil.which("npm"):
            asked = ["npm", "pack", f"axe-core@{AXE}", "--silent"]
            subprocess.run(asked, cwd=folder, check=True, capture_output=True, timeout=60)
            packed = (folder / name).read_bytes()
        else:
            registry = os.environ.get("NPM_CONFIG_REGISTRY", "https://registry.npmjs.org").rstrip("/")
            packed = urllib.request.urlopen(f"{registry}/axe-core/-/{name}", timeout=60).read()
    except (OSError, subprocess.SubprocessError) as error:
        _lacks(f"axe-core cannot be had from the npm registry: {error}")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        script = archive.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the docs, served from here: those of `NPSKIT_SITE`, else built once."""
    built = os.environ.get("NPSKIT_SITE")
    if built is None:
        if importlib.util.find_spec("mkdocs") is None:
            _lacks(
                "there is no mkdocs: pip install 'npskit[docs]', or build the site and set NPSKIT_SITE to its folder"
            )
        built = str(tmp_path_factory.mktemp("site"))
        command = [sys.executable, "-m", "mkdocs", "build", "-q", "--site-dir", built]
        quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
        subprocess.run(command, cwd=ROOT, check=True, env=quiet, timeout=600)
    handler = functools.partial(_Quiet, directory=built)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with contextlib.ExitStack() as stack:
            stack.callback(server.shutdown)
            yield f"http://127.0.0.1:{server.server_address[1]}"
