"""A ban is lifted by what its board's motion counts as, an executive's override included."""

from django.db import migrations

KEEP_BAN = """
CREATE OR REPLACE FUNCTION licensing_keep_ban() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.lifted_at IS NULL AND NEW.lifted_at IS NOT NULL
       AND to_jsonb(OLD) - ARRAY['lifted_at', 'lifted_by_id']
           = to_jsonb(NEW) - ARRAY['lifted_at', 'lifted_by_id']
       AND EXISTS (
           SELECT 1 FROM boards_motion m
           {join}
           WHERE m.id = NEW.lifted_by_id AND m.board_id = NEW.board_id AND m.kind = 'lift_ban'
             AND {approved} AND m.params ->> 'ban' = NEW.public_id::text
       ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A ban is lifted by its board only: % on licensing_ban is refused.', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""
BY_OUTCOME = KEEP_BAN.format(
    join="LEFT JOIN boards_executiveoverride o ON o.motion_id = m.id",
    approved=(
        "m.state IN ('approved', 'rejected', 'lapsed') "
        "AND COALESCE(o.outcome, m.state) = 'approved'"
    ),
)
BY_STATE = KEEP_BAN.format(join="", approved="m.state = 'approved'")


class Migration(migrations.Migration):
    dependencies = [
        ("boards", "0007_overrides"),
        ("licensing", "0003_bans_and_referrals"),
    ]

    operations = [migrations.RunSQL(BY_OUTCOME, BY_STATE)]
