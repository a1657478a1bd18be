"""What a question and a page of the application form are. Data only."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

Text = str | Promise
Labels = dict[str, str | Promise]


class Track(models.TextChoices):
    """The two ways to apply; within research, safety research has criteria of its own."""

    DEPLOYER = "deployer", gettext_lazy("Deployer: we run the model for others")
    RESEARCHER = "researcher", gettext_lazy("Researcher: I study the model, or with it")
    SAFETY = "safety", gettext_lazy("Safety researcher: I look for what is dangerous in the model")


RESEARCH = (Track.RESEARCHER, Track.SAFETY)


@dataclass(frozen=True)
class Question:
    """One question. `personal` answers are kept encrypted under the applicant's key.

    `needed_if` names another question of the page and the answers to it that make this one
    required. `barred` are the addresses, and the domains after an @, that an address here must
    not have.
    """

    key: str
    label: Text
    # line, text, choice, choices, select, country, url, orcid, email, emails, referees, date (to
    # come), day (any), tick, files
    kind: str
    help: Text = ""
    required: bool = True
    choices: Labels | None = None
    max_length: int = 200
    min_length: int = 0
    personal: bool = False
    needed_if: tuple[str, tuple[str, ...]] | None = None
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Section:
    """One page of the form. Without `tracks` it is asked of everybody.

    `affiliated` says whether it is for those with an organisation, or for those without.
    `optional_for` are the tracks that may leave all of it out.
    """

    key: str
    title: Text
    questions: tuple[Question, ...]
    lede: Text = ""
    # Markdown that stands above the questions.
    prose: str = ""
    tracks: tuple[str, ...] = ()
    affiliated: bool | None = None
    optional_for: tuple[str, ...] = ()
