"""Every rule of a timetable that can be written, for laws about rules."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from leaderboard.seasons.rule import WEEKDAYS

HOURS = st.times().map(lambda t: f"{t:%H:%M}")
MOMENTS = st.tuples(st.dates(date(2020, 1, 1), date(2040, 1, 1)), HOURS).map(lambda t: f"{t[0]}T{t[1]}")
CUT_OFFS = st.sampled_from(["same_day", "previous_day", "month_end"]) | st.fixed_dictionaries(
    {"days_before": st.integers(1, 60), "time": HOURS},
    optional={"as_of": st.sampled_from(["same_day", "previous_day", "month_end", "days_before"])},
)
CLOSED = {"if_closed": st.sampled_from(["keep", "next", "previous", "skip"]), "cut_off": CUT_OFFS}
RULES = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("minutes"), "every": st.integers(1, 1440)},
        optional={"until": MOMENTS, "cut_off": CUT_OFFS},
    ),
    st.fixed_dictionaries({"kind": st.just("daily"), "time": HOURS}, optional=CLOSED),
    st.fixed_dictionaries({"kind": st.just("working_day"), "time": HOURS}, optional={"cut_off": CUT_OFFS}),
    st.fixed_dictionaries(
        {
            "kind": st.just("nth_working_day"),
            "nth": st.integers(-15, 15).filter(bool),
            "time": HOURS,
        },
        optional={"cut_off": CUT_OFFS},
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("weekly"),
            "days": st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True),
            "time": HOURS,
        },
        optional=CLOSED,
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("weekly"),
            "days": st.just(["wed"]),
            "time": HOURS,
            "weeks": st.integers(2, 26),
            "from": st.dates(date(2020, 1, 1), date(2040, 1, 1)).map(str),
        },
        optional=CLOSED,
    ),
    st.fixed_dictionaries(
        {"kind": st.just("monthly"), "day": st.integers(1, 31) | st.just("last"), "time": HOURS},
        optional=CLOSED,
    ),
    st.fixed_dictionaries({"kind": st.just("quarter_end"), "time": HOURS}, optional=CLOSED),
    st.fixed_dictionaries({"kind": st.just("once"), "at": MOMENTS}, optional={"cut_off": CUT_OFFS}),
)
