"""What scenes tell without a browser: the numbers of the edition, no project's secret, no shame that nobody switched on."""

from __future__ import annotations

import json
import re
import threading
from datetime import date
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy.orm import Session

from leaderboard.bilingual import BOTH, both, speaking_on_screen
from leaderboard.boards.ceremony_steps import revealed
from leaderboard.boards.playlists import KINDS
from leaderboard.boards.scene_scales import Course
from leaderboard.boards.screen_states import Round
from leaderboard.boards.screens import add_screen, list_screens
from leaderboard.templating import render
from leaderboard.web.ceremony_drawings import TEMPLATE as CEREMONY
from leaderboard.web.drawings import Drawing, Drawings
from leaderboard.web.scene_drawing import draw
from leaderboard.web.variants import IDENTITY
from leaderboard.words import CHINESE, language
from tests.factories import FOUR_RATES, OFFICE, Race, race_of, small_race, start_race
from tests.kept import kept
from tests.visiting import Visit

# A page shows what was stored; that both databases store it alike is tested with the subjects.
pytestmark = pytest.mark.engines("sqlite")


NAMES = {"测试赛季", "towns组", "柳溪镇", "青石镇", "南岸街道", "磐石湾风电项目", "红榜"}
ALONE = re.compile(r'>([^<>]*[\u4e00-\u9fff][^<>]*)<(?!t?span class="also")')
"""Chinese that no English follows."""
UNSEEN = re.compile(r'<span class="unseen">[^<]*</span>')


def scenes_of(client: FlaskClient, race: Race, *kinds: str, shames: bool = False, lang: str = CHINESE) -> str:
    """The inside of a screen that shows these scenes."""
    name = f"大厅{len(list_screens(race.session))}"
    screen, token = add_screen(race.session, "admin", name=name, season=race.season, secret="s")
    entries = [{"scene": kind, "seconds": 10, "from": None, "to": None} for kind in kinds]
    screen.playlist, screen.shows_shame, screen.lang = json.dumps(entries), int(shames), lang
    race.session.commit()
    answer = client.get(f"/screens/{token}/scenes")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.fixture
def moved(session: Session) -> Race:
    """Two editions: in the second 南岸 overtakes both others, with projects that are public and ones that are not."""
    kept(session, "south overtakes", lambda: _overtake(session))
    session.commit()
    return race_of(session, "race")


def _overtake(session: Session) -> None:
    race = small_race(session)
    listing = [
        {"key": "red", "name": "红榜", "among": {"number": 1}},
        {"key": "slow", "name": "蜗牛奖", "among": {"number": 1, "end": "last"}},
    ]
    race.scheme({**FOUR_RATES, "lists": listing})
    race.publish()
    for number in range(4):
        race.project(
            "nanan",
            code=f"N-{number}",
            name="磐石湾风电项目" if number == 0 else f"机密项目{number}",
            is_public=number == 0,
            signed=date(2026, 11, 2),
            started=date(2026, 11, 9),
            registered=date(2026, 11, 3),
            arrived=100_000_000,
        )
    race.publish(date(2026, 11, 30))


@pytest.mark.parametrize("kind", ["table", "track"])
def test_scenes_of_units_tell_every_score_of_the_edition(
    moved: Race, client: FlaskClient, visit: Visit, kind: str
) -> None:
    told = client.get("/boards/race/2.json").get_json()["standings"]
    shown = scenes_of(client, moved, kind)
    for row in told:
        _, _, of_unit = shown.partition(f'role="row" data-unit="{row["unit"]}"')
        mine = of_unit.partition('role="row"')[0]
        assert row["score_shown"] in mine
        assert row["unit_name"] in mine


def test_rates_tell_every_rate_of_the_edition(moved: Race, client: FlaskClient) -> None:
    shown = scenes_of(client, moved, "rates")
    for row in client.get("/boards/race/2.json").get_json()["standings"]:
        mine = shown.partition(f'role="row" data-unit="{row["unit"]}"')[2].partition('role="row"')[0]
        rates = [one["rate_shown"] for one in row["indicators"].values() if one["rate_shown"] is not None]
        assert rates
        assert all(rate in mine for rate in rates)


def test_a_project_goes_by_its_name_only_where_that_is_public(moved: Race, client: FlaskClient) -> None:
    shown = scenes_of(client, moved, *KINDS, shames=True)
    assert "磐石湾风电项目" in shown
    assert "N-1" in shown
    assert "机密" not in shown


def test_who_moved_furthest_stands_with_both_places(moved: Race, client: FlaskClient) -> None:
    shown = scenes_of(client, moved, "movers")
    rises, falls = shown.split(' falls"')
    assert re.findall(r'<li data-unit="(\w+)"', rises) == ["nanan"]
    assert re.findall(r'<li data-unit="(\w+)"', falls) == ["liuxi", "qingshi"]


def test_no_shame_is_sent_to_a_screen_where_it_is_not_switched_on(moved: Race, client: FlaskClient) -> None:
    assert "蜗牛" not in scenes_of(client, moved, *KINDS)
    assert "蜗牛奖" in scenes_of(client, moved, *KINDS, shames=True)


