"""What the portal is made of, for everybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from common.taxonomy import VERSIONS, all_controls, codes_of, controls_by_code


@require_safe
def taxonomy(request: HttpRequest) -> HttpResponse:
    """List the controls by code of the AI Risk Mitigation Taxonomy, and the other way round."""
    lines = controls_by_code()
    context = {
        "versions": [
            {
                "name": version,
                "lines": [
                    {
                        "code": code,
                        "controls": controls,
                        "crosswalk": codes_of(given=code.crosswalk),
                    }
                    for code, controls in lines
                    if code.version == version
                ],
            }
            for version in VERSIONS
        ],
        "controls": [
            {"name": control.name, "codes": codes_of(given=control.codes)}
            for control in all_controls().values()
        ],
    }
    return render(request, "portal/taxonomy.html", context)
