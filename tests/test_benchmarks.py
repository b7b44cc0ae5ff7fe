"""What measures the engine beside others: the same blog for all of them, and sums that are right."""

import hashlib
import re
import sys
from pathlib import Path

import pytest

pytest.importorskip("benchmarks", reason="the benchmarks are not part of an installed package")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")

from benchmarks.__main__ import arguments  # noqa: E402 - there may be nothing to import
from benchmarks.corpus import Corpus  # noqa: E402
from benchmarks.engines import ENGINES  # noqa: E402
from benchmarks.layout import NOTE, Site, write_sites  # noqa: E402
from benchmarks.measure import RunFailed, RunTooLong, measure  # noqa: E402
from benchmarks.report import page, ratios, scenario_table, spread, summary_table, table  # noqa: E402
from benchmarks.results import LeftOut, Measured, Session, read, with_session, write  # noqa: E402
from benchmarks.scenarios import SCENARIOS, WrongOutcome, look_at  # noqa: E402

FOLDER = Path(__file__).parent.parent / "benchmarks"


# The corpus.


def text_of(corpus):
    return [(post, corpus.body(post)) for post in corpus.posts]


def test_one_seed_gives_one_blog():
    assert text_of(Corpus(40, 1)) == text_of(Corpus(40, 1))
    assert text_of(Corpus(40, 1)) != text_of(Corpus(40, 2))


def test_the_blog_is_the_one_that_was_measured():
    """A change of a single byte makes new numbers incomparable with those that are published."""
    digest = hashlib.sha256(repr(text_of(Corpus(50, 1))).encode()).hexdigest()
    assert digest[:16] == "936762f7f83027e8"


def test_the_blog_has_what_it_promises():
    corpus = Corpus(300, 1)
    bodies = [corpus.body(post) for post in corpus.posts]
    words = sum(len(body.split()) for body in bodies) / len(bodies)
    assert 450 < words < 550
    assert sum("\n```" in body for body in bodies) > 30
    assert len({post.moment.date() for post in corpus.posts}) < 200
    assert len({post.slug for post in corpus.posts}) == 300
    assert all(post.tags for post in corpus.posts)
    assert list(corpus.posts) == sorted(corpus.posts, key=lambda post: post.moment)


# The sites.


@pytest.fixture
def sites(tmp_path):
    corpus = Corpus(8, 1)
    made = {name: Site(tmp_path / name, engine(), corpus) for name, engine in ENGINES.items()}
    write_sites(list(made.values()), tmp_path / "engines")
    return made


@pytest.mark.parametrize("name", ENGINES)
def test_every_layout_holds_all_posts(sites, name):
    site = sites[name]
    paths = [site.folder / site.engine.post_file(post) for post in site.corpus.posts]
    assert len(set(paths)) == 8
    for post, path in zip(site.corpus.posts, paths, strict=True):
        text = path.read_text("utf-8")
        assert text.endswith(site.corpus.body(post))
        for part in (post.title, *post.tags, f"{post.moment:%Y-%m-%d}", f"{post.moment:%H:%M}"):
            assert part in text.removesuffix(site.corpus.body(post)), part


@pytest.mark.parametrize("name", ENGINES)
def test_every_change_is_made_in_every_layout(sites, name):
    site = sites[name]

    def files_with(word):
        return {
            path.relative_to(site.folder).as_posix()
            for path in site.folder.rglob("*")
            if path.is_file() and word in path.read_text("utf-8")
        }

    assert site.engine.template in files_with(NOTE)
    site.edit_template("gibbon")
    assert files_with("gibbon") == {site.engine.template}
    site.edit_post("lemur")
    assert files_with("lemur") == {site.engine.post_file(site.corpus.edited_post())}
    site.rename_tag("tarsier")
    assert files_with("tarsier") == {site.engine.post_file(post) for post in site.tagged()} != set()


def test_a_cold_build_finds_nothing_of_earlier_ones(sites):
    site = sites["nikola"]
    before = set(site.folder.iterdir())
    for name in (site.engine.output, "cache"):
        (site.folder / name).mkdir()
    (site.folder / ".doit.db").touch()
    SCENARIOS["cold"].change(site, "")
    assert set(site.folder.iterdir()) == before


# The measuring.


def python(code):
    return [sys.executable, "-c", code]


FORKS = """
import multiprocessing, time
fork = multiprocessing.get_context("fork")
both = fork.Barrier(2)
{shared}

def work():
    {own}
    both.wait()
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass

two = [fork.Process(target=work) for _ in "12"]
[one.start() for one in two]
[one.join() for one in two]
"""
"""Two processes at work at the same time, for 0.2 seconds of processor each."""
MUCH = "much = b'1' * (40 * 2**20)"


@pytest.mark.parametrize(
    ("shared", "own", "least", "most"), [("", MUCH, 80, 120), (MUCH, "", 40, 79)], ids=["their own", "shared"]
)
def test_processors_and_memory_of_child_processes_count_once(tmp_path, shared, own, least, most):
    code = FORKS.format(shared=shared, own=own or "pass")
    cost = measure(python(code), tmp_path, {}, 60, memory=True)
    assert cost.cpu > 0.4
    assert least < cost.memory < most


def test_a_run_that_fails_or_lasts_too_long_gives_no_number(tmp_path):
    with pytest.raises(RunFailed, match="status 3: no luck"):
        measure(python("import sys; print('no luck', flush=True); sys.exit(3)"), tmp_path, {}, 60)
    with pytest.raises(RunTooLong):
        measure(python("import time; time.sleep(60)"), tmp_path, {}, 0.1)


