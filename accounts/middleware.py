"""The way to an identity provider and back."""

import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests import RequestException

logger = logging.getLogger(__name__)
# What allauth lets through where a provider cannot be reached, or answers with something else.
_WRONG_ANSWERS = (RequestException, KeyError, TypeError, ValueError)


class ProviderMiddleware:
    """Leave for a provider by a page of its own, and say so where one does not answer rightly.

    Our content security policy keeps forms within the portal, and browsers hold every redirect
    after a form to it, also those that the provider itself adds. A page that moves on is none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Turn a redirect of a form to another host into a page."""
        response = self.get_response(request)
        if request.method != "POST" or response.status_code != 302:
            return response
        target = response["Location"]
        if urlsplit(target).netloc in {"", request.get_host()}:
            return response
        page = render(request, "socialaccount/login_redirect.html", {"redirect_to": target})
        page.cookies = response.cookies
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer that nobody was vouched for; leave every other address to Django."""
        match = request.resolver_match
        at_provider = match is not None and (match.url_name or "").endswith(
            ("openid_connect_login", "_callback", "orcid_login", "github_login")
        )
        if not at_provider or not isinstance(exception, _WRONG_ANSWERS):
            return None
        logger.warning("An identity provider did not answer as it should: %r", exception)
        return render(request, "socialaccount/authentication_error.html", status=401)
