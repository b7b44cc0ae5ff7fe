"""Journals: text files of date headings with titled posts under each."""

JOURNAL = """\
Friday, 24 October 2014

Renaming the society?

The society has spent a good deal on ‘renaming’ itself.

I would rather  it had not.

Saturday, 18 October 2014

A fair wage ... ?

One has to wonder
how the line was broken here.

"Straight" and “curly” – both stay.

Fears for the old library

It is to close. That is a pity — or so I think.

Thursday, 16 October 2014

‘The Lost Boat’ - a film to come

There is a new film.
"""


def journal(site, text=JOURNAL, **more):
    site.write({"content/posts/notes.txt": text, **more})
    return site.build()


def titles(built):
    import json

    feed = json.loads(built.page("feed.json"))
    return [(item["date_published"][:10], item.get("title", "")) for item in feed["items"]]


def test_each_title_under_each_date_is_a_post_in_the_order_of_the_page(site):
    built = journal(site)
    assert built.exit_code == 0
    assert titles(built) == [
        ("2014-10-24", "Renaming the society?"),
        ("2014-10-18", "A fair wage ... ?"),
        ("2014-10-18", "Fears for the old library"),
        ("2014-10-16", "‘The Lost Boat’ - a film to come"),
    ]
    assert "2014/10/fears-for-the-old-library/index.html" in built.files()


def test_the_front_page_groups_them_under_their_dates(site):
    page = journal(site).page("")
    order = [page.index(text) for text in ("Friday, 24 October 2014", "Renaming the", "Saturday, 18 October 2014",
             "A fair wage", "Fears for", "Thursday, 16 October 2014", "Lost Boat")]  # fmt: skip
    assert order == sorted(order)
    assert page.count("18 October 2014</a>") == 1


def test_paragraphs_quotes_and_dashes_stay_as_they_are(site):
    page = journal(site).page("2014/10/a-fair-wage/")
    assert "<p>One has to wonder\nhow the line was broken here.</p>" in page
    assert "<p>&quot;Straight&quot; and “curly” – both stay.</p>" in page
    assert "I would rather  it had not." in journal(site).page("2014/10/renaming-the-society/")


def test_a_sure_title_is_not_remarked_upon(site):
    assert journal(site).codes == []


def test_a_title_that_could_be_a_sentence_is_said_with_its_line(site):
    text = JOURNAL.replace("Fears for the old library", "What of the old library?")
    problem = journal(site, text).problem("journal-title-doubtful")
    assert problem["severity"] == "warning"
    assert (problem["file"], problem["line"]) == ("content/posts/notes.txt", 18)
    assert "What of the old library?" in problem["message"]
    assert "backslash" in problem["hint"]


def test_a_backslash_makes_a_line_text_and_a_hash_makes_it_a_title(site):
    text = JOURNAL.replace("Fears for the old library", "\\Is it any wonder?").replace(
        "It is to close. That is a pity — or so I think.", "# No. 7, closed.\n\nSo it goes."
    )
    built = journal(site, text)
    assert built.codes == []
    assert ("2014-10-18", "No. 7, closed.") in titles(built)
    assert "<p>Is it any wonder?</p>" in built.page("2014/10/a-fair-wage/")


def test_a_date_with_text_only_is_a_post_without_a_title(site):
    text = "1 May 2020\n\n" + "A long paragraph that nobody would take for a title. " * 5 + "\n"
    built = journal(site, text)
    assert built.exit_code == 0
    assert built.problem("journal-title-missing")["line"] == 3
    assert "2020/05/2020-05-01/index.html" in built.files()


def test_headings_in_several_forms_and_in_the_sites_language(site):
    engine = (site.root / "engine.toml").read_text().replace('"en-GB"', '"de"')
    text = "Freitag, 24. Oktober 2014\n\nEins\n\nText.\n\n2014-10-20\n\nZwei\n\nText.\n\nOctober 19, 2014\n\nDrei\n\nText.\n"
    built = journal(site, text, **{"engine.toml": engine})
    assert [day for day, _ in titles(built)] == ["2014-10-24", "2014-10-20", "2014-10-19"]
    assert "Freitag, 24. Oktober 2014" in built.page("")


def test_a_wrong_weekday_is_said_and_the_date_believed(site):
    problem = journal(site, JOURNAL.replace("Friday, 24", "Monday, 24")).problem("weekday-wrong")
    assert problem["line"] == 1
    assert "Friday" in problem["message"]


def test_a_day_the_calendar_does_not_have_is_an_error(site):
    built = journal(site, JOURNAL.replace("Thursday, 16 October", "31 September"))
    assert built.exit_code == 1
    assert built.problem("date-invalid")["line"] == 22


def test_text_that_went_through_a_wrong_character_set_is_said_with_line_and_column(site):
    broken = "é".encode().decode("cp852")
    problem = journal(site, JOURNAL.replace("a pity", f"a clich{broken}")).problem("text-mistaken")
    assert (problem["line"], problem["column"]) == (20, 32)
    assert "'cliché'" in problem["hint"]


def test_a_text_file_that_begins_otherwise_is_published_as_it_is(site):
    built = journal(site, "Not a date\n\nFriday, 24 October 2014\n\nTitle\n\nText.\n")
    assert built.page("posts/notes.txt").startswith("Not a date")
    assert built.data["posts"] == 0


def test_titles_that_repeat_in_a_month_are_numbered_from_the_oldest(site):
    old = "2 May 2020\n\nNote\n\nThree.\n\nNote\n\nTwo.\n\n1 May 2020\n\nNote\n\nOne.\n"
    for text in (old, "3 May 2020\n\nNote\n\nFour.\n\n" + old):
        built = journal(site, text)
        assert built.exit_code == 0
        for path, words in (("note", "One."), ("note-2", "Two."), ("note-3", "Three.")):
            assert f"<p>{words}</p>" in built.page(f"2020/05/{path}/")


def test_text_may_stand_right_below_a_date(site):
    built = journal(site, "Friday, 24 October 2014\nA title\n\nText.\n\n18 October 2014\nOther\n\nMore.\n")
    assert titles(built) == [("2014-10-24", "A title"), ("2014-10-18", "Other")]


def test_a_date_that_can_be_read_in_two_ways_is_an_error(site):
    built = journal(site, "3/4/2016\n\nTitle\n\nText.\n")
    assert built.exit_code == 1
    assert built.problem("date-invalid")["line"] == 1


def test_markup_in_a_journal_is_text(site):
    built = journal(site, "1 May 2020\n\n<b>Title</b>\n\n<script>alert(1)</script> & *so on*\n")
    page = built.page("2020/05/b-title-b/")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; *so on*" in page
    assert "<b>Title" not in page


def test_a_date_without_a_blank_line_above_it_begins_a_day_too(site):
    built = journal(site, "2 May 2020\n\nOne\n\nText.\n1 May 2020\nTwo\n\nMore.\n")
    assert titles(built) == [("2020-05-02", "One"), ("2020-05-01", "Two")]
    assert "1 May" not in built.page("2020/05/one/").partition('<div class="text')[2].partition("</div>")[0]


def test_a_line_that_looks_like_a_date_is_said_and_a_backslash_makes_it_text(site):
    text = "2 May 2020\n\nOne\n\nText.\n\n{}\n\nMore.\n"
    assert journal(site, text.format("1 Mai of 2020")).problem("journal-date-doubtful")["line"] == 7
    assert journal(site, text.format("\\1 Mai of 2020")).codes == []
