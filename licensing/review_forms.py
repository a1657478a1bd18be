"""The forms of the reviewers' acts. They check shape; the services decide."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import User
from licensing.deadlines import ANSWER_DAYS, LONGEST_ANSWER_DAYS
from licensing.forms import LongTextField, MessageForm
from licensing.models import CannedText
from licensing.selectors import person_name


class ReturnForm(MessageForm):
    """The questions, and how long the applicant has to answer them."""

    answer_days = forms.IntegerField(
        label=gettext_lazy("Days to answer"),
        required=False,
        min_value=1,
        max_value=LONGEST_ANSWER_DAYS,
        initial=ANSWER_DAYS,
        help_text=gettext_lazy(
            "After that the application lapses. The applicant is told the date, and reminded a "
            "week before."
        ),
    )

    def clean_answer_days(self) -> int:
        """Return the days given, or what is usual."""
        return self.cleaned_data["answer_days"] or ANSWER_DAYS


class NoteForm(forms.Form):
    """A note for the other reviewers."""

    note = LongTextField(
        label=gettext_lazy("Note"),
        rows=3,
        help_text=gettext_lazy("The reviewers of the model read it, the applicant never does."),
    )


class SendBackForm(forms.Form):
    """What the second reviewer says against an approval."""

    reason = LongTextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The first reviewer reads this; the applicant does not."),
        error_messages={"required": gettext_lazy("Say what speaks against it.")},
    )


class AppealForm(forms.Form):
    """On what ground an applicant objects."""

    ground = LongTextField(
        label=gettext_lazy("Why the decision was wrong"),
        rows=8,
        help_text=gettext_lazy(
            "Answer the reason that you were given. Whoever decides reads this, your application "
            "and that reason."
        ),
        error_messages={"required": gettext_lazy("Say why the decision was wrong.")},
    )


class AssignForm(forms.Form):
    """To whom a lead gives an application."""

    reviewer = forms.ChoiceField(
        label=gettext_lazy("Reviewer"),
        help_text=gettext_lazy("Those who may review it: not of the same organisation, and so on."),
    )
    reason = LongTextField(
        label=gettext_lazy("Reason"),
        required=False,
        rows=3,
        help_text=gettext_lazy("Needed where somebody else has it, who reads this."),
    )

    def __init__(self, people: Sequence[User], data: Any = None) -> None:  # noqa: ANN401 - as Django declares it
        super().__init__(data)
        self.people = {str(person.pk): person for person in people}
        field = self.fields["reviewer"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(key, person_name(person)) for key, person in self.people.items()]


class ReviewRuleForm(forms.Form):
    """How the applications for a model are reviewed."""

    service_days = forms.IntegerField(
        label=gettext_lazy("Working days to an answer"),
        required=False,
        min_value=1,
        max_value=260,
        help_text=gettext_lazy("Leave it empty for what the portal promises everywhere."),
    )
    second_reviewer = forms.BooleanField(
        label=gettext_lazy("Every approval takes a second reviewer"),
        required=False,
        help_text=gettext_lazy(
            "Approvals to tier 3 always do. Whoever sets this cannot undo it themselves."
        ),
    )
    reason = LongTextField(label=gettext_lazy("Reason"), rows=3)


class CannedTextForm(forms.Form):
    """A text to begin messages from."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=100)
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("For"),
        choices=CannedText.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    text = LongTextField(
        label=gettext_lazy("Text"),
        rows=6,
        help_text=gettext_lazy(
            "Put what must be filled in each time into square brackets: [which part is missing]."
        ),
    )


def known(keys: Iterable[str], choices: Iterable[str]) -> list[str]:
    """Return those of the posted keys that there are."""
    there = set(choices)
    return [key for key in keys if key in there]
