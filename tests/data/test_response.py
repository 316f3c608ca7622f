"""Laws of the domain types: values that compare, hash, print and travel as one expects."""

from __future__ import annotations

import copy
import datetime
import itertools
import json
import pickle
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.data import response as model
from npskit.data.response import Attributes, Response, SCIAnswer, Segment
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.scorers import NPS
from npskit.testing import responses, sci_answers, segments

VALUES = st.one_of(responses(), responses(aware=True), sci_answers(), segments())
HASHABLE = st.text() | st.integers() | st.booleans() | st.tuples(st.integers())


def evaluated(value: object) -> Any:
    """Evaluate the repr of a value, as a person would who pastes it."""
    return eval(repr(value), {**vars(model), "datetime": datetime})


@given(VALUES)
def test_repr_evaluates_to_an_equal_value(value: Any) -> None:
    """eval(repr(x)) == x."""
    assert evaluated(value) == value


@given(VALUES)
def test_copies_and_pickles_are_equal_and_hash_alike(value: Any) -> None:
    """A copy, a deep copy and a pickled copy equal the original, and so do their hashes."""
    for twin in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert twin == value
        assert hash(twin) == hash(value)


@given(responses(), responses())
def test_responses_are_equal_exactly_where_their_fields_are(a: Response, b: Response) -> None:
    """Equality is that of all fields, and equal responses hash alike."""
    fields = attrs.fields_dict(Response)
    assert (a == b) == all(getattr(a, name) == getattr(b, name) for name in fields)
    assert a != b or hash(a) == hash(b)


@given(responses() | sci_answers())
def test_values_are_frozen_and_slotted(value: Any) -> None:
    """No attribute can be changed or added, and there is no dict to put one in."""
    for name in ("score", "satisfaction", "surprise"):
        with pytest.raises(AttributeError):
            setattr(value, name, 1)
    assert not hasattr(value, "__dict__")


@pytest.mark.parametrize("values", [(Response(1), Response(2)), (SCIAnswer(1, 1, 1), SCIAnswer(2, 2, 2))])
def test_answers_are_not_ordered(values: tuple[Any, Any]) -> None:
    """Whether one answer comes before another is not for them to say."""
    with pytest.raises(TypeError, match="not supported"):
        sorted(values)


# ---- segments ----


def test_segments_rise_from_detractor_to_promoter() -> None:
    """The segments are ordered as they are defined, worst to best, and named as the categories of the NPS."""
    ordered = [Segment.DETRACTOR, Segment.PASSIVE, Segment.PROMOTER]
    assert list(Segment) == ordered
    for shuffled in itertools.permutations(ordered):
        assert sorted(shuffled) == ordered
    assert tuple(segment.value for segment in Segment) == NPS.categories


@given(segments())
def test_a_segment_is_its_text(segment: Segment) -> None:
    """A segment equals, hashes, prints and serializes as the text it stands for, and is found by it."""
    assert Segment(segment.value) is segment
    assert {segment: 1}[segment.value] == 1  # type: ignore[index]
    assert f"{segment}" == str(segment) == segment.value
    assert json.loads(json.dumps(segment)) == segment


def test_an_unknown_segment_is_refused() -> None:
    """There is no fourth segment."""
    with pytest.raises(ValueError, match="neutral"):
        Segment("neutral")


# ---- responses ----


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int32, np.int64])
def test_numpy_integers_become_ints(kind: Any) -> None:
    """A score from an array is a Python int in the response."""
    response = Response(kind(9), customer=kind(17), attributes={"visits": kind(3)})
    assert response == Response(9, customer=17, attributes={"visits": 3})
    assert [type(x) for x in (response.score, response.customer, response.attributes["visits"])] == [int, int, int]
    assert SCIAnswer(kind(1), kind(2), kind(3)) == SCIAnswer(1, 2, 3)


@pytest.mark.parametrize("score", [True, np.False_, 7.0, 7.5, "7", float("nan"), [7], np.array([1, 2])])
def test_a_score_that_is_no_whole_number_is_refused(score: Any) -> None:
    """Booleans, fractions, text and NaN are refused, naming the field; an unanswered question is None."""
    with pytest.raises(InvalidTypeError, match="score must be a whole number"):
        Response(score)
    for row, name in enumerate(("satisfaction", "repurchase", "recommend")):
        with pytest.raises(InvalidTypeError, match=f"{name} must be a whole number"):
            SCIAnswer(*(score if row == place else 5 for place in range(3)))


