"""The pages of the application form that (nearly) everybody answers, and the words of choices."""

from django.utils.translation import gettext_lazy

from licensing import scope as scopes
from licensing.questions.kinds import Labels, Question, Section, Track

MODES: Labels = {
    "api": gettext_lazy("Use through the hosted API"),
    "weights": gettext_lazy("Download the weights"),
}
SECURITY_LEVELS: Labels = {
    "sl1": gettext_lazy("SL1: safe from amateurs"),
    "sl2": gettext_lazy("SL2: safe from skilled individuals"),
    "sl3": gettext_lazy("SL3: safe from organised crime and insiders"),
    "sl4": gettext_lazy("SL4: safe from most states' operations"),
    "sl5": gettext_lazy("SL5: safe from the most capable states"),
}

WHO = Section(
    "who",
    gettext_lazy("About you"),
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
            gettext_lazy("What you do"),
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
            gettext_lazy("For example your page at your institution."),
            required=False,
            personal=True,
        ),
        Question(
            "orcid",
            gettext_lazy("Your ORCID iD"),
            "orcid",
            gettext_lazy("Sixteen digits, as 0000-0002-1825-0097."),
            required=False,
            max_length=40,
            personal=True,
        ),
        Question("country", gettext_lazy("Country you work in"), "country"),
    ),
)

ORGANISATION = Section(
    "organisation",
    gettext_lazy("Your organisation"),
    (
        Question(
            "organization_legal_name",
            gettext_lazy("Its full legal name"),
            "line",
            gettext_lazy("As it stands in the register; no abbreviations."),
        ),
        Question(
            "organization_address",
            gettext_lazy("Its registered address"),
            "text",
            max_length=500,
        ),
        Question(
            "organization_registration",
            gettext_lazy("Register and number"),
            "line",
            gettext_lazy("For example a company register, LEI or ROR."),
            required=False,
        ),
        Question(
            "official_name",
            gettext_lazy("Name of the signing official"),
            "line",
            gettext_lazy(
                "Whoever can bind the organisation: a director, a dean, a head of research. They "
                "get a link by e-mail and need no account."
            ),
            personal=True,
        ),
        Question("official_email", gettext_lazy("Their e-mail address"), "email", personal=True),
        Question("official_position", gettext_lazy("Their position"), "line", personal=True),
    ),
    affiliated=True,
)

PURPOSE = Section(
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
    ),
)

DEPLOYMENT = Section(
    "deployment",
    gettext_lazy("Deployment"),
    (
        Question(
            "product",
            gettext_lazy("What you will run, and who will use it"),
            "text",
            max_length=4000,
            min_length=40,
        ),
        Question(
            "safeguards",
            gettext_lazy("How you notice misuse, and stop it"),
            "text",
            gettext_lazy("Filters, limits, logs, who looks at them and how soon."),
            max_length=4000,
            min_length=20,
        ),
    ),
    tracks=(Track.DEPLOYER,),
)

SCOPE = Section(
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
        Question("sectors", gettext_lazy("Sectors it serves"), "choices", choices=scopes.SECTORS),
        Question(
            "regions",
            gettext_lazy("Regions of the people it serves"),
            "choices",
            choices=scopes.REGIONS,
        ),
        Question("served", gettext_lazy("Who it serves"), "choice", choices=scopes.SERVED),
        Question(
            "usage",
            gettext_lazy("How much it will be used"),
            "choice",
            gettext_lazy("Tokens read and written, all users together."),
            choices=scopes.USAGES,
        ),
        Question("end_date", gettext_lazy("Access needed until"), "date"),
    ),
    gettext_lazy("Ask for what you need. A reviewer may grant less, never more."),
)

CHANGES = Section(
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
)

HOSTING = Section(
    "hosting",
    gettext_lazy("Hosting and security"),
    (
        Question("hosting_country", gettext_lazy("Country in which the model will run"), "country"),
        Question(
            "hosting_place",
            gettext_lazy("Who hosts it"),
            "line",
            gettext_lazy("Provider and region, or your own site."),
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
)

BACKGROUND = Section(
    "background",
    gettext_lazy("Funding and background"),
    (
        Question(
            "funding",
            gettext_lazy("Who pays for the work"),
            "text",
            gettext_lazy("Grants with their numbers, customers, your own means."),
            max_length=2000,
        ),
        Question(
            "conflicts",
            gettext_lazy("Interests that could bias you"),
            "text",
            gettext_lazy(
                "For example work for a developer of models, shares, or a party to a dispute. "
                "Write “none” if there are none."
            ),
            max_length=2000,
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
)

DOCUMENTS = Section(
    "documents",
    gettext_lazy("Documents"),
    (
        Question(
            "documents",
            gettext_lazy("What supports your application"),
            "files",
            gettext_lazy(
                "For example an approval, a letter, a report. They are stored encrypted; you and "
                "the reviewers of the model can open them."
            ),
            required=False,
        ),
    ),
)

END_USERS = Section(
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
)

INCIDENTS = Section(
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
        Question(
            "incident_reach",
            gettext_lazy("This contact is reached within 24 hours, on any day of the year."),
            "tick",
        ),
    ),
)

STATEMENTS = Section(
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
)
