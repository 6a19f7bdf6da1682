"""A day cut into tiles, and its hours as the clock on the wall shows them."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking import wallclock
from booking.desk import tiles
from booking.desk.tiles import Cell, Column, Kind, Tile, wall_hours
from tests.booking.strategies import ZONES, days

HOUR = 3600
moments = st.integers(0, 288).map(lambda n: n * 300)
spans = st.lists(st.tuples(moments, moments).filter(lambda pair: pair[0] < pair[1]), max_size=5)


@given(spans, spans, spans)
def test_tiles_cover_a_window_without_gaps_and_the_first_layer_wins(
    visits: list[tuple[int, int]], off: list[tuple[int, int]], work: list[tuple[int, int]]
) -> None:
    found = tiles.tiles((3600, 80_000), {Kind.VISIT: visits, Kind.OFF: off, Kind.FREE: work})

    assert (found[0].start, found[-1].end) == (3600, 80_000)
    assert all(one.end == two.start for one, two in pairwise(found))
    for tile in found:
        assert tile.start < tile.end
        inside = [any(low <= tile.start and tile.end <= high for low, high in each) for each in (visits, off, work)]
        kinds = (Kind.VISIT, Kind.OFF, Kind.FREE)
        assert tile.kind == next((kind for kind, is_in in zip(kinds, inside, strict=True) if is_in), Kind.SHUT)


@given(st.sampled_from(ZONES), days)
def test_the_hours_of_a_day_are_all_of_it_and_read_what_the_clock_reads(zone: str, day: date) -> None:
    number = wallclock.day_number(day)
    hours = wall_hours(zone, number)

    assert wallclock.joined((hour.start, hour.end) for hour in hours) == wallclock.resolve(zone, number, 0, 24 * 60)
    assert len({hour.reading for hour in hours}) == len(hours)
    for hour in hours:
        low = hour.reading[0] * 60
        pieces = wallclock.resolve(zone, number, low, low + 60)
        assert any(start <= hour.start and hour.end <= end for start, end in pieces)


@pytest.mark.parametrize(
    ("zone", "day", "readings"),
    [
        ("America/New_York", date(2026, 11, 1), [(0, False), (1, False), (1, True), (2, False)]),
        ("America/New_York", date(2026, 3, 8), [(0, False), (1, False), (3, False), (4, False)]),
        ("Australia/Lord_Howe", date(2026, 4, 5), [(0, False), (1, False), (1, True), (2, False)]),
        ("Pacific/Chatham", date(2027, 4, 4), [(0, False), (1, False), (2, False), (3, False), (2, True), (3, True)]),
        ("Asia/Kolkata", date(2026, 12, 1), [(0, False), (1, False), (2, False), (3, False)]),
    ],
)
def test_a_change_of_the_clock_skips_an_hour_or_shows_it_again(
    zone: str, day: date, readings: list[tuple[int, bool]]
) -> None:
    assert [hour.reading for hour in wall_hours(zone, wallclock.day_number(day))][: len(readings)] == readings


def column(*found: Tile, work: list[tuple[int, int]] | None = None) -> Column:
    """A day in Greenwich: 1 January 1970."""
    return Column(wall_hours("UTC", 0), found, work or [])


def blocks_of(cell: Cell) -> list[tuple[Kind, int, int]]:
    return [(block.tile.kind, block.at, block.to) for block in cell.blocks]


def test_rows_run_from_the_earliest_to_the_latest_hour_that_matters() -> None:
    nine, ten = 9 * HOUR, 10 * HOUR
    found = tiles.tiles((0, 24 * HOUR), {Kind.VISIT: [(7 * HOUR, 7 * HOUR + 300)], Kind.FREE: [(nine, ten)]})

    rows = tiles.table([column(*found, work=[(nine, ten)])])

    assert [row.reading[0] for row in rows] == [7, 8, 9]
    assert blocks_of(rows[0].cells[0])[0] == (Kind.VISIT, 0, 1)
    assert [row.cells[0].kind for row in rows] == [None, Kind.SHUT, Kind.FREE]


def test_a_long_quiet_time_between_is_one_row() -> None:
    work = [(0, 2 * HOUR), (22 * HOUR, 24 * HOUR)]
    found = tiles.tiles((0, 24 * HOUR), {Kind.FREE: work})

    rows = tiles.table([column(*found, work=work)])

    assert [(row.reading[0], row.until) for row in rows] == [(0, None), (1, None), (2, 22), (22, None), (23, None)]


def test_nothing_that_matters_makes_no_rows() -> None:
    assert tiles.table([column(Tile(Kind.SHUT, 0, 24 * HOUR))]) == []


@given(st.lists(st.integers(5, 60), min_size=1, max_size=14), st.integers(0, 59))
def test_however_short_visits_are_no_two_stand_on_one_line(lengths: list[int], begins: int) -> None:
    at, visits = begins * 60, []
    for length in lengths:
        visits.append((at, at + length * 60))
        at += length * 60
    found = tiles.tiles((0, 24 * HOUR), {Kind.VISIT: visits})

    for row in tiles.table([column(*found)]):
        placed = [(block.at, block.to) for block in row.cells[0].blocks]
        assert all(low < high for low, high in placed)
        assert all(one[1] <= two[0] for one, two in pairwise(placed))
        assert all(high <= 13 for _low, high in placed)
