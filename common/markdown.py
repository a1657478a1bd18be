"""Markdown of strangers to HTML that is safe to show."""

from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_TAGS = {
    *_HEADINGS,
    *("p", "br", "hr", "blockquote", "pre", "code"),
    *("a", "b", "del", "em", "i", "strong", "li", "ol", "ul"),
    *("table", "tbody", "td", "th", "thead", "tr"),
}
_ATTRIBUTES = {"a": {"href", "title"}}


def _below_the_page(state: StateCore) -> None:
    """Lower every heading by one: the page around the text has the only h1."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"


_parser = MarkdownIt("commonmark", {"html": False}).enable("table").enable("strikethrough")
_parser.core.ruler.push("below_the_page", _below_the_page)


def parse_markdown(text: str) -> list[Token]:
    """Return the parts of a text, for whoever looks at them before they are shown."""
    return _parser.parse(text)


def tokens_to_html(tokens: Sequence[Token], *, anchors: bool = False) -> str:
    """Return the parts as sanitised HTML. With `anchors`, headings keep the ids they were given."""
    headings = {tag: {"id"} for tag in _HEADINGS} if anchors else {}
    return nh3.clean(
        _parser.renderer.render(tokens, _parser.options, {}),
        tags=_TAGS,
        attributes={**_ATTRIBUTES, **headings},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def render_markdown(text: str) -> str:
    """Return sanitised HTML: no scripts, styles, images or raw HTML; links lead out safely."""
    return tokens_to_html(parse_markdown(text))
