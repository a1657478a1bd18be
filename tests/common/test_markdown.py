"""Markdown of strangers."""

import pytest

from common.markdown import render_markdown


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://tracker.example/pixel.png)",
        "<style>*{display:none}</style>",
        "<a href='x' onclick='y'>z</a>",
        "<iframe src=https://evil.example></iframe>",
        "[x](vbscript:msgbox)",
    ],
)
def test_nothing_that_runs_or_loads_survives(hostile: str) -> None:
    # What a browser sees as a tag or an attribute; the words themselves may stand as text.
    html = render_markdown(hostile).lower()
    for opening in ("<script", "<img", "<style", "<iframe", "<a href='x'"):
        assert opening not in html
    for scheme in ('href="javascript', 'href="data', 'href="vbscript'):
        assert scheme not in html


def test_ordinary_markdown_is_rendered_with_safe_links() -> None:
    html = render_markdown("# Title\n\n*word* [site](https://example.org)\n\n|a|\n|-|\n|b|\n")
    assert "<h2>Title</h2>" in html
    assert "<em>word</em>" in html
    assert 'rel="noopener noreferrer nofollow"' in html
    assert "<table>" in html


def test_headings_stand_below_the_pages_own() -> None:
    html = render_markdown("# One\n\nTwo\n---\n\n###### Six\n")
    assert html == "<h2>One</h2>\n<h3>Two</h3>\n<h6>Six</h6>\n"
