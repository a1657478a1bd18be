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
    assert "<h1>Title</h1>" in html
    assert "<em>word</em>" in html
    assert 'rel="noopener noreferrer nofollow"' in html
    assert "<table>" in html
