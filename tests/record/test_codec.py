"""What is stored reads back the same, whatever the numbers."""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.worlds import a_look
from torchvitals.record.codec import decode, encode
from torchvitals.record.look import DataInput, Look, Loss, Operation, ParameterLook
from torchvitals.record.store import Event, SegmentRecord

RECORDS = [Event, SegmentRecord, ParameterLook, Operation, Loss, DataInput]


class Old(NamedTuple):
    number: int
    values: tuple[float, ...]


class New(NamedTuple):
    number: int
    values: tuple[float, ...]
    note: str | None = None
    inner: Old | None = None


@pytest.mark.parametrize("kind", RECORDS)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
@given(data=st.data())
def test_every_record_reads_back_as_it_was(kind: Any, data: st.DataObject):
    record = data.draw(st.from_type(kind))
    again = decode(kind, encode(record))
    assert repr(again) == repr(record)  # not-a-number is not itself
    assert type(again) is kind


def test_a_look_with_all_that_is_in_it_reads_back_as_it_was():
    look = a_look(3)
    again = decode(Look, encode(look))
    assert again == look
    assert type(again.operations[0]) is Operation
    assert type(again.operations[0].gradient) is type(look.operations[0].gradient)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 5e-324, 1.7976931348623157e308])
def test_numbers_at_the_edge_read_back(value: float):
    (again,) = decode(Old, encode(Old(1, (value,)))).values
    assert repr(again) == repr(value)


def test_what_an_older_version_wrote_gets_the_defaults_of_newer_fields():
    assert decode(New, encode(Old(1, (2.0,)))) == New(1, (2.0,))


def test_a_look_of_before_its_newest_fields_still_reads():
    look = a_look(0)
    count = len(Look._fields) - len(Look._field_defaults)
    again = decode(Look, json.dumps(json.loads(encode(look))[:count]))
    assert again[:count] == look[:count]
    assert again[count:] == tuple(Look._field_defaults.values())


@pytest.mark.parametrize(
    "text", ["", "{}", "[1", "[1]", "[1,[2.0],null,null,5]", "null", "3", '[1,{"a":2}', "[1,7]"]
)
def test_what_is_no_such_record_is_refused(text: str):
    with pytest.raises(ValueError):  # noqa: PT011  JSON's own error is one too
        decode(New, text)
