"""The questions of the structured application form, in their sections. Data only."""

from licensing.questions.core import (
    BACKGROUND,
    CHANGES,
    DEPLOYMENT,
    DOCUMENTS,
    END_USERS,
    HOSTING,
    INCIDENTS,
    ORGANISATION,
    PURPOSE,
    SCOPE,
    SECURITY_LEVELS,
    STATEMENTS,
    WHO,
)
from licensing.questions.kinds import RESEARCH, Question, Section, Text, Track
from licensing.questions.research import (
    ALTERNATIVE_EVIDENCE,
    ETHICS_APPROVAL,
    PLAN,
    REFEREES,
    SAFETY,
)

# All there are, in their order; licensing.asking says which of them an application answers.
SECTIONS: tuple[Section, ...] = (
    WHO,
    ORGANISATION,
    PURPOSE,
    DEPLOYMENT,
    PLAN,
    SAFETY,
    SCOPE,
    CHANGES,
    HOSTING,
    BACKGROUND,
    REFEREES,
    ETHICS_APPROVAL,
    ALTERNATIVE_EVIDENCE,
    DOCUMENTS,
    END_USERS,
    INCIDENTS,
    STATEMENTS,
)
QUESTIONS = {question.key: question for section in SECTIONS for question in section.questions}
PERSONAL_KEYS = frozenset(key for key, question in QUESTIONS.items() if question.personal)

__all__ = [
    "PERSONAL_KEYS",
    "QUESTIONS",
    "RESEARCH",
    "SECTIONS",
    "SECURITY_LEVELS",
    "Question",
    "Section",
    "Text",
    "Track",
]
