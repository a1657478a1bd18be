"""Operations together make and unmake what each would alone."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from common.migrating import Together

pytestmark = pytest.mark.django_db

KEY = ("id", models.BigAutoField(primary_key=True))
LOCK = ("lock", models.ForeignKey("tried.lock", models.CASCADE))
OPERATIONS = [
    migrations.CreateModel("Lock", [KEY]),
    migrations.CreateModel(
        "Gate",
        [KEY, LOCK],
        options={
            "constraints": [models.UniqueConstraint(fields=["lock"], name="tried_gate_of_lock")]
        },
    ),
]
LATER = migrations.AddField("gate", "name", models.TextField(default=""))
TABLES = {"tried_lock", "tried_gate"}


def test_models_that_need_each_other_are_made_in_order_and_unmade_backwards() -> None:
    together, before, after = Together(OPERATIONS), ProjectState(), ProjectState()
    together.state_forwards("tried", after)
    with connection.schema_editor() as editor:
        together.database_forwards("tried", editor, before, after)
    assert set(connection.introspection.table_names()) >= TABLES
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "tried_gate")
    assert found["tried_gate_of_lock"]["unique"]
    with connection.schema_editor() as editor:
        together.database_backwards("tried", editor, after, before)
    assert not TABLES & set(connection.introspection.table_names())


def test_what_changes_a_model_that_is_made_with_it_is_refused() -> None:
    with pytest.raises(ValueError, match="Add field name to gate: not together"):
        Together([*OPERATIONS, LATER])
    Together([LATER])


def test_the_state_is_that_of_each_in_turn_even_where_models_were_made_of_it_before() -> None:
    state, alone = ProjectState(), ProjectState()
    assert state.apps is not None
    Together(OPERATIONS).state_forwards("tried", state)
    for operation in OPERATIONS:
        operation.state_forwards("tried", alone)
    assert state == alone
    assert state.apps.get_model("tried", "gate")._meta.get_field("lock").related_model is not None


def test_a_plan_names_each() -> None:
    told = Together(OPERATIONS).describe()
    assert [part.split()[0] for part in told.split("; ")] == ["Create", "Create"]
