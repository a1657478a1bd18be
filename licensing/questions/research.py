"""The pages of the form that researchers answer, and those that vouch for somebody."""

from django.utils.translation import gettext_lazy

from licensing.questions.kinds import RESEARCH, Labels, Question, Section, Track

ETHICS: Labels = {
    "approved": gettext_lazy("A board or committee approved the work"),
    "exempt": gettext_lazy("A board or committee said that no approval is needed"),
    "none": gettext_lazy("My institution has no such board"),
    "not_asked": gettext_lazy("The work involves no people and no data about people"),
}

PLAN = Section(
    "research",
    gettext_lazy("Research plan"),
    (
        Question(
            "research_question",
            gettext_lazy("What you want to find out"),
            "text",
            max_length=4000,
            min_length=40,
        ),
        Question(
            "research_method",
            gettext_lazy("How you will find it out"),
            "text",
            gettext_lazy("Data, experiments, how much computing, over how long."),
            max_length=4000,
            min_length=40,
        ),
        Question(
            "research_outputs",
            gettext_lazy("What comes of it, and where it is published"),
            "text",
            max_length=3000,
        ),
    ),
    tracks=RESEARCH,
)

SAFETY = Section(
    "safety",
    gettext_lazy("Safety research"),
    (
        Question(
            "safety_target",
            gettext_lazy("Which danger you look for, and how you keep it contained"),
            "text",
            gettext_lazy(
                "Name the capability or the failure, the tests, and what happens to outputs that "
                "could do harm."
            ),
            max_length=6000,
            min_length=40,
        ),
        Question(
            "disclosure_plan",
            gettext_lazy("How you will tell us, and others, what you find"),
            "text",
            gettext_lazy(
                "You tell us first. We may ask you to wait with publishing, for 30 business days "
                "at most."
            ),
            max_length=3000,
            min_length=20,
        ),
        Question(
            "safe_harbour",
            gettext_lazy(
                "I have read the criteria and the conditions of the safe harbour, and I will keep "
                "to the conditions."
            ),
            "tick",
        ),
    ),
    gettext_lazy("The criteria are public: see “Safety research” at the foot of every page."),
    tracks=(Track.SAFETY,),
)

REFEREES = Section(
    "referees",
    gettext_lazy("Referees"),
    (
        Question(
            "referees",
            gettext_lazy("Who can vouch for you and your work"),
            "referees",
            gettext_lazy(
                "One to three people who know your work and do not belong to your organisation. "
                "They get a link by e-mail and need no account; ask them before you name them."
            ),
            personal=True,
        ),
    ),
    optional_for=(Track.DEPLOYER,),
)

ETHICS_APPROVAL = Section(
    "ethics",
    gettext_lazy("Ethics"),
    (
        Question("ethics_status", gettext_lazy("Ethics approval"), "choice", choices=ETHICS),
        Question(
            "ethics_details",
            gettext_lazy("The board, the number of its decision and the date"),
            "text",
            gettext_lazy("Attach the decision under “Documents” if you can."),
            required=False,
            max_length=2000,
            needed_if=("ethics_status", ("approved", "exempt")),
        ),
        Question(
            "ethics_own",
            gettext_lazy("How you judged the risks yourselves"),
            "text",
            required=False,
            max_length=3000,
            needed_if=("ethics_status", ("none",)),
        ),
    ),
    tracks=RESEARCH,
    affiliated=True,
)

ALTERNATIVE_EVIDENCE = Section(
    "evidence",
    gettext_lazy("In place of an institution"),
    (
        Question(
            "alternative_evidence",
            gettext_lazy("What shows that you can be trusted with this model"),
            "text",
            gettext_lazy(
                "Published work, responsible disclosures, a sponsor, a community that knows you. "
                "Having no institution is no ground for declining."
            ),
            max_length=4000,
            min_length=40,
            personal=True,
        ),
        Question(
            "risks_judged",
            gettext_lazy("How you judged the risks of the work, and who else looked at it"),
            "text",
            max_length=3000,
            min_length=20,
        ),
    ),
    tracks=RESEARCH,
    affiliated=False,
)
