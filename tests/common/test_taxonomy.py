"""The codes of the taxonomy, and that whatever here carries one carries a known one."""

from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.template import Context, Template

from common import taxonomy
from releases.requirement_plans import KINDS, RESERVED

LADDERS = sorted((Path(settings.BASE_DIR) / "deploy").glob("ladder*.yaml"))


def tag(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_the_published_version_has_4_categories_and_23_subcategories() -> None:
    numbers = [code.number for code in taxonomy.all_codes().values() if code.version == "v1"]
    assert len([number for number in numbers if "." not in number]) == 4
    assert len([number for number in numbers if "." in number]) == 23


def test_of_the_second_version_only_verified_nodes_stand_here() -> None:
    numbers = {code.number for code in taxonomy.all_codes().values() if code.version == "v2"}
    verified = {"1.1", "2.2.2", "2.3", "2.3.1", "2.3.2", "2.4", "3.2.1", "3.3", "3.3.1"}
    assert numbers == verified


def test_the_crosswalk_leads_both_ways() -> None:
    codes = taxonomy.all_codes()
    assert "v1:3.4" in codes["v2:2.3.1"].crosswalk
    assert "v2:2.3.1" in codes["v1:3.4"].crosswalk
    for code in codes.values():
        assert set(code.crosswalk) <= set(codes)


@pytest.mark.parametrize("control", taxonomy.all_controls().values(), ids=lambda c: c.slug)
def test_every_control_carries_known_codes_one_of_the_published_version(
    control: taxonomy.Control,
) -> None:
    assert set(control.codes) <= set(taxonomy.all_codes())
    assert any(code.startswith("v1:") for code in control.codes)


@pytest.mark.parametrize("requirement", [*RESERVED, *KINDS])
def test_every_requirement_is_a_control(requirement: str) -> None:
    assert taxonomy.codes_of(requirement)


@pytest.mark.parametrize("path", LADDERS, ids=lambda path: path.name)
def test_the_ladders_that_are_shipped_name_known_codes(path: Path) -> None:
    stages = yaml.safe_load(path.read_text())["stages"]
    named = {
        code
        for stage in stages
        for requirement in stage.get("requirements", [])
        for code in requirement.get("taxonomy", [])
    }
    assert named <= set(taxonomy.all_codes())


def test_a_label_shows_code_and_name() -> None:
    shown = tag("{% taxonomy 'hold' %}")
    assert "1.5 Safety Decision Frameworks" in shown
    assert "v2 2.3.1 Deployment Management" in shown


def test_codes_that_a_ladder_gives_go_before_those_of_the_control() -> None:
    shown = tag("{% taxonomy key codes=codes %}", key="metric", codes=["v1:2.1"])
    assert "2.1 Model &amp; Infrastructure Security" in shown
    assert "Testing" not in shown


def test_what_is_not_known_is_left_out() -> None:
    assert tag("{% taxonomy 'nothing' %}") == ""
    assert tag("{% taxonomy missing.key codes=missing.codes %}") == ""
    assert tag("{% taxonomy 'hold' codes=codes %}", codes=["v1:9.9"]) == ""
