"""The questions of the structured application form, in their sections. Data only."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from licensing import scope as scopes

Text = str | Promise

MODES: scopes.Labels = {
    "api": gettext_lazy("Use through the hosted API"),
    "weights": gettext_lazy("Download the weights"),
}
SECURITY_LEVELS: scopes.Labels = {
    "sl1": gettext_lazy("SL1: safe from amateurs"),
    "sl2": gettext_lazy("SL2: safe from skilled individuals"),
    "sl3": gettext_lazy("SL3: safe from organised crime and insiders"),
    "sl4": gettext_lazy("SL4: safe from most states' operations"),
    "sl5": gettext_lazy("SL5: safe from the most capable states"),
}


@dataclass(frozen=True)
class Question:
    """One question. `personal` answers are kept encrypted under the applicant's key."""

    key: str
    label: Text
    kind: str  # line, text, choice, choices, country, url, emails, date, tick
    help: Text = ""
    required: bool = True
    choices: scopes.Labels | None = None
    max_length: int = 200
    min_length: int = 0
    personal: bool = False


@dataclass(frozen=True)
class Section:
    """One page of the form."""

    key: str
    title: Text
    questions: tuple[Question, ...]
    lede: Text = ""


SECTIONS: tuple[Section, ...] = (
    Section(
        "who",
        gettext_lazy("You and your organisation"),
        (
            Question(
                "legal_name",
                gettext_lazy("Your full legal name"),
                "line",
                gettext_lazy("As it stands in your passport; no abbreviations."),
                personal=True,
            ),
            Question("job_title", gettext_lazy("Your position"), "line", personal=True),
            Question(
                "work",
                gettext_lazy("What you and your organisation do"),
                "text",
                gettext_lazy(
                    "Two or three sentences. If you have no organisation, say what you work on, "
                    "for whom, and who can vouch for it."
                ),
                max_length=3000,
                min_length=20,
                personal=True,
            ),
            Question(
                "profile_url",
                gettext_lazy("A page about you"),
                "url",
                gettext_lazy("For example your page at your institution, or your ORCID record."),
                required=False,
                personal=True,
            ),
            Question("country", gettext_lazy("Country you work in"), "country"),
        ),
    ),
    Section(
        "purpose",
        gettext_lazy("Purpose"),
        (
            Question(
                "purpose",
                gettext_lazy("What you want to do with the model"),
                "text",
                gettext_lazy("What for, for whom, and why this model. Reviewers read this first."),
                max_length=6000,
                min_length=40,
            ),
            Question(
                "prior_access",
                gettext_lazy("Access you had to comparable models"),
                "text",
                gettext_lazy("Which, from whom, and whether it ended early."),
                required=False,
                max_length=2000,
            ),
        ),
    ),
    Section(
        "scope",
        gettext_lazy("Scope"),
        (
            Question("modes", gettext_lazy("What you ask for"), "choices", choices=MODES),
            Question("uses", gettext_lazy("Uses"), "choices", choices=scopes.USES),
            Question(
                "environments",
                gettext_lazy("Where it runs"),
                "choices",
                choices=scopes.ENVIRONMENTS,
            ),
            Question(
                "sectors", gettext_lazy("Sectors it serves"), "choices", choices=scopes.SECTORS
            ),
            Question(
                "regions",
                gettext_lazy("Regions of the people it serves"),
                "choices",
                choices=scopes.REGIONS,
            ),
            Question("end_date", gettext_lazy("Access needed until"), "date"),
        ),
        gettext_lazy("Ask for what you need. A reviewer may grant less, never more."),
    ),
    Section(
        "changes",
        gettext_lazy("Modification and redistribution"),
        (
            Question(
                "modification",
                gettext_lazy("Changes you plan"),
                "choices",
                gettext_lazy("Leave all empty if you plan none."),
                required=False,
                choices=scopes.MODIFICATIONS,
            ),
            Question(
                "redistribution",
                gettext_lazy("Weights you plan to pass on"),
                "choice",
                choices=scopes.REDISTRIBUTIONS,
            ),
            Question(
                "changes_plan",
                gettext_lazy("The plan in words"),
                "text",
                gettext_lazy("Name recipients here if you plan to pass weights on."),
                required=False,
                max_length=3000,
            ),
        ),
    ),
    Section(
        "hosting",
        gettext_lazy("Hosting and security"),
        (
            Question(
                "hosting_place",
                gettext_lazy("Where the model will run"),
                "line",
                gettext_lazy("Provider and country, or your own site."),
            ),
            Question(
                "security_level",
                gettext_lazy("Security level, by your own judgement"),
                "choice",
                gettext_lazy("The levels of “Securing AI Model Weights”, RAND 2024."),
                choices=SECURITY_LEVELS,
            ),
            Question(
                "security",
                gettext_lazy("How the weights or the API key are protected"),
                "text",
                gettext_lazy("Who can reach them, how access is logged, what happens on a leak."),
                max_length=4000,
                min_length=20,
            ),
        ),
    ),
    Section(
        "end_users",
        gettext_lazy("End users"),
        (
            Question(
                "end_users",
                gettext_lazy("E-mail addresses of those who will use the grant"),
                "emails",
                gettext_lazy(
                    "One a line, yourself included if you will use it. Colleagues need an account "
                    "here and a place in your organisation."
                ),
                personal=True,
            ),
            Question(
                "audience",
                gettext_lazy("Whom your system will serve"),
                "text",
                required=False,
                max_length=2000,
            ),
        ),
    ),
    Section(
        "incidents",
        gettext_lazy("Incident contact"),
        (
            Question(
                "incident_name",
                gettext_lazy("Who answers within 24 hours"),
                "line",
                personal=True,
            ),
            Question(
                "incident_email",
                gettext_lazy("E-mail address for incidents"),
                "email",
                personal=True,
            ),
            Question(
                "incident_phone",
                gettext_lazy("Telephone for incidents"),
                "line",
                required=False,
                max_length=40,
                personal=True,
            ),
        ),
    ),
    Section(
        "statements",
        gettext_lazy("Statements"),
        (
            Question(
                "export_statement",
                gettext_lazy(
                    "Neither I nor the users named here are on a sanctions list, and we will not "
                    "export the weights against the law that applies to us."
                ),
                "tick",
            ),
            Question(
                "truth_statement",
                gettext_lazy("What I wrote is true, and I will say so when it changes."),
                "tick",
            ),
        ),
    ),
)
SECTION_BY_KEY = {section.key: section for section in SECTIONS}
QUESTIONS = {question.key: question for section in SECTIONS for question in section.questions}
PERSONAL_KEYS = frozenset(key for key, question in QUESTIONS.items() if question.personal)