@pytest.mark.parametrize(
    ("field", "value", "error", "message"),
    [
        ("customer", ["a"], InvalidTypeError, "customer must be hashable"),
        ("customer", float("nan"), InvalidValueError, "customer must be None where it is unknown, not nan"),
        ("at", "2026-03-01", InvalidTypeError, "datetime.fromisoformat"),
        ("at", 1_700_000_000, InvalidTypeError, r"at must be a datetime, a date or None, not 1700000000 \(int\)"),
        ("at", np.datetime64("2026-03-01"), InvalidTypeError, "convert it first"),
        ("comment", 5, InvalidTypeError, r"comment must be a text or None, not 5 \(int\)"),
        ("comment", float("nan"), InvalidTypeError, "comment must be a text or None"),
        ("attributes", [("region", "north")], InvalidTypeError, "attributes must be a mapping"),
        ("attributes", "north", InvalidTypeError, "attributes must be a mapping"),
        ("attributes", {1: "north"}, InvalidTypeError, "names of attributes must be texts: got 1"),
        ("attributes", {"tags": ["a"]}, InvalidTypeError, "attribute 'tags' must be hashable"),
    ],
)
def test_bad_fields_are_refused_by_name(field: str, value: Any, error: type[Exception], message: str) -> None:
    """Every other field says what it wants, what it got, and what to do."""
    with pytest.raises(error, match=message):
        Response(5, **{field: value})


def test_a_missing_time_of_pandas_is_refused_and_a_timestamp_welcome() -> None:
    """NaT is a datetime by type and no time at all; a Timestamp is one."""
    pd = pytest.importorskip("pandas")
    with pytest.raises(InvalidValueError, match="at must be None where it is unknown, not NaT"):
        Response(5, at=pd.NaT)
    assert Response(5, at=pd.Timestamp("2026-03-01")) == Response(5, at=datetime.datetime(2026, 3, 1))


def test_only_the_score_is_positional() -> None:
    """The fields beside the score are named, so that they cannot be confused."""
    with pytest.raises(TypeError):
        Response(5, "ann")  # type: ignore[call-arg]


def test_repr_shows_what_is_known() -> None:
    """Fields that are not known are not shown."""
    at = datetime.date(2026, 3, 1)
    assert repr(Response(None)) == "Response(None)"
    assert (
        repr(Response(3, customer="ann", at=at, comment="slow", attributes={"region": "north"}))
        == "Response(3, customer='ann', at=datetime.date(2026, 3, 1), comment='slow', attributes={'region': 'north'})"
    )


# ---- attributes ----


@given(st.dictionaries(st.text(), HASHABLE, max_size=5), st.randoms())
def test_attributes_are_the_mapping_they_came_from(items: dict[str, Any], random: Any) -> None:
    """Attributes equal the mapping they were made of, in whatever order, and are sorted by name."""
    shuffled = list(items.items())
    random.shuffle(shuffled)
    one, two = Attributes(items), Attributes(dict(shuffled))
    assert one == two == items
    assert hash(one) == hash(two)
    assert repr(one) == repr(two)
    assert list(one) == sorted(items)
    assert len(one) == len(items)
    assert all(one[name] == value for name, value in items.items())
    assert evaluated(one) == one
    assert Attributes(one) == one


def test_attributes_do_not_follow_the_dict_they_came_from() -> None:
    """A later change of the dict does not reach the response."""
    items = {"region": "north"}
    response = Response(5, attributes=items)
    items["region"] = "south"
    assert response.attributes["region"] == "north"
    assert Response(5, attributes=None) == Response(5)


def test_an_absent_attribute_is_a_key_error() -> None:
    """Attributes answer as a dict does."""
    attributes = Attributes({"region": "north"})
    with pytest.raises(KeyError, match="plan"):
        attributes["plan"]
    assert attributes.get("plan") is None
    assert "plan" not in attributes
    with pytest.raises(TypeError):
        attributes["plan"] = "basic"  # type: ignore[index]


# ---- the three answers ----


@given(sci_answers())
def test_complete_means_that_all_three_are_there(answer: SCIAnswer) -> None:
    """An answer is complete where nothing is None."""
    assert answer.complete == all(value is not None for value in attrs.astuple(answer))
