from django.db import migrations

# A document goes only where neither evidence nor any dossier, also a former one, names it.
KEEP_USED = """
DROP TRIGGER releases_document_rows_kept ON releases_document;
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
"""
KEEP_ALL = """
DROP TRIGGER releases_document_rows_kept ON releases_document;
DROP FUNCTION releases_keep_document();
CREATE TRIGGER releases_document_rows_kept BEFORE UPDATE OR DELETE ON releases_document
    FOR EACH ROW EXECUTE FUNCTION sluice_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("releases", "0011_comparables"),
        ("boards", "0007_overrides"),
    ]

    operations = [migrations.RunSQL(KEEP_USED, KEEP_ALL)]
