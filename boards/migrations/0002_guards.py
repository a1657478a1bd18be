"""What is never edited, guarded by the database.

It replaces the migrations that led here, so that an instance that ran them goes on.
"""

from django.db import migrations

from common.guards import append_only

KEEP_BALLOTS = """
CREATE FUNCTION boards_keep_ballot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.excluded = '' AND NEW.excluded <> ''
       AND to_jsonb(OLD) - 'excluded' = to_jsonb(NEW) - 'excluded' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The seats of a vote are a snapshot: % on boards_ballot is refused.', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER boards_ballot_rows_kept BEFORE UPDATE OR DELETE ON boards_ballot
    FOR EACH ROW EXECUTE FUNCTION boards_keep_ballot();
CREATE TRIGGER boards_ballot_kept BEFORE TRUNCATE ON boards_ballot
    FOR EACH STATEMENT EXECUTE FUNCTION sluice_refuse_change();
"""
RELEASE_BALLOTS = """
DROP TRIGGER boards_ballot_kept ON boards_ballot;
DROP TRIGGER boards_ballot_rows_kept ON boards_ballot;
DROP FUNCTION boards_keep_ballot();
"""


class Migration(migrations.Migration):
    replaces = [
        ("boards", "0002_board_rule"),
        ("boards", "0003_decision_records"),
        ("boards", "0004_terms"),
        ("boards", "0005_conflicts"),
        ("boards", "0006_tightening_and_emergencies"),
        ("boards", "0007_overrides"),
        ("boards", "0008_ballot_independence"),
        ("boards", "0009_by_board_rule"),
        ("boards", "0010_idle_reminders"),
    ]
    dependencies = [
        ("boards", "0001_initial"),
        ("audit", "0002_guards"),
    ]

    operations = [
        append_only("boards_vote"),
        append_only("boards_dossier"),
        append_only("boards_decisionrecord"),
        append_only("boards_issuesummary"),
        append_only("boards_publicsummary"),
        append_only("boards_summaryrelease"),
        append_only("boards_executiveoverride"),
        migrations.RunSQL(KEEP_BALLOTS, RELEASE_BALLOTS),
    ]
