"""Each study runs, and the page of the docs holds its table and the command that gave it."""

import numpy as np
import pytest

from tests.studies.__main__ import PAGE, studies, written
from tests.studies.study import monte_carlo_error


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * study.slow) for name, study in studies().items()]
)
def test_a_study_runs_and_stands_in_the_docs(name: str) -> None:
    study = studies()[name]
    page = PAGE.read_text(encoding="utf-8")
    section = page.partition(f"<!-- {name}: begin -->")[2].partition(f"<!-- {name}: end -->")[0]
    assert f"## {study.title}" in section
    assert f"`python -m tests.studies {name}`" in section
    small = study.table((1 if study.slow else 3) if study.draws else None)
    header = next(line for line in small.splitlines() if line.startswith("|"))
    assert header in section  # the same columns: the table was made by this code


def test_a_section_is_replaced_where_it_stands_and_added_where_not() -> None:
    once = written("# Page\n", "a", "first")
    assert once == "# Page\n\n<!-- a: begin -->\n\nfirst\n<!-- a: end -->\n"
    assert written(written(once, "b", "other"), "a", "second") == written(
        written("# Page\n", "a", "second"), "b", "other"
    )


def test_monte_carlo_error_of_a_share() -> None:
    assert monte_carlo_error(0.5, 100) == pytest.approx(5)
    assert np.isfinite(monte_carlo_error(0, 100))
    assert monte_carlo_error(0, 100) > 0
