"""Times: numbers, dates of ISO 8601, and what is neither."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.data.tables import read
from experiments.data.tables.table import Table
from experiments.data.tables.times import times


def table(*values: str) -> Table:
    lines = np.arange(2, 2 + len(values), dtype=np.int32)
    return Table(Path("log.csv"), {"day": list(values)}, lines, lines, {"day": ("--data.time",)})


@given(st.lists(st.datetimes(min_value=datetime.datetime(1900, 1, 1)), min_size=1, max_size=9))
def test_dates_lie_in_their_order(moments: list[datetime.datetime]) -> None:
    found = times(table(*(moment.isoformat(sep=" ") for moment in moments)), "day")
    for one, first in zip(found, moments, strict=True):
        for other, second in zip(found, moments, strict=True):
            near = abs(first - second) < datetime.timedelta(milliseconds=1)  # float64 of seconds
            assert near or (one < other) == (first < second)


def test_numbers_stay_what_they_are() -> None:
    assert times(table("20240301", "3.5", "-1e3"), "day").tolist() == [20240301, 3.5, -1000]


def test_times_of_parquet_are_read(tmp_path: Path) -> None:
    at = datetime.datetime(2024, 3, 1, 12, 30, tzinfo=datetime.UTC)
    columns = {
        "day": pa.array([at.date()], pa.date32()),
        "local": pa.array([at.replace(tzinfo=None)], pa.timestamp("ns")),
        "utc": pa.array([at], pa.timestamp("us", tz="UTC")),
        "paris": pa.array([at], pa.timestamp("ms", tz="Europe/Paris")),
        "number": pa.array([7], pa.int64()),
    }
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    found = read(str(tmp_path / "t.parquet"))
    seconds = {name: times(found, name).tolist() for name in columns}
    moments = {name: [at.timestamp()] for name in ("local", "utc", "paris")}
    assert seconds == {"day": [at.timestamp() - 12.5 * 3600], **moments, "number": [7]}


def test_dates_with_an_offset_stand_beside_those_of_utc() -> None:
    found = times(table("2024-03-01", "2024-03-01T00:00:00Z", "2024-02-29 23:00-01:00"), "day")
    assert len(set(found.tolist())) == 1


@pytest.mark.parametrize(
    ("values", "line", "value"),
    [
        (("1/10/2024", "2/10/2024"), 2, "1/10/2024"),
        (("2024-01-10", "10.1.2024"), 3, "10.1.2024"),
        (("2024-01-10", "1704844800"), 3, "1704844800"),
        (("2024-01-10", "2024-02-30"), 3, "2024-02-30"),
        (("yesterday",), 2, "yesterday"),
    ],
)
def test_what_is_no_date_is_told_by_its_line(values: tuple[str, ...], line: int, value: str) -> None:
    place = rf"^log\.csv, line {line}, column 'day' \(--data\.time\)"
    refused = f"{place}: '{value}' is no date; write dates as YYYY-MM-DD"
    with pytest.raises(ValueError, match=refused):
        times(table(*values), "day")


def test_a_number_is_wanted_where_the_first_is_one() -> None:
    with pytest.raises(
        ValueError, match=r"line 3, column 'day' .*: '2024-03-01' is a date, where there are num"
    ):
        times(table("1709251200", "2024-03-01"), "day")
    with pytest.raises(ValueError, match=r"line 3, column 'day' .*: 'soon' is no finite number"):
        times(table("1709251200", "soon"), "day")
    with pytest.raises(ValueError, match=r"line 3.*the value is missing"):
        times(table("2024-03-01", ""), "day")
