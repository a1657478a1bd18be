"""A field of one line that suggests values, and takes others too."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class SuggestingInput(forms.TextInput):
    """An input with a list of values to pick from; works without JavaScript."""

    suggestions: Sequence[str] = ()

    def render(
        self,
        name: str,
        value: Any,  # noqa: ANN401 - as Django declares it
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ANN401
    ) -> SafeString:
        """Return the input and its list."""
        list_id = f"{name}-suggestions"
        control = super().render(name, value, {**(attrs or {}), "list": list_id}, renderer)
        values = ((each,) for each in self.suggestions)
        options = format_html_join("", '<option value="{}"></option>', values)
        return format_html('{}<datalist id="{}">{}</datalist>', control, list_id, options)
