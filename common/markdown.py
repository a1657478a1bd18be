"""Markdown of strangers to HTML that is safe to show."""

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

_TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "code"),
    *("a", "b", "del", "em", "i", "strong", "li", "ol", "ul"),
    *("table", "tbody", "td", "th", "thead", "tr"),
}


def _below_the_page(state: StateCore) -> None:
    """Lower every heading by one: the page around the text has the only h1."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"


_parser = MarkdownIt("commonmark", {"html": False}).enable("table").enable("strikethrough")
_parser.core.ruler.push("below_the_page", _below_the_page)


def render_markdown(text: str) -> str:
    """Return sanitised HTML: no scripts, styles, images or raw HTML; links lead out safely."""
    return nh3.clean(
        _parser.render(text),
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
