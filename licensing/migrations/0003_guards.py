"""What changes in one way only, guarded by the database.

It replaces the migrations that led here, so that an instance that ran them goes on.
"""

from django.db import migrations

KEEP_BANS = """
CREATE FUNCTION licensing_keep_ban() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.lifted_at IS NULL AND NEW.lifted_at IS NOT NULL
       AND to_jsonb(OLD) - ARRAY['lifted_at', 'lifted_by_id']
           = to_jsonb(NEW) - ARRAY['lifted_at', 'lifted_by_id']
       AND EXISTS (
           SELECT 1 FROM boards_motion m
           LEFT JOIN boards_executiveoverride o ON o.motion_id = m.id
           WHERE m.id = NEW.lifted_by_id AND m.board_id = NEW.board_id AND m.kind = 'lift_ban'
             AND m.state IN ('approved', 'rejected', 'lapsed') AND COALESCE(o.outcome, m.state) = 'approved' AND m.params ->> 'ban' = NEW.public_id::text
       ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A ban is lifted by its board only: % on licensing_ban is refused.', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER licensing_ban_rows_kept BEFORE UPDATE OR DELETE ON licensing_ban
    FOR EACH ROW EXECUTE FUNCTION licensing_keep_ban();
CREATE TRIGGER licensing_ban_kept BEFORE TRUNCATE ON licensing_ban
    FOR EACH STATEMENT EXECUTE FUNCTION sluice_refuse_change();
"""
RELEASE_BANS = """
DROP TRIGGER licensing_ban_kept ON licensing_ban;
DROP TRIGGER licensing_ban_rows_kept ON licensing_ban;
DROP FUNCTION licensing_keep_ban();
"""

KEEP_ATTACHMENTS = """
CREATE FUNCTION licensing_keep_attachment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An attachment is kept as it is: % on licensing_attachment is refused.', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER licensing_attachment_rows_kept BEFORE UPDATE ON licensing_attachment
    FOR EACH ROW EXECUTE FUNCTION licensing_keep_attachment();
CREATE TRIGGER licensing_attachment_kept BEFORE TRUNCATE ON licensing_attachment
    FOR EACH STATEMENT EXECUTE FUNCTION sluice_refuse_change();
"""
RELEASE_ATTACHMENTS = """
DROP TRIGGER licensing_attachment_kept ON licensing_attachment;
DROP TRIGGER licensing_attachment_rows_kept ON licensing_attachment;
DROP FUNCTION licensing_keep_attachment();
"""

KEEP_SUSPENSIONS = """
CREATE FUNCTION licensing_keep_suspension() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told text[] := ARRAY['told_to', 'ended_told_to', 'review_told_at'];
    lift text[] := ARRAY['lifted_at', 'lifted_by_id'];
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - told - lift = to_jsonb(NEW) - told - lift
       AND NEW.told_to >= OLD.told_to AND NEW.ended_told_to >= OLD.ended_told_to
       AND (OLD.review_told_at IS NULL OR NEW.review_told_at IS NOT DISTINCT FROM OLD.review_told_at)
       AND (
           (OLD.lifted_at, OLD.lifted_by_id) IS NOT DISTINCT FROM (NEW.lifted_at, NEW.lifted_by_id)
           OR OLD.lifted_at IS NULL AND NEW.lifted_at IS NOT NULL AND EXISTS (
               SELECT 1 FROM boards_motion m
               LEFT JOIN boards_executiveoverride o ON o.motion_id = m.id
               WHERE m.id = NEW.lifted_by_id AND m.board_id = NEW.board_id
                 AND m.kind = 'lift_suspension'
                 AND m.state IN ('approved', 'rejected', 'lapsed')
                 AND COALESCE(o.outcome, m.state) = 'approved'
                 AND m.params ->> 'suspension' = NEW.public_id::text
           )
       ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A selection is lifted by its board only: % on licensing_suspension is refused.',
        TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER licensing_suspension_rows_kept BEFORE UPDATE OR DELETE ON licensing_suspension
    FOR EACH ROW EXECUTE FUNCTION licensing_keep_suspension();
CREATE TRIGGER licensing_suspension_kept BEFORE TRUNCATE ON licensing_suspension
    FOR EACH STATEMENT EXECUTE FUNCTION sluice_refuse_change();
"""
RELEASE_SUSPENSIONS = """
DROP TRIGGER licensing_suspension_kept ON licensing_suspension;
DROP TRIGGER licensing_suspension_rows_kept ON licensing_suspension;
DROP FUNCTION licensing_keep_suspension();
"""

KEEP_VERSIONS = """
CREATE FUNCTION licensing_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL
       AND OLD.in_force_at > clock_timestamp()
       AND to_jsonb(OLD) - ARRAY['withdrawn_at', 'withdrawn_by_id']
           = to_jsonb(NEW) - ARRAY['withdrawn_at', 'withdrawn_by_id'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A published text is never edited: % on licensing_termsversion is refused.',
        TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER licensing_termsversion_rows_kept BEFORE UPDATE OR DELETE ON licensing_termsversion
    FOR EACH ROW EXECUTE FUNCTION licensing_keep_version();
CREATE TRIGGER licensing_termsversion_kept BEFORE TRUNCATE ON licensing_termsversion
    FOR EACH STATEMENT EXECUTE FUNCTION sluice_refuse_change();
"""
RELEASE_VERSIONS = """
DROP TRIGGER licensing_termsversion_kept ON licensing_termsversion;
DROP TRIGGER licensing_termsversion_rows_kept ON licensing_termsversion;
DROP FUNCTION licensing_keep_version();
"""

