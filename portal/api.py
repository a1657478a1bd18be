"""The JSON API: one description for what the rooms offer. It is published; there is no console."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from accounts.authentication import INVALID_CREDENTIALS, InvalidCredentials
from delivery.api import router as gateway
from licensing.api import router as licensing
from licensing.explain_api import router as explanations
from licensing.review_api import router as reviews
from releases.api import router as releases
from releases.evidence_api import router as evidence

_BAD_REQUEST = 400
_NOT_JSON = "The body could not be read. It must be JSON, in UTF-8."

api = NinjaAPI(
    title="Sluice",
    version=settings.VERSION,
    description=(
        "Authenticate with a personal token: `Authorization: Bearer slu_…`. "
        "Files are fetched from /models/{namespace}/{name}/{version}/files/{path}."
    ),
    urls_namespace="api",
    openapi_url="/api/openapi.json",
    docs_url=None,
)
api.add_router("/gateway", gateway)
api.add_router("/api", licensing)
api.add_router("/api", explanations)
api.add_router("/api", reviews)
api.add_router("/api", releases)
api.add_router("/api", evidence)


@api.exception_handler(AuthenticationError)
def not_authenticated(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    """401 with a sentence, and the header that says how to do better."""
    response = api.create_response(request, {"error": INVALID_CREDENTIALS}, status=401)
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(InvalidCredentials)
def invalid_credentials(request: HttpRequest, error: InvalidCredentials) -> HttpResponse:
    """401 with what is wrong with the token."""
    response = api.create_response(request, {"error": error.sentence}, status=401)
    response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return response


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What else ninja refuses by itself: 400 for a body that is not JSON."""
    sentence = _NOT_JSON if error.status_code == _BAD_REQUEST else error.message
    return api.create_response(request, {"error": sentence}, status=error.status_code)


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """422 with what is wrong with each parameter."""
    problems = [
        {"parameter": str(each["loc"][-1]), "problem": each["msg"]} for each in error.errors
    ]
    body = {"error": "The request was malformed.", "problems": problems}
    return api.create_response(request, body, status=422)
