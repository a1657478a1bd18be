"""The demo's list of restricted parties, made up, with one likeness that waits for a reviewer."""

import io

from django.db import transaction

from accounts.services import screening
from portal.seed.people import People

# Nobody of this list exists. The first is spelt much like one of the demo's applicants.
LIST = """\
id,name,aliases,kind,countries,born,addresses,program
D-001,"HAYDARI, Nour",Noor Haydari,person,,1969,"Harbour Street 4, Gdynia",Demo sanctions
D-002,Ostmark Avionics JSC,Ostmark Avionik,organization,BY,,"Long Street 11, Minsk",Demo sanctions
D-003,"AL-RAHMANI, Yusuf",Yousef al Rahmani,person,SY,1958,,Demo sanctions
D-004,Blue Heron Shipping S.A.,,organization,PA,,,Demo sanctions
"""


@transaction.atomic
def make_lists(people: People) -> None:
    """Put the list in force and have everybody watched screened."""
    data = LIST.encode()
    snapshot = screening.upload_list(
        actor=people["operator"],
        file=io.BytesIO(data),
        file_name="demo-list.csv",
        size=len(data),
        title="Demo list",
        format_name="plain",
    )
    screening.import_list(snapshot_id=snapshot.pk)
    screening.screen_due()
