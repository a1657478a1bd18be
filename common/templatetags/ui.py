"""Tags and filters of the look: status tags, icons, dates, sizes, and blocks with a body.

They take plain data only.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext, ngettext, ngettext_lazy

from common.browsers import browser_name
from common.looks import ICONS, STATES, State
from common.request_id import current_request_id
from common.taxonomy import codes_of

register = template.Library()

NOTHING = "\N{EN DASH}"


@register.simple_tag
def icon(name: str) -> SafeString:
    """An inline shape for decoration beside words; screen readers skip it."""
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"'
        ' focusable="false"><path d="{}"/></svg>',
        ICONS.get(name, ICONS["dot"]),
    )


@register.simple_tag
def status(word: str | None, label: str | Promise | None = None) -> SafeString:
    """The status tag of a state word. An unknown word is shown in grey rather than not at all."""
    if not word:
        return SafeString(NOTHING)
    state = STATES.get(word) or State(word.replace("_", " ").capitalize(), "idle", "dot")
    return format_html(
        '<span class="tag tag-{}">{}<span>{}</span></span>',
        state.tone,
        icon(state.icon),
        label or state.label,
    )


def _clock_time(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{formats.date_format(local, 'j M Y, H:i')} {local.tzname()}"


def _relative(moment: datetime) -> str:
    now = timezone.now()
    if abs(now - moment) < timedelta(minutes=1):
        return gettext("just now") if moment <= now else gettext("in less than a minute")
    if moment < now:
        return gettext("%(time)s ago") % {"time": timesince(moment, now, depth=1)}
    return gettext("in %(time)s") % {"time": timeuntil(moment, now, depth=1)}


def _aware(value: date | datetime) -> datetime:
    """A plain date is the start of that day, so that a mixed list can be shown by one filter."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time.min)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


@register.filter
def in_state(checks: Iterable[Any] | None, states: str) -> list[Any]:
    """Those of a verdict's checks whose state is one of the words."""
    wanted = states.split()
    return [
        check
        for check in checks or ()
        if (check["state"] if isinstance(check, dict) else check.state) in wanted
    ]


@register.filter
def when(value: datetime | None) -> SafeString:
    """Absolute time with its zone, and the relative one beside it."""
    if not value:
        return SafeString(NOTHING)
    moment = _aware(value)
    return format_html(
        '<time datetime="{}">{}<span class="relative"> ({})</span></time>',
        moment.isoformat(),
        _clock_time(moment),
        _relative(moment),
    )


@register.filter
def browser(user_agent: str | None) -> SafeString:
    """The browser's name; all that it said of itself on hover."""
    said = user_agent or ""
    return format_html('<span title="{}">{}</span>', said, browser_name(said))


@register.filter
def ago(value: datetime | None) -> SafeString:
    """Relative time, the absolute one on hover: for lists where space is short."""
    if not value:
        return SafeString(NOTHING)
    moment = _aware(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        _clock_time(moment),
        _relative(moment),
    )


@register.filter
def day(value: date | datetime | None) -> SafeString:
    """A calendar day, such as the end of a grant."""
    if not value:
        return SafeString(NOTHING)
    shown = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html(
        '<time datetime="{}">{}</time>', shown.isoformat(), formats.date_format(shown, "j M Y")
    )


SPANS = [
    (86400, ngettext_lazy("%d day", "%d days")),
    (3600, ngettext_lazy("%d hour", "%d hours")),
    (60, ngettext_lazy("%d minute", "%d minutes")),
    (1, ngettext_lazy("%d second", "%d seconds")),
]


@register.filter
def span(value: timedelta | float | str | None) -> str:
    """A length of time in its two largest units."""
    if value is None or isinstance(value, str):
        return NOTHING
    left = int(value.total_seconds() if isinstance(value, timedelta) else value)
    if left < 60:
        return str(SPANS[-1][1] % max(left, 0))
    parts = []
    for seconds, words in SPANS:
        count, left = divmod(left, seconds)
        if count:
            parts.append(str(words % count))
    return " ".join(parts[:2])


@register.filter
def figures(value: float | None) -> str:
    """A score to six figures, as it is written everywhere: 0.05, never 0,05."""
    return NOTHING if value is None else f"{value:.6g}"


@register.filter(name="bytes")
def bytes_size(value: int | str | None) -> str:
    """A size in decimal units, as model hubs and disk makers count."""
    if value is None or isinstance(value, str):
        return NOTHING
    size = float(value)
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        # 999.95 would be rounded up to 1000.0 of the smaller unit.
        if size < 999.95 or unit == "TB":
            break
        size /= 1000
    number = str(int(size)) if unit == "bytes" else formats.number_format(round(size, 1), 1)
    return f"{number}\N{NO-BREAK SPACE}{'byte' if size == 1 and unit == 'bytes' else unit}"


@register.filter
def digest(value: str | None, length: int = 12) -> SafeString:
    """The head of a digest; the whole of it in the title."""
    if not value:
        return SafeString(NOTHING)
    text = str(value)
    if len(text) <= length:
        return format_html('<code class="digest">{}</code>', text)
    return format_html(
        '<code class="digest" title="{}">{}\N{HORIZONTAL ELLIPSIS}</code>', text, text[:length]
    )


_REDACTED = re.compile(r"\[redacted: ([^\[\]]{1,200})\]")


