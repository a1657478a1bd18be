"""What is never edited, guarded by the database.

It replaces the migrations that led here, so that an instance that ran them goes on.
"""

from django.db import migrations

from common.guards import append_only

# A document that no evidence and no dossier names may go.
KEEP_DOCUMENTS = """
CREATE FUNCTION releases_keep_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
       AND NOT EXISTS (SELECT 1 FROM releases_evidence e WHERE e.file_id = OLD.id)
       AND NOT EXISTS (
           SELECT 1 FROM boards_dossier d
           WHERE position(OLD.public_id::text IN d.content::text) > 0
       ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'A document that is used is kept as it is: % on releases_document is refused.',
        TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER releases_document_rows_kept BEFORE UPDATE OR DELETE ON releases_document
    FOR EACH ROW EXECUTE FUNCTION releases_keep_document();
CREATE TRIGGER releases_document_kept BEFORE TRUNCATE ON releases_document
    FOR EACH STATEMENT EXECUTE FUNCTION sluice_refuse_change();
"""
RELEASE_DOCUMENTS = """
DROP TRIGGER releases_document_kept ON releases_document;
DROP TRIGGER releases_document_rows_kept ON releases_document;
DROP FUNCTION releases_keep_document();
"""


class Migration(migrations.Migration):
    replaces = [
        ("releases", "0002_format_overrides"),
        ("releases", "0003_signatures"),
        ("releases", "0004_rehash"),
        ("releases", "0005_ingest_sources"),
        ("releases", "0006_pending_objects"),
        ("releases", "0007_ladder_keys"),
        ("releases", "0008_evidence"),
        ("releases", "0009_cohort_caps"),
        ("releases", "0010_gates"),
        ("releases", "0011_comparables"),
        ("releases", "0012_unused_documents"),
        ("releases", "0013_full_reviews"),
        ("releases", "0014_second_factor"),
        ("releases", "0015_lead_review"),
    ]
    dependencies = [
        ("releases", "0001_initial"),
        ("boards", "0001_initial"),
        ("audit", "0002_guards"),
    ]

    operations = [
        append_only("releases_ladder"),
        append_only("releases_stage"),
        append_only("releases_stageentry"),
        append_only("releases_formatoverride"),
        append_only("releases_releasesignature"),
        append_only("releases_evidence"),
        append_only("releases_evidenceend"),
        append_only("releases_evidencereminder"),
        append_only("releases_cohortcap"),
        append_only("releases_requirementoverride"),
        append_only("releases_conditionfired"),
        append_only("releases_stagereview"),
        append_only("releases_reviewcall"),
        append_only("releases_comparablestatement"),
        append_only("releases_comparableresult"),
        append_only("releases_comparableverification"),
        append_only("releases_comparablereminder"),
        append_only("releases_comparableimport"),
        migrations.RunSQL(KEEP_DOCUMENTS, RELEASE_DOCUMENTS),
    ]
