"""Markdown of strangers to HTML that is safe to show."""

import nh3
from markdown_it import MarkdownIt

_TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "code"),
    *("a", "b", "del", "em", "i", "strong", "li", "ol", "ul"),
    *("table", "tbody", "td", "th", "thead", "tr"),
}
_parser = MarkdownIt("commonmark", {"html": False}).enable("table").enable("strikethrough")


def render_markdown(text: str) -> str:
    """Return sanitised HTML: no scripts, styles, images or raw HTML; links lead out safely."""
    return nh3.clean(
        _parser.render(text),
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
