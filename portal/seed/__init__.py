"""The demo's instance: people, a board, models with weights and evidence, access to them."""

from django.db import connection, transaction

from portal.seed import access, catalog, countries, people, register, screening
from portal.seed.transformer import Shape
from releases.selectors import model_by_name


@transaction.atomic
def seed(heron: Shape = catalog.HERON) -> bool:
    """Make the demo, whole or not at all; tell whether there was anything to do.

    What visitors did since stays: a demo that is there is left alone. `heron` is the shape of
    the first release's transformer, for tests that can do with a smaller one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sluice:seed'))")
    if model_by_name("demo", "heron") is not None:
        return False
    everybody = people.make_people()
    board = catalog.found_board(everybody)
    ladder = catalog.load_ladder_and_terms()
    first, second = catalog.make_models(everybody, board, ladder)
    comparables = register.make_register(everybody)
    catalog.make_releases(everybody, first, second, comparables, heron)
    access.make_questions(everybody, first)
    access.make_access(everybody, first)
    countries.make_countries(everybody, board)
    screening.make_lists(everybody)
    return True
