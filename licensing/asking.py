"""Which pages of the form an application answers, and how strictly. Pure."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing.questions import SECTIONS, Question, Section, Track
from licensing.questions.core import CHANGES, SCOPE

OWN_SECTION = "model"

AMENDMENT = Section(
    "amendment",
    gettext_lazy("What changes, and why"),
    (
        Question(
            "amendment_reason",
            gettext_lazy("Why the grant no longer fits"),
            "text",
            gettext_lazy(
                "What you need that it does not allow, or no longer need, and since when."
            ),
            max_length=4000,
            min_length=20,
        ),
    ),
    gettext_lazy("Everything else that you said before stays as it is."),
)
AMENDING = (AMENDMENT, SCOPE, CHANGES)


@dataclass(frozen=True)
class Asked:
    """What decides which questions are asked.

    `email` is the applicant's, `domain` their organisation's: referees have neither. `own` are
    the model's own questions. An application that `amends` a grant asks only what changes.
    """

    track: str
    affiliated: bool
    email: str = ""
    domain: str = ""
    own: tuple[Question, ...] = ()
    own_title: str = ""
    own_lede: str = ""
    own_prose: str = ""
    amends: bool = False


def sections_of(asked: Asked) -> tuple[Section, ...]:
    """Return the pages of one application, in their order."""
    if asked.amends:
        return AMENDING
    found = [_fitted(section, asked) for section in SECTIONS if _is_asked(section, asked)]
    if asked.own:
        # Last but for the contact and the statements, which close every application.
        found.insert(len(found) - 2, own_section(asked))
    return tuple(found)


def own_section(asked: Asked) -> Section:
    """Return the page of the model's own questions."""
    return Section(
        OWN_SECTION,
        asked.own_title or gettext_lazy("Questions about this model"),
        asked.own,
        asked.own_lede,
        asked.own_prose,
    )


def questions_of(asked: Asked) -> dict[str, Question]:
    """Return the questions of one application by their keys."""
    return {question.key: question for each in sections_of(asked) for question in each.questions}


def _is_asked(section: Section, asked: Asked) -> bool:
    return (not section.tracks or asked.track in section.tracks) and (
        section.affiliated is None or section.affiliated == asked.affiliated
    )


def _fitted(section: Section, asked: Asked) -> Section:
    """Return the page as it is asked of this applicant."""
    questions = tuple(
        replace(
            question,
            required=question.required and asked.track not in section.optional_for,
            barred=_barred(asked) if question.kind == "referees" else question.barred,
        )
        for question in section.questions
    )
    return replace(section, questions=questions)


def _barred(asked: Asked) -> frozenset[str]:
    domain = asked.domain.lower()
    return frozenset(filter(None, (asked.email.lower(), f"@{domain}" if domain else "")))


def track_problem(track: str, *, affiliated: bool, criteria: bool) -> str:
    """Return why somebody cannot take a track, or an empty string.

    `criteria` tells whether the criteria of safety research are published.
    """
    if track not in Track.values:
        return _("Choose how you apply.")
    if track == Track.DEPLOYER and not affiliated:
        return _(
            "Deployers apply for an organisation. Set yours up first, or apply as a researcher."
        )
    if track == Track.SAFETY and not criteria:
        return _(
            "This portal has not published its criteria for safety research yet. Apply as a "
            "researcher."
        )
    return ""
