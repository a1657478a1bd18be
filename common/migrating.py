"""Migrating an empty database in seconds: many models, whose relations are worked out once."""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class Together(Operation):
    """Several operations as one, none of which changes a model that another one makes.

    Django works out every related model anew after each operation, and nearly all of ours are
    related. Together, that is done once: a table is made as its model is at the end, and what a
    later operation adds to it would be added twice. Such operations raise ValueError.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        made = {each.name_lower for each in operations if isinstance(each, CreateModel)}
        for each in operations:
            if getattr(each, "model_name_lower", "") in made:
                raise ValueError(f"{each.describe()}: not together with what makes the model.")
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change the state by all of them, and forget the models that were made from it."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Change the database by each, in their order."""
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Undo each, the last one first."""
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Say what is done, for `migrate --plan`."""
        return "; ".join(operation.describe() for operation in self.operations)
