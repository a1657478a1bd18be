"""Leave to take formats into a version that can run code when they are loaded."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from releases import formats
from releases.actions import Action
from releases.choices import ReleaseState, Right
from releases.models import FormatOverride, Model
from releases.names import check_version
from releases.services.checks import checked_reason, guard_right, lock_model


@transaction.atomic
def override_formats(
    *, actor: User, model: Model, version: str, extensions: Iterable[str], reason: str
) -> FormatOverride:
    """Admit some of `formats.ADMISSIBLE` into a version that is not ingested yet.

    The latest override of a version counts. Raises Refused.
    """
    guard_right(actor, Right.MANAGE_RELEASE, model)
    model = lock_model(model.pk)
    try:
        version = check_version(version)
    except ValueError as error:
        raise Refused(str(error)) from None
    reason = checked_reason(reason)
    wanted = sorted(set(extensions))
    if not wanted or not set(wanted) <= set(formats.ADMISSIBLE):
        raise Refused(
            _("Choose at least one of %(formats)s.") % {"formats": ", ".join(formats.ADMISSIBLE)}
        )
    if model.releases.filter(version=version).exclude(state=ReleaseState.REFUSED).exists():
        raise Refused(
            _("%(model)s %(version)s is ingested already; what it holds is not changed.")
            % {"model": model, "version": version}
        )
    override = FormatOverride.objects.create(
        model=model, version=version, formats=wanted, reason=reason, given_by=actor
    )
    record(
        actor=actor,
        action=Action.FORMAT_OVERRIDDEN,
        target=override,
        also=(model,),
        data={"version": version, "formats": wanted, "reason": reason},
    )
    return override
