"""Who composes what a model asks its applicants."""

from django.http import Http404

from accounts.models import User
from releases.choices import Right
from releases.models import Model
from releases.permissions import (
    Person,
    has_right,
)
from releases.selectors import model_by_name


def can_compose(user: Person, model: Model) -> bool:
    """Tell whether the person may compose the questions that the model asks applicants."""
    return isinstance(user, User) and has_right(user, Right.MANAGE_RELEASE, model)


def get_composed_model_or_404(user: Person, namespace: str, name: str) -> Model:
    """Return a model whose questions the person may compose."""
    model = model_by_name(namespace, name)
    if model is None or not can_compose(user, model):
        raise Http404
    return model