@register.filter
def redactable(value: str | None) -> SafeString:
    """Paragraphs in which `[redacted: why]` is marked as what was left out."""
    marked = _REDACTED.sub(
        lambda found: f'<span class="redacted">{gettext("Redacted:")} {found[1]}</span>',
        linebreaks(value or "", autoescape=True),
    )
    return SafeString(marked)


@register.simple_tag
def taxonomy(
    *controls: str,
    codes: Iterable[str] | None = None,
    short: bool = False,
) -> SafeString:
    """The codes that a control answers, small: those that are given, else the control's own.

    `short`: the numbers alone, for a narrow place; their names are told on pointing at them.
    """
    found = codes_of(*controls, given=codes or ())
    if not found:
        return SafeString("")
    return format_html(
        '<small class="taxonomy"><span class="visually-hidden">{} </span>{}</small>',
        gettext("AI Risk Mitigation Taxonomy:"),
        format_html_join(
            " \N{MIDDLE DOT} ",
            '<span title="{}">{}{}{}</span>',
            (
                (
                    f"{c.name}: {c.meaning}" if short else c.meaning,
                    "v2 " if c.version == "v2" else "",
                    c.number,
                    format_html('<span class="visually-hidden"> {}</span>', c.name)
                    if short
                    else f" {c.name}",
                )
                for c in found
            ),
        ),
    )


@register.simple_tag
def crumbs(*pairs: str) -> SafeString:
    """The breadcrumb trail from label, URL, label, URL; the last one is this page."""
    steps = list(zip(pairs[::2], pairs[1::2], strict=True))
    items: Iterable[tuple[SafeString]] = [
        (
            format_html('<a href="{}">{}</a>', url, label)
            if url
            else format_html('<span aria-current="page">{}</span>', label),
        )
        for label, url in steps
    ]
    return format_html(
        '<nav class="crumbs" aria-label="{}"><ol>{}</ol></nav>',
        gettext("Breadcrumbs"),
        format_html_join("", "<li>{}</li>", items),
    )


@register.simple_tag
def request_id() -> str:
    """The id of this request, for the error pages; it needs no context."""
    return current_request_id()


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """A field's control with the classes of the look added to its own."""
    control = field.field.widget
    attrs: dict[str, str | bool] = {}
    own = control.attrs.get("class", "")
    if isinstance(control, forms.Select) and not isinstance(control, forms.RadioSelect):
        attrs["class"] = f"form-select {own}".strip()
    elif not isinstance(control, forms.CheckboxInput):
        attrs["class"] = f"form-control {own}".strip()
    # The label says it already, and stays while somebody types.
    control.attrs.pop("placeholder", None)
    if field.errors and "class" in attrs:
        attrs["class"] = f"{attrs['class']} is-invalid"
    return field.as_widget(attrs=attrs)


@register.filter
def field_target(field: BoundField) -> str:
    """The id that a link in the error summary jumps to."""
    return f"{field.auto_id}_0" if field.use_fieldset else str(field.auto_id)


@register.simple_tag
def form_errors(
    form: forms.BaseForm | str = "", several: Iterable[forms.BaseForm] | str = ""
) -> list[dict[str, str]]:
    """Every error of one form or of several, each with the id of the field to jump to."""
    problems: list[dict[str, str]] = []
    for each in list(several) or ([form] if isinstance(form, forms.BaseForm) else []):
        if not isinstance(each, forms.BaseForm) or not each.is_bound:
            continue
        problems += [{"text": str(text), "target": ""} for text in each.non_field_errors()]
        for field in each:
            target = "" if field.is_hidden else field_target(field)
            # The label goes first: five times "This field is required." would help nobody.
            label = str(field.label).rstrip(".:?")
            problems += [{"text": f"{label}: {text}", "target": target} for text in field.errors]
    return problems


@register.simple_tag
def requirements_summary(requirements: Iterable[Any]) -> str:
    """How many requirements keep the vote from opening, in words."""
    states = [each["state"] if isinstance(each, dict) else each.state for each in requirements]
    blocking = sum(state in ("unsatisfied", "error") for state in states)
    if not blocking:
        return gettext("Nothing blocks the vote.")
    return ngettext(
        "%(blocking)d of %(all)d requirements blocks the vote.",
        "%(blocking)d of %(all)d requirements block the vote.",
        blocking,
    ) % {"blocking": blocking, "all": len(states)}


@register.simple_block_tag
def pageheader(
    content: str,
    title: str,
    lede: str = "",
    status: str = "",
    eyebrow: str = "",
    status_label: str = "",
) -> str:
    """The page's h1 with its status and lede; the body holds the actions."""
    return render_to_string(
        "components/pageheader.html",
        {
            "actions": SafeString(content.strip()),
            "title": title,
            "lede": lede,
            "status": status,
            "status_label": status_label,
            "eyebrow": eyebrow,
        },
    )


@register.simple_block_tag
def panel(
    content: str,
    title: str,
    id: str = "",  # noqa: A002 - as the HTML attribute is called
    tone: str = "",
    level: int = 2,
) -> str:
    """A section under a hairline."""
    context = {"content": content, "title": title, "id": id, "tone": tone, "level": level}
    return render_to_string("components/panel.html", context)


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: str = "") -> str:
    """Something to know before reading on."""
    context = {"content": content, "tone": tone, "title": title}
    return render_to_string("components/notice.html", context)


@register.simple_block_tag
def disclosure(
    content: str,
    label: str,
    open: bool = False,  # noqa: A002 - as the HTML attribute is called
) -> str:
    """Detail that may be opened, without a script."""
    context = {"content": content, "label": label, "open": open}
    return render_to_string("components/disclosure.html", context)
