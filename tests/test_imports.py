"""`import npskit` costs nothing that is not needed yet."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("scipy", "pandas", "polars", "pyarrow", "narwhals", "hypothesis", "matplotlib", "jinja2", "duckdb")


def loaded(program: str) -> set[str]:
    """Run a program in a fresh interpreter and return which heavy packages it loaded."""
    report = f"import sys; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    command = [sys.executable, "-W", "error", "-c", f"{program}\n{report}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


def test_light() -> None:
    """Lists, arrays and default intervals need numpy and attrs alone: after each program nothing heavy is there."""
    programs = [
        "import npskit",
        "import npskit as nk; nk.nps([10])",
        "import npskit as nk, numpy as np; nk.nps(np.array([10.0, float('nan')]), weights=[1, 2]).value",
        "import npskit as nk; assert len(str(nk.nps([10, 9]).interval())) > 5",
        "import npskit as nk; nk.Survey({'score': [10, 3]}).score(by='score').to_dict()",
        "import npskit as nk; nk.Survey([nk.Response(10)]).score()",
        "import npskit as nk; dir(nk), nk.__version__, nk.available",
    ]
    checked = f"import sys; assert not [name for name in {HEAVY!r} if name in sys.modules]"
    assert loaded("\n".join(f"{program}\n{checked}, {program!r}" for program in programs)) == set()


def test_only_the_library_in_use_is_loaded() -> None:
    """A Polars frame brings narwhals, and no other dataframe library."""
    assert loaded("import npskit as nk, polars as pl; nk.nps(pl.Series([10, 9]))") == {"narwhals", "polars"}


def test_an_engine_is_asked_without_pandas() -> None:
    """What DuckDB hands over is read without pandas, and without what only pictures or changes over time need.

    Numbers, texts and times come without PyArrow too.
    """
    pytest.importorskip("duckdb")
    program = (
        "import duckdb, npskit as nk, sys; made = duckdb.connect(); duckdb.ConstantExpression(0); "
        "given = {*sys.modules}; "
        'made.execute("create table t as select i % 11 score, i % 3 place, 1.5 w, i % 2 = 0 b, '
        "timestamp '2026-01-01' + i * interval 1 hour as day from range(40) r(i)\"); "
        "rows = made.table('t'); str(nk.Survey(rows).score()); nk.Survey(rows, weight='w').score(by='place'); "
        "assert not {'pandas', 'pyarrow'} & {*sys.modules} - given; "
        "nk.Survey(rows, weight='w').score(by=['place', 'b']); "
        "late = 'npskit.plots.', 'npskit.tracking.panel', 'npskit.tracking.timeline'; "
        "assert not [m for m in sys.modules if m.startswith(late)]; "
        "str(nk.Survey(rows, time='day').timeline())"
    )
    by_duckdb = loaded("import duckdb; duckdb.ConstantExpression(0)")  # before 1.3 it looks for pandas itself
    assert loaded(program) == {"duckdb", "narwhals", "pyarrow"} | by_duckdb


def test_import_is_lazy() -> None:
    """`import npskit` loads none of its own rooms, and not `statistics`, which costs as much as numpy."""
    program = (
        "import npskit, sys; rooms = {m for m in sys.modules if m.startswith('npskit.')} - {'npskit.doors'}; "
        "assert not rooms, rooms; assert 'statistics' not in sys.modules; npskit.nps([10]); "
        "assert 'npskit.survey' not in sys.modules; assert not {'statistics', 'numpy.ma'} & {*sys.modules}"
    )
    assert loaded(program) == set()
