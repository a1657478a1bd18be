"""The tags, filters and components of the look, rendered as a page renders them."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import get_template, render_to_string
from django.test import override_settings
from django.utils import timezone

from common.looks import ICONS, STATES
from common.templatetags import ui

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
TONES = {"idle", "wait", "busy", "good", "bad", "past"}
# The state words of the design, section 4, and of requirements and votes.
DESIGN_WORDS = [
    "ingesting",
    "verifying",
    "sealed",
    "refused",
    "withdrawn",
    "draft",
    "in_review",
    "voting",
    "approved",
    "rejected",
    "lapsed",
    "cancelled",
    "effective",
    "placed",
    "review_due",
    "lifted",
    "submitted",
    "returned",
    "awaiting_second",
    "declined",
    "referred",
    "appealed",
    "pending_terms",
    "queued",
    "active",
    "suspended",
    "revoked",
    "expired",
    "relinquished",
    "superseded",
    "scheduled",
    "published",
    "retired",
    "draining",
    "decommissioned",
    "satisfied",
    "unsatisfied",
    "overridden",
    "not_applicable",
    "error",
    "approve",
    "reject",
    "abstain",
    "none",
    "api_named",
    "api_public",
    "weights_gated",
    "weights_open",
    "admissions",
    "all",
]


class Question(forms.Form):
    """One field of each shape."""

    name = forms.CharField(help_text="As in the register.")
    use = forms.ChoiceField(widget=forms.RadioSelect, choices=[("a", "Research"), ("b", "Other")])
    note = forms.CharField(widget=forms.Textarea, required=False)
    region = forms.ChoiceField(choices=[("eu", "European Union")])
    agree = forms.BooleanField(label="I agree")
    secret = forms.CharField(widget=forms.HiddenInput)


def render(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def component(name: str, **context: Any) -> str:
    return render_to_string(f"components/{name}.html", context)


@pytest.mark.parametrize("word", DESIGN_WORDS)
def test_every_word_of_the_design_has_a_tag(word: str) -> None:
    assert STATES[word].tone in TONES
    assert STATES[word].icon in ICONS
    assert str(STATES[word].label) in render("{% status word %}", word=word)


def test_no_tag_relies_on_its_colour() -> None:
    html = render('{% status "suspended" %}')
    assert "<svg" in html
    assert "Suspended" in html


def test_an_unknown_state_is_shown_rather_than_hidden() -> None:
    assert "Half open" in render('{% status "half_open" %}')
    assert render("{% status word %}", word=None) == ui.NOTHING


def test_a_status_label_is_escaped() -> None:
    assert "<b>" not in render('{% status "draft" label=label %}', label="<b>")


def test_when_gives_the_absolute_time_its_zone_and_the_relative_one() -> None:
    moment = timezone.now() - timedelta(hours=2)
    with override_settings(TIME_ZONE="UTC"), timezone.override(UTC):
        html = ui.when(moment)
    assert f"{moment:%Y}, {moment:%H:%M} UTC" in html
    assert "2\N{NO-BREAK SPACE}hours ago" in html
    assert f'datetime="{moment.isoformat()}"' in html


@pytest.mark.parametrize(
    ("delta", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=30), "in less than a minute"),
        (timedelta(days=3, minutes=1), "in 3\N{NO-BREAK SPACE}days"),
        (timedelta(days=-1, minutes=-1), "1\N{NO-BREAK SPACE}day ago"),
    ],
)
def test_ago_speaks_of_past_and_future(delta: timedelta, words: str) -> None:
    assert words in ui.ago(timezone.now() + delta)


def test_day_leaves_out_the_hour() -> None:
    assert "5 Jan 2026<" in ui.day(date(2026, 1, 5))
    with timezone.override(UTC):
        assert "5 Jan 2026<" in ui.day(datetime(2026, 1, 5, 23, 59, tzinfo=UTC))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (90, "1 minute 30 seconds"),
        (timedelta(days=14), "14 days"),
        (timedelta(days=1, hours=2, minutes=3), "1 day 2 hours"),
    ],
)
def test_span_names_the_two_largest_units(value: timedelta | int, words: str) -> None:
    assert ui.span(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (62_400_123, "62.4 MB"),
        (999_960, "1.0 MB"),
        (5_000_000_000_000_000, "5000.0 TB"),
    ],
)
def test_sizes_are_decimal(value: int, words: str) -> None:
    assert ui.bytes_size(value).replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.mark.parametrize("name", ["when", "ago", "day", "span", "bytes", "digest"])
@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_a_dash_and_not_an_error(name: str, nothing: str | None) -> None:
    assert render("{{ value|" + name + " }}", value=nothing) == ui.NOTHING


def test_a_digest_is_short_with_the_whole_in_its_title() -> None:
    html = ui.digest("a" * 64)
    assert f'title="{"a" * 64}"' in html
    assert ">" + "a" * 12 + "\N{HORIZONTAL ELLIPSIS}<" in html
    assert "title" not in ui.digest("abc")


def test_the_last_breadcrumb_is_this_page() -> None:
    html = render('{% crumbs "Models" "/models/" name "" %}', name="<heron>")
    assert '<a href="/models/">Models</a>' in html
    assert '<span aria-current="page">&lt;heron&gt;</span>' in html


def test_page_header_keeps_its_actions_and_escapes_its_title() -> None:
    html = render(
        '{% pageheader title status="sealed" %}<a href="/x">Go</a>{% endpageheader %}', title="<i>"
    )
    assert "&lt;i&gt;" in html
    assert '<a href="/x">Go</a>' in html
    assert "Sealed" in html


def test_block_tags_escape_what_the_page_put_in_them() -> None:
    for tag in ('panel "T"', 'notice tone="warn"', 'disclosure "L"'):
        name = tag.split()[0]
        html = render(f"{{% {tag} %}}<p>{{{{ text }}}}</p>{{% end{name} %}}", text="<script>")
        assert "<p>&lt;script&gt;</p>" in html


def test_a_refused_form_links_each_error_to_its_field() -> None:
    html = component("form", form=Question({"note": "kept"}), submit="Send")
    for target in ("id_name", "id_use_0", "id_agree"):
        assert f'href="#{target}"' in html
        assert f'id="{target}"' in html
    assert "Name: This field is required." in html
    assert "kept" in html
    assert "Secret: " in html


def test_an_untouched_form_has_no_summary() -> None:
    html = component("form", form=Question())
    assert "error-summary" not in html
    assert "csrfmiddlewaretoken" in component("form", form=Question(), csrf_token="t")


def test_fields_are_tied_to_their_help_and_errors() -> None:
    html = component("fields", form=Question({}))
    name = re.search(r'<input[^>]*name="name"[^>]*>', html)
    assert name
    assert 'aria-describedby="id_name_helptext id_name_error"' in name[0]
    assert 'aria-invalid="true"' in name[0]
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert "<fieldset" in html
    assert "<legend" in html
    assert html.count("(optional)") == 1
    assert "form-select" in html


def test_errors_of_several_forms_stand_in_one_summary() -> None:
    forms_ = [Question({}, prefix="a"), Question({}, prefix="b")]
    problems = ui.form_errors("", forms_)
    assert {"id_a-name", "id_b-name"} <= {problem["target"] for problem in problems}


def test_a_held_stepper_says_so_in_words() -> None:
    stages = [
        {"name": "Internal", "state": "past"},
        {"name": "Trusted API", "state": "present", "soak": "6 of 14 days soaked"},
        {"name": "Public API", "state": "next"},
        {"name": "Gated weights", "state": "future"},
    ]
    html = component("stepper", stages=stages, hold={"label": "Nothing leaves", "reason": "Leak."})
    assert html.count('aria-current="step"') == 1
    for words in ("Passed", "Now here, on hold", "Proposed next", "Not reached", "Leak."):
        assert words in html
    assert "Now here" in component("stepper", stages=stages)
    assert "on hold" not in component("stepper", stages=stages)


def test_a_verdict_says_what_to_do_about_each_cross() -> None:
    checks = [
        {
            "state": "no",
            "name": "Terms",
            "todo": "Accept them.",
            "url": "/terms",
            "url_label": "Go",
        },
        {"state": "yes", "name": "Clearance"},
    ]
    html = component(
        "verdict", verdict={"allowed": False, "sentence": "Not yet.", "checks": checks}
    )
    assert "Not met:" in html
    assert "Accept them." in html
    assert 'href="/terms"' in html
    assert "verdict-no" in html


def test_a_verdict_folds_what_does_not_stop() -> None:
    checks = [{"state": state, "name": state} for state in ("no", "waiting", "yes", "na", "na")]
    verdict = {"allowed": False, "sentence": "Not yet.", "checks": checks}
    shown, folded = component("verdict", verdict=verdict).split("<details")
    assert "1 rule met, 2 do not apply" in folded
    assert "Not met:" in shown
    assert "Waiting:" in shown
    assert "<details" not in component("verdict", verdict=verdict, all_open=True)


@pytest.mark.parametrize(
    ("states", "words"),
    [
        (["satisfied", "overridden"], "Nothing blocks the vote."),
        (["error", "satisfied"], "1 of 2 requirements blocks the vote."),
        (["error", "unsatisfied", "satisfied"], "2 of 3 requirements block the vote."),
    ],
)
def test_the_requirements_panel_counts_what_blocks(states: list[str], words: str) -> None:
    assert ui.requirements_summary([{"state": state} for state in states]) == words
    assert ui.requirements_summary([SimpleNamespace(state=state) for state in states]) == words


def test_a_timeline_without_entries_says_what_will_stand_there() -> None:
    assert "newest first" in component("timeline", entries=[])
    entries = [{"sentence": "A hold was placed.", "actor": "Safety seat", "when": timezone.now()}]
    assert "just now" in component("timeline", entries=entries)


def test_a_secret_to_copy_warns_that_it_is_shown_once() -> None:
    assert "only once" in component("copy", code="slu_x", secret=True)
    assert "only once" not in component("copy", code="curl")


@pytest.mark.parametrize("name", ["400", "403_csrf", "500"])
def test_failure_pages_need_no_context(name: str) -> None:
    html = get_template(f"{name}.html").render()
    assert "<h1>" in html
    assert 'href="/"' in html


def test_the_conflict_page_gives_the_reason() -> None:
    html = get_template("409.html").render({"reason": "The vote closed.", "next_url": "/m/"})
    assert "The vote closed." in html
    assert 'href="/m/"' in html


# Mail is no page of ours: its readers know nothing but inline styles.
PAGES = [path for path in sorted(TEMPLATES.rglob("*.html")) if path.parent.name != "mail"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_template_needs_an_unsafe_content_policy(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", source)
    for attributes in re.findall(r"<script([^>]*)>", source):
        assert "src=" in attributes or 'type="application/json"' in attributes


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_every_template_compiles(path: Path) -> None:
    get_template(str(path.relative_to(TEMPLATES)))