KEEP_ANSWERED = """
CREATE FUNCTION licensing_keep_answered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    answers text[] := ARRAY[
        'outcome', 'reason', 'answered_by_id', 'answered_at', 'decided_by_id', 'decided_at'
    ];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.outcome = 'pending'
       AND to_jsonb(OLD) - answers = to_jsonb(NEW) - answers THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'It is answered once: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER licensing_proposal_rows_kept BEFORE UPDATE OR DELETE ON licensing_proposal
    FOR EACH ROW EXECUTE FUNCTION licensing_keep_answered();
CREATE TRIGGER licensing_proposal_kept BEFORE TRUNCATE ON licensing_proposal
    FOR EACH STATEMENT EXECUTE FUNCTION sluice_refuse_change();
CREATE TRIGGER licensing_appeal_rows_kept BEFORE UPDATE OR DELETE ON licensing_appeal
    FOR EACH ROW EXECUTE FUNCTION licensing_keep_answered();
CREATE TRIGGER licensing_appeal_kept BEFORE TRUNCATE ON licensing_appeal
    FOR EACH STATEMENT EXECUTE FUNCTION sluice_refuse_change();
"""
RELEASE_ANSWERED = """
DROP TRIGGER licensing_appeal_kept ON licensing_appeal;
DROP TRIGGER licensing_appeal_rows_kept ON licensing_appeal;
DROP TRIGGER licensing_proposal_kept ON licensing_proposal;
DROP TRIGGER licensing_proposal_rows_kept ON licensing_proposal;
DROP FUNCTION licensing_keep_answered();
"""

KEEP_COUNTRIES = """
CREATE FUNCTION licensing_check_country_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM licensing_countrytable t WHERE t.id = NEW.table_id AND t.board_id = NEW.board_id
    ) THEN
        RAISE EXCEPTION 'The country table is another board''s.' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.motion_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM boards_motion m
        JOIN licensing_countrytable t ON t.id = NEW.table_id
        LEFT JOIN boards_executiveoverride o ON o.motion_id = m.id
        WHERE m.id = NEW.motion_id AND m.board_id = NEW.board_id AND m.kind = 'change_countries'
          AND m.state IN ('approved', 'rejected', 'lapsed')
          AND COALESCE(o.outcome, m.state) = 'approved'
          AND m.params ->> 'to' = t.digest
    ) THEN
        RAISE EXCEPTION 'Countries are loosened by an approved motion of the board only.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER licensing_countryversion_checked BEFORE INSERT ON licensing_countryversion
    FOR EACH ROW EXECUTE FUNCTION licensing_check_country_version();

CREATE FUNCTION licensing_check_country_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM licensing_countryversion v WHERE v.table_id = NEW.table_id) THEN
        RAISE EXCEPTION 'A country table that came in force is never changed.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER licensing_countryrow_checked BEFORE INSERT ON licensing_countryrow
    FOR EACH ROW EXECUTE FUNCTION licensing_check_country_row();

CREATE FUNCTION licensing_keep_export_licence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    withdrawal text[] := ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawn_reason'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL
       AND to_jsonb(OLD) - withdrawal = to_jsonb(NEW) - withdrawal THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'An export licence is withdrawn once and else kept: % is refused.', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER licensing_exportlicence_rows_kept BEFORE UPDATE OR DELETE ON licensing_exportlicence
    FOR EACH ROW EXECUTE FUNCTION licensing_keep_export_licence();
CREATE TRIGGER licensing_exportlicence_kept BEFORE TRUNCATE ON licensing_exportlicence
    FOR EACH STATEMENT EXECUTE FUNCTION sluice_refuse_change();
"""
RELEASE_COUNTRIES = """
DROP TRIGGER licensing_exportlicence_kept ON licensing_exportlicence;
DROP TRIGGER licensing_exportlicence_rows_kept ON licensing_exportlicence;
DROP FUNCTION licensing_keep_export_licence();
DROP TRIGGER licensing_countryrow_checked ON licensing_countryrow;
DROP FUNCTION licensing_check_country_row();
DROP TRIGGER licensing_countryversion_checked ON licensing_countryversion;
DROP FUNCTION licensing_check_country_version();
"""


class Migration(migrations.Migration):
    replaces = [
        ("licensing", "0009_screening"),
        ("licensing", "0010_review_life"),
        ("licensing", "0011_grant_lists"),
        ("licensing", "0012_countries"),
        ("licensing", "0013_duties"),
    ]
    dependencies = [
        ("licensing", "0002_append_only"),
        ("boards", "0001_initial"),
        ("releases", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(KEEP_BANS, RELEASE_BANS),
        migrations.RunSQL(KEEP_ATTACHMENTS, RELEASE_ATTACHMENTS),
        migrations.RunSQL(KEEP_SUSPENSIONS, RELEASE_SUSPENSIONS),
        migrations.RunSQL(KEEP_VERSIONS, RELEASE_VERSIONS),
        migrations.RunSQL(KEEP_ANSWERED, RELEASE_ANSWERED),
        migrations.RunSQL(KEEP_COUNTRIES, RELEASE_COUNTRIES),
    ]