def test_a_long_list_has_as_many_pages_as_show_everyone(session: Session, client: FlaskClient) -> None:
    """Twelve who are all first on each of four lists: four pages of three lists, then four of the fourth."""
    race = start_race(session)
    for number in range(12):
        race.unit(f"u{number}", name=f"第{number}镇")
        race.project(f"u{number}", code=f"P-{number}", started=date(2026, 4, 1))
    lists = [
        {"key": f"red{n}", "name": f"红榜{n}", "among": {"number": most}}
        for n, most in enumerate((12, 4, 1, 5))
    ]
    race.scheme({**FOUR_RATES, "lists": lists})
    race.publish()
    session.commit()
    pages = scenes_of(client, race, "stars").split('data-scene="stars"')[1:]
    listed = [
        [re.findall(r'<li data-unit="(\w+)"', one) for one in page.split('class="group listed')[1:]]
        for page in pages
    ]
    assert [[len(one[:4]) for one in page] for page in listed] == [[3, 3, 3]] * 4 + [[3]] * 4
    assert {unit for page in listed for one in page for unit in one} == {f"u{number}" for number in range(12)}
    assert "另有" not in "".join(page.partition("group listed")[2] for page in pages)


def test_the_stars_of_a_quarter(moved: Race, client: FlaskClient) -> None:
    """October's first is 柳溪, November's 南岸: one each; 柳溪 has 1 and 2 (mean 1.5), 南岸 3 and 1 (mean 2)."""
    shown = scenes_of(client, moved, "stars")
    leading, _, rest = shown.partition("进位之星")
    assert re.findall(r'<li data-unit="(\w+)"', leading) == ["liuxi"]
    assert "2 期中 1 期第一" in leading
    rising, _, lists = rest.partition("红榜")
    assert re.findall(r'<li data-unit="(\w+)"', rising) == ["nanan"]
    assert re.findall(r'<li data-unit="(\w+)"', lists) == ["nanan"]


def test_nobody_is_a_star_by_a_place_without_anything(session: Session, client: FlaskClient) -> None:
    """East and west share the first place with 0.00 points each, then by a rate that neither has: no stars, no scene."""
    race = start_race(session)
    for key in ("east", "west"):
        race.unit(key)
    race.scheme()
    race.publish()
    session.commit()
    assert [row["place"] for row in client.get("/boards/race/1.json").get_json()["standings"]] == [1, 1]
    assert re.findall(r'data-scene="(\w+)"', scenes_of(client, race, "stars", "table")) == ["table"]
    race.scheme({**FOUR_RATES, "composite": False, "lead": "signing"})
    race.publish(date(2026, 11, 30))
    assert re.findall(r'data-scene="(\w+)"', scenes_of(client, race, "stars", "table")) == ["table"]
    race.project("west")
    race.publish(date(2026, 11, 30))
    shown = scenes_of(client, race, "stars")
    assert re.findall(r'<li data-unit="(\w+)"', shown) == ["west"]
    assert "2 期中 1 期第一" in shown


def test_nobody_moves_in_a_first_edition_and_the_scene_is_passed_over(
    session: Session, client: FlaskClient
) -> None:
    race = start_race(session)
    race.unit("east")
    race.scheme()
    race.publish()
    shown = scenes_of(client, race, "movers", "projects", "table")
    assert re.findall(r'data-scene="(\w+)"', shown) == ["table"]


def test_a_course_runs_from_the_lowest_score_to_the_full_mark() -> None:
    """From -20 to 100 are 120: zero stands at 20/120, 40 at 60/120."""
    course = Course(low=Fraction(-20), high=Fraction(100), full_mark=Fraction(100))
    spot = course.spot("40")
    assert (spot.at, spot.rest, spot.is_early) == ("50", "50", False)
    assert course.spot("-20").at == "0"
    assert course.spot(None).run == "0"


def test_two_languages_say_once_what_reads_alike() -> None:
    with speaking_on_screen(BOTH):
        assert both(lambda: escape("2026")) == "2026"
        assert both(lambda: escape("Rank" if language() == "en" else "名次")) == (
            '名次 <span class="also" lang="en">Rank</span>'
        )
    with speaking_on_screen("zh"):
        assert both(lambda: escape("Rank" if language() == "en" else "名次")) == "名次"


def test_where_two_languages_are_spoken_only_names_without_english_stand_alone(
    moved: Race, client: FlaskClient
) -> None:
    shown = [scenes_of(client, moved, *KINDS, lang=BOTH)]
    board = client.get("/boards/race/2.json").get_json()
    with speaking_on_screen(BOTH):
        for step in range(4):
            revealing = revealed(board, None, 10, step)
            shown.append(render(CEREMONY, CHINESE, ceremony=1, **revealing).decode())
    assert all(scene in shown[0] for scene in ("时序", "上升", "新签约", "季度之星"))
    alone = {words.strip(" ·\n") for one in shown for words in ALONE.findall(UNSEEN.sub("", one))}
    assert alone - {""} <= NAMES


def test_the_headline_opens_with_what_there_is(moved: Race, client: FlaskClient) -> None:
    """Neither a total of what was signed nor a next edition: no band that stays empty; with either there is one."""
    board = client.get("/boards/race/2.json").get_json()
    bands = []
    for totals, due in ((board["headlines"], None), ({}, 1_793_000_000_000), ({}, None)):
        told = board | {"headlines": totals, "next_due_at": due}
        drawing = draw(Round(CHINESE, None, ("headline",), False), told, OFFICE)
        assert drawing is not None
        bands.append(drawing.answer[IDENTITY].body.count(b'class="grand"'))
    assert bands == [1, 1, 0]


def test_a_drawing_is_made_once_however_many_ask_at_the_same_moment() -> None:
    drawings, made, started = Drawings(2), [], threading.Event()

    def draw() -> Drawing:
        started.wait(5)
        made.append(1)
        return Drawing({}, len(made))

    found: list[Drawing] = []
    asking = [threading.Thread(target=lambda: found.append(drawings.get("one", draw))) for _ in range(8)]
    for one in asking:
        one.start()
    started.set()
    for one in asking:
        one.join()
    assert (len(made), len({id(one) for one in found}), len(found)) == (1, 1, 8)
    for key in ("two", "three", "one"):
        drawings.get(key, draw)
    assert len(made) == 4
