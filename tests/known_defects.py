"""What is known to be wrong, test by test. Whoever mends it deletes the entry: a test that passes after all fails.

One place for them all, for many are cases of a parametrized test whose other cases hold.
"""

import pytest

KNOWN_DEFECTS = {
    "an alias may be called like the manifest": [
        "test_bad_addresses.py::test_nothing_takes_the_name_of_the_manifest[/.pubengine-manifest/x]",
        "test_bad_addresses.py::test_nothing_takes_the_name_of_the_manifest[/.pubengine-manifest]",
    ],
    "where a plugin makes the other page, the content file is not the one blamed: the diagnostic has no file": [
        "test_bad_addresses.py::test_two_things_at_one_place_are_an_error_that_names_one_and_publishes_neither[page and front page]",
    ],
    "a closed stdout or stderr is None in Python: a traceback": [
        "test_bad_config.py::test_a_closed_stream_changes_nothing_but_what_is_said[build --json-1]",
        "test_bad_config.py::test_a_closed_stream_changes_nothing_but_what_is_said[build --json-2]",
        "test_bad_config.py::test_a_closed_stream_changes_nothing_but_what_is_said[build-2]",
        "test_bad_config.py::test_a_closed_stream_changes_nothing_but_what_is_said[new x-1]",
        "test_bad_config.py::test_a_closed_stream_changes_nothing_but_what_is_said[plugins --json-1]",
        "test_bad_config.py::test_a_closed_stream_changes_nothing_but_what_is_said[plugins-1]",
    ],
    "the working folder is gone: a traceback": [
        "test_bad_config.py::test_a_folder_that_is_gone_is_told_without_a_traceback[build --json]",
        "test_bad_config.py::test_a_folder_that_is_gone_is_told_without_a_traceback[build]",
        "test_bad_config.py::test_a_folder_that_is_gone_is_told_without_a_traceback[new x]",
        "test_bad_config.py::test_a_folder_that_is_gone_is_told_without_a_traceback[nope]",
        "test_bad_config.py::test_a_folder_that_is_gone_is_told_without_a_traceback[plugins --json]",
        "test_bad_config.py::test_a_folder_that_is_gone_is_told_without_a_traceback[plugins]",
    ],
    "OSError from writing to stdout is a traceback": [
        "test_bad_config.py::test_a_full_disk_behind_stdout_is_status_4[build --json]",
        "test_bad_config.py::test_a_full_disk_behind_stdout_is_status_4[new x]",
        "test_bad_config.py::test_a_full_disk_behind_stdout_is_status_4[plugins --json]",
        "test_bad_config.py::test_a_full_disk_behind_stdout_is_status_4[plugins]",
    ],
    "an unknown language is taken for English without a word": [
        "test_bad_config.py::test_a_language_that_nothing_is_known_of_is_told[qq-QQ]",
        "test_bad_config.py::test_a_language_that_nothing_is_known_of_is_told[zz]",
    ],
    "names of files are encoded by the locale: a traceback, and names called not UTF-8": [
        "test_bad_config.py::test_a_locale_of_ascii_does_not_stop_names_of_other_scripts",
    ],
    "SOURCE_DATE_EPOCH that is out of range is a traceback, that is no number is ignored": [
        "test_bad_config.py::test_a_moment_that_is_none_is_told_without_a_traceback[-1]",
        "test_bad_config.py::test_a_moment_that_is_none_is_told_without_a_traceback[1e9]",
        "test_bad_config.py::test_a_moment_that_is_none_is_told_without_a_traceback[99999999999999]",
        "test_bad_config.py::test_a_moment_that_is_none_is_told_without_a_traceback[\\xb2]",
        "test_bad_config.py::test_a_moment_that_is_none_is_told_without_a_traceback[abc]",
        "test_bad_config.py::test_a_moment_that_is_none_is_told_without_a_traceback[epoch5]",
    ],
    "JSON is written as text in the encoding of the terminal: a traceback": [
        "test_bad_config.py::test_a_terminal_of_ascii_gets_escapes_not_a_traceback[build --json]",
        "test_bad_config.py::test_a_terminal_of_ascii_gets_escapes_not_a_traceback[plugins --json]",
    ],
    "url is not checked beyond its scheme; an unclosed bracket is a traceback": [
        "test_bad_config.py::test_a_value_that_means_nothing_is_told_at_its_line[url-https://example.org/../a/]",
        "test_bad_config.py::test_a_value_that_means_nothing_is_told_at_its_line[url-https://example.org:99999/]",
    ],
    "a path that is too long is a traceback": [
        "test_bad_config.py::test_a_wrong_command_line_is_status_2_and_a_hint[words11]",
    ],
    "msgspec stops at the first wrong value of a table": [
        "test_bad_config.py::test_several_wrong_values_are_all_told[everywhere]",
        "test_bad_config.py::test_several_wrong_values_are_all_told[plugins]",
        "test_bad_config.py::test_several_wrong_values_are_all_told[settings]",
        "test_bad_config.py::test_several_wrong_values_are_all_told[theme]",
        "test_bad_config.py::test_several_wrong_values_are_all_told[types]",
        "test_bad_config.py::test_several_wrong_values_are_all_told[words]",
    ],
    "unbalanced braces in a permalink and unknown keys in a menu entry are let pass": [
        'test_bad_config.py::test_what_is_wrong_is_told_at_its_line[title = "T"\\nurl = "https://example.org/"\\nid = "t"\\n[permalinks]\\nposts = \'/{slug}/{slug\'\\n-config-invalid-5]',
        'test_bad_config.py::test_what_is_wrong_is_told_at_its_line[title = "T"\\nurl = "https://example.org/"\\nid = "t"\\nmenu = [{title = \'x\', url = \'/x/\', nope = 1}]\\n-config-unknown-4]',
    ],
    "new writes a post that cannot be built: its slug is a reserved name": [
        "test_bad_config.py::test_what_new_writes_can_be_built[NUL]",
        "test_bad_config.py::test_what_new_writes_can_be_built[con]",
    ],
    "surrogates of the command line are written as UTF-8: tracebacks, an empty post left behind": [
        "test_bad_config.py::test_words_that_are_not_utf8_are_told_and_leave_nothing_behind[words0]",
        "test_bad_config.py::test_words_that_are_not_utf8_are_told_and_leave_nothing_behind[words1]",
        "test_bad_config.py::test_words_that_are_not_utf8_are_told_and_leave_nothing_behind[words3]",
        "test_bad_config.py::test_words_that_are_not_utf8_are_told_and_leave_nothing_behind[words5]",
    ],
    "&#12; in Markdown, and entities of control characters in raw attributes, reach the feeds, which are then not well-formed": [
        "test_bad_encoding.py::test_feeds_stay_well_formed_whatever_an_entity_names[escape-&#12;]",
    ],
    "without a content folder an empty site is published with status 0": [
        "test_bad_files.py::test_a_content_folder_that_is_gone_does_not_empty_the_site[dangling]",
        "test_bad_files.py::test_a_content_folder_that_is_gone_does_not_empty_the_site[file]",
        "test_bad_files.py::test_a_content_folder_that_is_gone_does_not_empty_the_site[loop]",
        "test_bad_files.py::test_a_content_folder_that_is_gone_does_not_empty_the_site[missing]",
    ],
    "a mistake in a data file is blamed on the plugin 'data', with status 3 and without the file's name": [
        "test_bad_files.py::test_a_data_file_that_cannot_be_read_is_an_error_at_the_file[deep-json]",
        "test_bad_files.py::test_a_data_file_that_cannot_be_read_is_an_error_at_the_file[deep-toml]",
        "test_bad_files.py::test_a_data_file_that_cannot_be_read_is_an_error_at_the_file[file-and-folder]",
    ],
    "a heading that is nearly a date becomes a title: its posts go to the day above": [
        "test_bad_files.py::test_a_date_in_a_journal_that_is_not_understood_is_told[Thurday, 23 October 2014]",
        "test_bad_files.py::test_a_date_in_a_journal_that_is_not_understood_is_told[Thursday 23 October]",
        "test_bad_files.py::test_a_date_in_a_journal_that_is_not_understood_is_told[Thursday, 23 Octber 2014]",
    ],
    "a link in a theme's assets publishes any file of the machine": [
        "test_bad_files.py::test_a_themes_assets_folder_that_leads_out_of_the_site_publishes_nothing",
        "test_bad_files.py::test_a_themes_link_out_of_the_site_publishes_nothing[a.css]",
        "test_bad_files.py::test_a_themes_link_out_of_the_site_publishes_nothing[fonts/a.css]",
    ],
    "a dangling link in a theme's assets is left out without a word": [
        "test_bad_files.py::test_a_themes_link_that_leads_nowhere_is_told",
    ],
    "the first bad data file hides the others": [
        "test_bad_files.py::test_all_data_files_that_cannot_be_read_are_told_in_one_run",
    ],
    "a line feed in a file name reaches the terminal: it can forge a line of the report": [
        "test_bad_files.py::test_an_odd_file_name_is_published_or_told_and_never_reaches_the_terminal_raw[a\\nb.md]",
    ],
    "a file among the posts that no plugin loads is published as it is without a word, a whole journal too": [
        "test_bad_files.py::test_what_looks_like_a_post_and_is_not_one_is_told[2024-05-01-a-+++\\ntitle = 'Good'\\n+++\\nText.\\n]",
        "test_bad_files.py::test_what_looks_like_a_post_and_is_not_one_is_told[2024-05-01-a.htm----\\ntitle: x\\n---\\nText.\\n]",
        "test_bad_files.py::test_what_looks_like_a_post_and_is_not_one_is_told[2024-05-01-a.html-+++\\ntitle = 'Good'\\n+++\\nText.\\n]",
        "test_bad_files.py::test_what_looks_like_a_post_and_is_not_one_is_told[2024-05-01-a.md.txt-+++\\ntitle = 'Good'\\n+++\\nText.\\n]",
        "test_bad_files.py::test_what_looks_like_a_post_and_is_not_one_is_told[2024-05-01-a.mdown-+++\\ntitle = 'Good'\\n+++\\nText.\\n]",
        "test_bad_files.py::test_what_looks_like_a_post_and_is_not_one_is_told[2024-05-01-a.text-+++\\ntitle = 'Good'\\n+++\\nText.\\n]",
        "test_bad_files.py::test_what_looks_like_a_post_and_is_not_one_is_told[journal.txt-# Friday, 24 October 2014\\n\\nTitle\\n\\nText.\\n]",
        "test_bad_files.py::test_what_looks_like_a_post_and_is_not_one_is_told[journal.txt-Friday, 24 October 2014\\nTitle\\n\\nText.\\n]",
        "test_bad_files.py::test_what_looks_like_a_post_and_is_not_one_is_told[journal.txt-Fryday, 24 October 2014\\n\\nTitle\\n\\nText.\\n]",
        "test_bad_files.py::test_what_looks_like_a_post_and_is_not_one_is_told[journal.txt-My journal\\n\\nFriday, 24 October 2014\\n\\nTitle\\n\\nText.\\n]",
    ],
    "a page that no plugin loads is published raw without a word": [
        "test_bad_files.py::test_without_the_plugin_that_reads_it_no_page_is_published_raw",
    ],
    "what a plugin's command raises or returns is not looked at: a traceback": [
        "test_bad_plugins.py::test_a_command_that_fails_is_told_without_a_traceback[raise KeyError('k')-3]",
        "test_bad_plugins.py::test_a_command_that_fails_is_told_without_a_traceback[return 'x'-3]",
        "test_bad_plugins.py::test_a_command_that_fails_is_told_without_a_traceback[return None-None]",
    ],
    "the fields of a Diagnostic are not checked where a plugin gives them: tracebacks": [
        "test_bad_plugins.py::test_a_diagnostic_with_fields_of_the_wrong_kind_is_told_without_a_traceback[Diagnostic('c', 'fatal', 'm')]",
        "test_bad_plugins.py::test_a_diagnostic_with_fields_of_the_wrong_kind_is_told_without_a_traceback[warning('c', '\\\\ud800')]",
        "test_bad_plugins.py::test_a_diagnostic_with_fields_of_the_wrong_kind_is_told_without_a_traceback[warning('c', 'm', None)]",
        "test_bad_plugins.py::test_a_diagnostic_with_fields_of_the_wrong_kind_is_told_without_a_traceback[warning('c', 'm', source.path, '12'), warning('c', 'n', source.path, 3)]",
        "test_bad_plugins.py::test_a_diagnostic_with_fields_of_the_wrong_kind_is_told_without_a_traceback[warning('c', 'm', source.path, 3, 'x'), warning('c', 'm', source.path, 3, 4)]",
        "test_bad_plugins.py::test_a_diagnostic_with_fields_of_the_wrong_kind_is_told_without_a_traceback[warning('c', None)]",
        "test_bad_plugins.py::test_a_diagnostic_with_fields_of_the_wrong_kind_is_told_without_a_traceback[warning(5, 'm')]",
    ],
    "load may answer with no posts: the file is dropped with status 0 without a word": [
        "test_bad_plugins.py::test_a_file_that_a_plugin_takes_and_makes_nothing_of_is_told[()]",
        "test_bad_plugins.py::test_a_file_that_a_plugin_takes_and_makes_nothing_of_is_told[[]]",
        "test_bad_plugins.py::test_a_file_that_a_plugin_takes_and_makes_nothing_of_is_told[iter([])]",
    ],
    "pluggy leaves out arguments with defaults and keyword-only ones: the hook never gets them": [
        "test_bad_plugins.py::test_a_hook_gets_every_argument_that_it_names_however_it_is_declared[default]",
        "test_bad_plugins.py::test_a_hook_gets_every_argument_that_it_names_however_it_is_declared[defaults]",
        "test_bad_plugins.py::test_a_hook_gets_every_argument_that_it_names_however_it_is_declared[keyword]",
        "test_bad_plugins.py::test_a_hook_gets_every_argument_that_it_names_however_it_is_declared[positional]",
    ],
    "text that cannot be UTF-8 is encoded outside the guard: a traceback": [
        "test_bad_plugins.py::test_a_page_that_cannot_be_made_is_a_failure_of_its_plugin['\\\\ud800']",
    ],
    "the fields of a Page are not checked where a plugin gives them": [
        "test_bad_plugins.py::test_a_page_with_fields_of_the_wrong_kind_is_told_without_a_traceback[path='x', copy='content']",
        "test_bad_plugins.py::test_a_page_with_fields_of_the_wrong_kind_is_told_without_a_traceback[path='x', copy='nope']",
        "test_bad_plugins.py::test_a_page_with_fields_of_the_wrong_kind_is_told_without_a_traceback[path='x', make=make, title=5, updated='y']",
        "test_bad_plugins.py::test_a_page_with_fields_of_the_wrong_kind_is_told_without_a_traceback[path='x', template=5]",
        "test_bad_plugins.py::test_a_page_with_fields_of_the_wrong_kind_is_told_without_a_traceback[path='x.html', make=make, updated='y']",
        "test_bad_plugins.py::test_a_page_with_fields_of_the_wrong_kind_is_told_without_a_traceback[path=5, make=make]",
        "test_bad_plugins.py::test_a_page_with_fields_of_the_wrong_kind_is_told_without_a_traceback[path=None, make=make]",
        "test_bad_plugins.py::test_a_page_with_fields_of_the_wrong_kind_is_told_without_a_traceback[path=__import__('pathlib').Path('x'), make=make]",
    ],
    "only Exception and SystemExit are caught from plugins: a traceback": [
        "test_bad_plugins.py::test_a_plugin_that_cannot_be_imported_is_told_at_its_line[base]",
        "test_bad_plugins.py::test_an_exception_of_the_programs_own_kind_is_a_failure_too[check]",
        "test_bad_plugins.py::test_an_exception_of_the_programs_own_kind_is_a_failure_too[describe]",
        "test_bad_plugins.py::test_an_exception_of_the_programs_own_kind_is_a_failure_too[emit]",
        "test_bad_plugins.py::test_an_exception_of_the_programs_own_kind_is_a_failure_too[load]",
    ],
    "paths are relative to the working folder, which a plugin may change": [
        "test_bad_plugins.py::test_a_plugin_that_goes_elsewhere_takes_nothing_along[]",
        "test_bad_plugins.py::test_a_plugin_that_goes_elsewhere_takes_nothing_along[emit]",
    ],
    'the fields of a Post are not checked where a plugin gives them: tracebacks, others blamed, kind="note" lost': [
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[aliases=('/../../x',)]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[authors='abc']",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[body=5]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[body=None]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[body=b'x']",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[date='2024-01-01']",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[date=None]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[date=__import__('datetime').date(2024, 1, 1)]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[date=__import__('datetime').datetime(2024, 1, 1)]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[draft='no']",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[excerpt=None]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[expires='x']",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[id='']",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[id=None]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[kind='note']",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[kind=None]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[line='x']",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[meta=None]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[position='x']",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[problems=('x',)]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[problems=None]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[slug='a/b']",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[slug=5]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[source=None]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[tags='abc']",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[tags=(5,)]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[tags=None]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[title=5]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[title=None]",
        "test_bad_plugins.py::test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post[updated='x']",
    ],
    "template filters and their names are not checked": [
        "test_bad_plugins.py::test_a_result_of_the_wrong_kind_is_an_error_that_names_the_hook[template_filters-{'x': 5}]",
        "test_bad_plugins.py::test_a_result_of_the_wrong_kind_is_an_error_that_names_the_hook[template_filters-{5: len}]",
    ],
    "iterators other than generators are read outside the guard: a traceback": [
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[Lazy()-check]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[Lazy()-check_site]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[Lazy()-emit]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[Lazy()-load]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[Lazy()-suffixes]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[Lazy()-summarize]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[filter(lambda one: 1 / 0, [1])-check]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[filter(lambda one: 1 / 0, [1])-check_site]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[filter(lambda one: 1 / 0, [1])-emit]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[filter(lambda one: 1 / 0, [1])-load]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[filter(lambda one: 1 / 0, [1])-suffixes]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[filter(lambda one: 1 / 0, [1])-summarize]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[map(lambda one: 1 / 0, [1])-check]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[map(lambda one: 1 / 0, [1])-check_site]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[map(lambda one: 1 / 0, [1])-emit]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[map(lambda one: 1 / 0, [1])-load]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[map(lambda one: 1 / 0, [1])-suffixes]",
        "test_bad_plugins.py::test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin[map(lambda one: 1 / 0, [1])-summarize]",
    ],
    "the plugin encoding decodes sources that another plugin reads in its own way": [
        "test_bad_plugins.py::test_a_source_that_is_not_text_is_no_business_of_others",
    ],
    "the fields of a Post are not checked after a transform: lost posts, tracebacks": [
        "test_bad_plugins.py::test_a_transform_that_spoils_a_post_is_an_error_never_a_lost_post[body=None]",
        "test_bad_plugins.py::test_a_transform_that_spoils_a_post_is_an_error_never_a_lost_post[date=None]",
        "test_bad_plugins.py::test_a_transform_that_spoils_a_post_is_an_error_never_a_lost_post[id='']",
        "test_bad_plugins.py::test_a_transform_that_spoils_a_post_is_an_error_never_a_lost_post[kind='note']",
    ],
    "getattr on what a plugin holds may raise: a traceback": [
        "test_bad_plugins.py::test_an_object_that_cannot_be_asked_is_no_hook",
    ],
    "what a settings class raises while it is read is not caught: a traceback": [
        "test_bad_plugins.py::test_settings_that_cannot_be_used_are_told_without_a_traceback[raises-key]",
        "test_bad_plugins.py::test_settings_that_cannot_be_used_are_told_without_a_traceback[unknown-name]",
        "test_bad_plugins.py::test_settings_that_cannot_be_used_are_told_without_a_traceback[unknown-type]",
    ],
    "what is written to descriptor 1 goes into the JSON": [
        "test_bad_plugins.py::test_what_a_plugin_prints_does_not_spoil_the_json[import os; os.system('echo noise')]",
        "test_bad_plugins.py::test_what_a_plugin_prints_does_not_spoil_the_json[import os; os.write(1, b'noise')]",
    ],
    "SystemExit of a filter or function ends the program: status 0, nothing published, nothing said": [
        "test_bad_templates.py::test_a_function_that_leaves_the_program_is_a_failure[filters-import sys; sys.exit(0)]",
        "test_bad_templates.py::test_a_function_that_leaves_the_program_is_a_failure[filters-raise SystemExit('bye')]",
        "test_bad_templates.py::test_a_function_that_leaves_the_program_is_a_failure[filters-raise SystemExit(0)]",
        "test_bad_templates.py::test_a_function_that_leaves_the_program_is_a_failure[filters-raise SystemExit]",
        "test_bad_templates.py::test_a_function_that_leaves_the_program_is_a_failure[functions-import sys; sys.exit(0)]",
        "test_bad_templates.py::test_a_function_that_leaves_the_program_is_a_failure[functions-raise SystemExit('bye')]",
        "test_bad_templates.py::test_a_function_that_leaves_the_program_is_a_failure[functions-raise SystemExit(0)]",
        "test_bad_templates.py::test_a_function_that_leaves_the_program_is_a_failure[functions-raise SystemExit]",
    ],
    "the template is named without its folder": [
        "test_bad_templates.py::test_a_template_that_is_not_utf8_is_named_with_its_folder",
    ],
    "theme.toml is not checked for types: tracebacks": [
        "test_bad_templates.py::test_a_theme_that_is_described_wrongly_is_a_configuration_error[[words]\\na = 5\\n]",
        "test_bad_templates.py::test_a_theme_that_is_described_wrongly_is_a_configuration_error[inherits = 5\\n]",
        'test_bad_templates.py::test_a_theme_that_is_described_wrongly_is_a_configuration_error[inherits = ["paper"]\\n]',
        "test_bad_templates.py::test_a_theme_that_is_described_wrongly_is_a_configuration_error[options = 5\\n]",
        "test_bad_templates.py::test_a_theme_that_is_described_wrongly_is_a_configuration_error[words = 5\\n]",
    ],
    "theme names that are empty or too long are not checked: a traceback": [
        "test_bad_templates.py::test_a_theme_that_is_not_there_is_a_configuration_error[]",
        "test_bad_templates.py::test_a_theme_that_is_not_there_is_a_configuration_error[name8]",
    ],
    "foreign files are looked for at the start only: what comes later is deleted with the old tree": [
        "test_output_folder.py::test_a_file_put_in_while_a_build_runs_is_never_lost",
    ],
    "resolve and is_symlink raise for loops and long names: tracebacks": [
        "test_output_folder.py::test_an_output_that_cannot_be_a_folder_is_told_without_a_traceback[loop/x]",
        "test_output_folder.py::test_an_output_that_cannot_be_a_folder_is_told_without_a_traceback[loop]",
        "test_output_folder.py::test_an_output_that_cannot_be_a_folder_is_told_without_a_traceback[place4]",
    ],
    "the manifest does not say whose it is: another site's output is replaced": [
        "test_output_folder.py::test_another_sites_output_is_refused",
    ],
    "the folder's mode is lost with each build": [
        "test_output_folder.py::test_the_folder_keeps_its_permissions",
    ],
    "the process id is looked for after the first hyphen of the name: a running build loses its tree": [
        "test_output_folder.py::test_the_tree_of_a_build_that_runs_is_left_alone[site-99999999-v2]",
    ],
    '--output . fails with "Device or resource busy" and no hint': [
        "test_output_folder.py::test_the_working_folder_can_be_the_output[./.]",
        "test_output_folder.py::test_the_working_folder_can_be_the_output[.]",
        "test_output_folder.py::test_the_working_folder_can_be_the_output[]",
        "test_output_folder.py::test_the_working_folder_can_be_the_output[sub/..]",
    ],
    "the process id is looked for after the first hyphen of the name; the name is used as a glob": [
        "test_output_folder.py::test_what_a_killed_build_left_behind_is_swept_away[[x]]",
        "test_output_folder.py::test_what_a_killed_build_left_behind_is_swept_away[my-site]",
    ],
    "html.parser raises AssertionError for <![x inside raw HTML: status 3, and the plugin is blamed": [
        "test_bad_markdown.py::test_no_html_is_taken_for_a_failure_of_the_plugin[<div>\\n<![x\\n</div>]",
        "test_bad_markdown.py::test_no_html_is_taken_for_a_failure_of_the_plugin[<div><![foo[bar\\n</div>]",
        "test_bad_markdown.py::test_no_html_is_taken_for_a_failure_of_the_plugin[<div>\\n<![http://a.b[ x\\n</div>]",
    ],
    "what follows a comment on its line may vanish without a word": [
        "test_bad_markdown.py::test_no_text_is_lost_without_an_error_or_a_warning_that_says_so[<!-- a --><![Lost.]",
    ],
}

_REASONS = {name: reason for reason, names in KNOWN_DEFECTS.items() for name in names}


@pytest.fixture(autouse=True)
def known_defects(request):
    """Expects a test to fail that is in the table."""
    reason = _REASONS.get(f"{request.node.path.name}::{request.node.name}")
    if reason:
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason))
