"""Servers of our own, started for the tests and stopped after them: PostgreSQL, and Spark in this machine's Java."""

from __future__ import annotations

import glob
import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.engines.answers import ZONE

PARTITIONS = 4


class NotHereError(Exception):
    """An engine that this machine does not have; the text says what is missing."""


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a server of our own in a temporary folder, on a socket there and no port, and give the folder."""
    found = shutil.which("initdb") or max(glob.glob("/usr/lib/postgresql/*/bin/initdb"), default=None)
    if found is None:
        raise NotHereError("PostgreSQL needs initdb: apt-get install postgresql")
    programs = Path(found).parent
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    # the path of a socket may have about a hundred characters
    with tempfile.TemporaryDirectory(prefix="npskit-", dir="/tmp") as folder:
        if user:
            shutil.chown(folder, user, user)

        def run(program: str, *options: str) -> None:
            done = subprocess.run(
                [str(programs / program), "-D", f"{folder}/data", *options],
                user=user,
                group=user,
                cwd=folder,
                stdout=subprocess.DEVNULL,  # the server keeps it open
                stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
                check=False,
            )
            if done.returncode:
                raise RuntimeError(f"{program} failed: {(done.stderr or b'').decode()}")

        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")
        server = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        run("pg_ctl", "-w", "-o", server, "-l", f"{folder}/log", "start")
        try:
            yield folder
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")


def _free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


@contextmanager
def spark() -> Iterator[tuple[Any, int]]:
    """Run Spark in this machine's Java, and give its session and the port at which it serves Spark Connect, or 0."""
    from pyspark.sql import SparkSession

    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise NotHereError("Spark needs Java: apt-get install default-jre-headless")
    connect = importlib.util.find_spec("grpc") is not None
    port = _free_port() if connect else 0
    options = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.sql.shuffle.partitions": PARTITIONS,
        "spark.default.parallelism": PARTITIONS,
        "spark.sql.session.timeZone": ZONE,
        "spark.sql.timestampType": "TIMESTAMP_NTZ",  # so that naive times of Arrow stay naive
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
    }
    if connect:
        options |= {
            "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
            "spark.connect.grpc.binding.port": port,
        }
    builder = SparkSession.builder.master("local[2]").appName("npskit")
    for name, value in options.items():
        builder = builder.config(name, value)
    with tempfile.TemporaryDirectory(prefix="npskit-") as folder:
        try:
            session = builder.config("spark.sql.warehouse.dir", folder).getOrCreate()
        except Exception as error:  # of a Java that is too old for it, too
            raise NotHereError(f"Spark does not start: {error}") from error
        try:  # where it runs already, so does its server
            yield session, int(session.conf.get("spark.connect.grpc.binding.port", "0"))
        finally:
            session.stop()
