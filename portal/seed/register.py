"""The demo's register of other developers' models. The developers exist nowhere."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from portal.seed.people import People
from releases import services as releases
from releases.comparables.entry import check_reference, check_result
from releases.models import Comparable
from releases.selectors.comparables import references_of

_BEFORE_IT_LAPSED = timedelta(days=210)
_MEASURED = timedelta(days=100)
_MARSH = {
    "developer": "Fenland Research",
    "name": "Marsh 1",
    "level": "weights_open",
    "licence": "Apache-2.0",
    "links": "https://fenland.example/marsh-1",
    "visibility": "full_weights",
    "visibility_note": "We ran our own evaluations on the published weights.",
}
_SEDGE = {
    "developer": "Polder Labs",
    "name": "Sedge Small",
    "level": "api_public",
    "licence": "Terms of service of Polder Labs",
    "licence_url": "https://polder.example/terms",
    "links": "https://polder.example/sedge",
    "visibility": "api_tested",
    "visibility_note": "Through the public API, with our own prompts.",
}
_TERN = {
    "developer": "Estuary Computing",
    "name": "Tern 2",
    "level": "weights_gated",
    "licence": "Estuary research licence",
    "links": "https://estuary.example/tern",
    "visibility": "developer_report",
}
_COOT = {
    "developer": "Fenland Research",
    "name": "Coot preview",
    "level": "closed",
    "licence": "None: it is not released",
    "visibility": "third_party_report",
}
_RESULTS = {
    "Marsh 1": [("nest_disclosure", "0.15", "0.0818", "no"), ("wetland_terms", "0.58", "", "yes")],
    "Sedge Small": [("nest_disclosure", "0.1", "0.0688", "no")],
    "Tern 2": [("wetland_terms", "0.67", "0.142", "yes")],
    "Coot preview": [],
}


def make_register(people: People) -> list[Comparable]:
    """Enter four models as the lead, and have the release manager verify three of them.

    One of those lapsed a while ago. Return the two that a dossier may name.
    """
    marsh, sedge, tern, _coot = (
        _enter(people["lead"], model) for model in (_MARSH, _SEDGE, _TERN, _COOT)
    )
    manager = people["manager"]
    _verify(manager, marsh, "I ran both tasks again on the published weights.")
    _verify(manager, sedge, "I repeated the twenty prompts over the API and compared the answers.")
    _verify(manager, tern, "I read the developer's report of May.", ago=_BEFORE_IT_LAPSED)
    return [marsh, sedge]


def _enter(keeper: User, model: dict[str, str]) -> Comparable:
    comparable = releases.add_comparable(actor=keeper, entry=check_reference(model))
    today = timezone.now().date()
    for task, value, stderr, higher in _RESULTS[model["name"]]:
        result = {
            "task": task,
            "metric": "accuracy",
            "value": value,
            "stderr": stderr,
            "higher_is_better": higher,
            "source_url": f"{model['links']}/report",
            "measured_on": (today - _MEASURED).isoformat(),
        }
        entry = check_result(result, today=today)
        releases.add_result(actor=keeper, comparable=comparable, entry=entry)
    return comparable


def _verify(
    verifier: User, comparable: Comparable, note: str, ago: timedelta = timedelta(0)
) -> None:
    now = timezone.now()
    [reference] = references_of([comparable], now)
    releases.verify_comparable(
        actor=verifier,
        comparable=comparable,
        content_digest=reference.digest,
        note=note,
        verified_at=now - ago,
    )
