"""Staff acts and ladders, mounted at /releases/."""

from django.urls import path

from releases import views

MODEL = "models/<slug:namespace>/<str:name>/"
RELEASE = f"{MODEL}<str:version>/"
COMPARABLE = "comparables/<uuid:public_id>/"
RESULT = "comparables/results/<uuid:public_id>/"

urlpatterns = [
    path("ladders/", views.ladder_list, name="ladder_list"),
    path("ladders/<slug:name>/<int:version>/", views.ladder_detail, name="ladder_detail"),
    path("comparables/", views.comparable_list, name="comparable_list"),
    path("comparables/new/", views.comparable_add, name="comparable_add"),
    path("comparables/import/", views.comparable_import, name="comparable_import"),
    path("comparables/export/", views.comparable_export, name="comparable_export"),
    path(f"{COMPARABLE}", views.comparable_detail, name="comparable_detail"),
    path(f"{COMPARABLE}edit/", views.comparable_edit, name="comparable_edit"),
    path(f"{COMPARABLE}verify/", views.comparable_verify, name="comparable_verify"),
    path(f"{COMPARABLE}results/new/", views.result_add, name="comparable_result_add"),
    path(f"{RESULT}correct/", views.result_correct, name="comparable_result_correct"),
    path(f"{RESULT}withdraw/", views.result_withdraw, name="comparable_result_withdraw"),
    path(
        "comparables/verifications/<uuid:public_id>/record/",
        views.verification_record,
        name="comparable_verification_record",
    ),
    path(f"{MODEL}ingest/", views.release_ingest, name="release_ingest"),
    path(f"{MODEL}formats/", views.format_override, name="format_override"),
    path(f"{MODEL}ladder/", views.ladder_change, name="ladder_change"),
    path(f"{MODEL}hold/", views.hold_place, name="hold_place"),
    path(f"{RELEASE}ingest/", views.ingest_progress, name="ingest_progress"),
    path(f"{RELEASE}hold/", views.hold_place, name="hold_place"),
    path(f"{RELEASE}evidence/", views.evidence_list, name="evidence_list"),
    path(f"{RELEASE}evidence/import/", views.evidence_import, name="evidence_import"),
    path(f"{RELEASE}evidence/add/<slug:evidence_type>/", views.evidence_add, name="evidence_add"),
    path("evidence/<uuid:public_id>/", views.evidence_detail, name="evidence_detail"),
    path("evidence/<uuid:public_id>/record/", views.evidence_record, name="evidence_record"),
    path("evidence/<uuid:public_id>/replace/", views.evidence_supersede, name="evidence_supersede"),
    path("evidence/<uuid:public_id>/withdraw/", views.evidence_withdraw, name="evidence_withdraw"),
    path("documents/<uuid:public_id>/", views.document, name="document"),
    path(f"{RELEASE}propose/", views.transition_propose, name="transition_propose"),
    path(f"{RELEASE}cap/raise/", views.cap_raise, name="cap_raise"),
    path(f"{RELEASE}cap/lower/", views.cap_lower, name="cap_lower"),
    path(f"{RELEASE}demote/", views.release_demote, name="release_demote"),
    path(f"{RELEASE}withdraw/", views.release_withdraw, name="release_withdraw"),
    path("transitions/<uuid:public_id>/revise/", views.transition_revise, name="transition_revise"),
    path("transitions/<uuid:public_id>/open/", views.transition_open, name="transition_open"),
    path(
        "transitions/<uuid:public_id>/override/<slug:key>/",
        views.requirement_override,
        name="requirement_override",
    ),
    path("motions/<uuid:public_id>/conditions/", views.motion_conditions, name="motion_conditions"),
    path(f"{RELEASE}watched/", views.release_watch, name="release_watch"),
    path(f"{RELEASE}stay/", views.re_review_propose, name="re_review_propose"),
    path(f"{RELEASE}blockers/", views.blocker_open, name="blocker_open"),
    path("blockers/<uuid:public_id>/", views.blocker_detail, name="blocker_detail"),
    path("blockers/<uuid:public_id>/close/", views.blocker_close, name="blocker_close"),
    path("holds/<uuid:public_id>/lift/", views.hold_lift, name="hold_lift"),
]