def publish(site, text):
    for name in [*map(site.engine.post_page, site.corpus.posts), "index.html", "sitemap.xml"]:
        path = site.output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def test_output_that_is_not_right_gives_no_number(sites):
    site, template = sites["hugo"], SCENARIOS["template"]
    publish(site, "An old page.")
    with pytest.raises(WrongOutcome, match="8 pages without 'new'"):
        look_at(site, template, "new", "")
    publish(site, "A new page.")
    seen = look_at(site, template, "new", "")
    assert (seen.files, seen.shown, seen.size) == (10, 10, 110 / 2**20)
    (site.output / "sitemap.xml").unlink()
    with pytest.raises(WrongOutcome, match="1 pages missing, such as sitemap"):
        look_at(site, template, "new", "")


# The report.


def run(engine, number, wall, memory=0.0, **other):
    given = {"cpu": wall * 2, "files": 1200, "size": 3.0, "shown": 0, "stale": False, "scenario": "cold"} | other
    return Measured(engine=engine, number=number, wall=wall, memory=memory, **given)


def session(*measured, place="RAM disk", posts=1000, **other):
    given = {"seed": 1, "limit": 60, "started": "2026-11-24T12:00:00+00:00"} | other
    given |= {"machine": {"Memory": "8 GiB"}, "versions": {"pubengine": "0.1", "hugo": "0.168.0"}}
    return Session(place=place, posts=posts, measured=list(measured), **given)


MEASURED = (
    run("pubengine", 0, 90.0, memory=50.0),
    run("hugo", 0, 9.0, memory=200.0),
    *(run("pubengine", number, wall) for number, wall in ((1, 2.0), (2, 4.0), (3, 9.0))),
    *(run("hugo", number, wall) for number, wall in ((1, 1.0), (2, 1.0), (3, 3.0))),
)


def test_a_spread_is_the_middle_between_the_ends():
    assert spread([5.0, 1.0, 2.0]) == (2.0, 1.0, 5.0)
    assert f"{spread([1.0, 3.0]):.1f}" == "2.0 (1.0 to 3.0)"


def test_ratios_are_of_runs_of_one_turn():
    mine, other = MEASURED[2:5], MEASURED[5:]
    assert ratios(mine, other, lambda one: one.wall) == (3.0, 2.0, 4.0)
    assert ratios(mine, other[2:], lambda one: one.wall) == (3.0, 3.0, 3.0)
    assert ratios(mine, [], lambda one: one.wall) is None


def cells(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]


def test_the_table_of_a_scenario_has_times_without_the_run_for_the_memory():
    rows = cells(scenario_table(session(*MEASURED), SCENARIOS["cold"]))
    head, _, mine, hugo = rows
    assert dict(zip(head, mine, strict=True)) == {
        "Engine": "pubengine",
        "Wall, s": "4.00 (2.00 to 9.00)",
        "CPU, s": "8.00",
        "Peak, MiB": "50",
        "Files": "1,200",
        "MiB": "3.0",
        "Shown on": "0",
        "Runs": "3",
        "Wall ratio": "",
        "CPU ratio": "",
        "Memory ratio": "",
    }
    assert hugo[-4:] == ["3", "3.00 (2.00 to 4.00)", "3.00 (2.00 to 4.00)", "0.25"]
    assert scenario_table(session(*MEASURED), SCENARIOS["tag"]) == ""


def test_the_summary_has_a_line_for_each_session_with_pairs():
    some = [session(*MEASURED), session(*MEASURED[2:3], *MEASURED[5:6], place="disk", posts=10_000)]
    some.append(session(*MEASURED[2:3], posts=100_000))
    assert cells(summary_table(some, SCENARIOS["cold"]))[2:] == [
        ["RAM disk, 1,000", "3.00 (2.00 to 4.00)"],
        ["disk, 10,000", "2.00 (2.00 to 2.00)"],
    ]


def test_tables_are_markdown():
    assert table([["A", "Number"], ["long", "1"]]) == "| A    | Number |\n| ---- | -----: |\n| long | 1      |"


def test_the_page_tells_what_is_missing_and_what_is_provisional():
    one = session(*MEASURED, remark="A trial.")
    one.left_out.append(LeftOut("tag", "nikola", "longer than 30 minutes"))
    made = page([one])
    assert "A trial." in made
    assert "Nikola" in made
    assert "longer than 30 minutes" in made
    assert "| Memory | 8 GiB" in made
    assert not re.search(r"\$\w", made)


def test_numbers_are_kept_until_they_are_measured_again(tmp_path):
    old = [session(*MEASURED), session(posts=10_000)]
    write(tmp_path / "results.json", old)
    assert read(tmp_path / "results.json") == old
    new = session(run("hugo", 1, 7.0))
    assert with_session(old, new) == [old[1], new]


# The command line and what is told of it.


def test_the_readme_lists_every_engine_scenario_and_option(capsys):
    readme = (FOLDER / "README.md").read_text("utf-8")
    told = re.findall(r"^\| `([a-z][\w-]*)` \|", readme, re.MULTILINE)
    assert told == [*ENGINES, *SCENARIOS]
    with pytest.raises(SystemExit):
        arguments(["--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert set(re.findall(r"^\| `(--[a-z-]+)", readme, re.MULTILINE)) == options


def test_engines_are_asked_for_by_name(capsys):
    assert arguments(["x", "--engines", "hugo,pubengine"]).engines == ["pubengine", "hugo"]
    with pytest.raises(SystemExit):
        arguments(["x", "--engines", "hugo,wordpress"])
    assert "'wordpress' is none of pubengine, hugo" in capsys.readouterr().err
