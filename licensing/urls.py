"""The pages of licensing, mounted at /licensing/."""

from django.urls import path

from licensing.views import (
    accepting,
    again,
    appeals,
    applications,
    applying,
    attachments,
    bans,
    drafts,
    explain,
    grant_acts,
    grants,
    model_grants,
    people,
    questionnaires,
    references,
    referrals,
    renewals,
    review_acts,
    review_settings,
    reviews,
    screening,
    sent,
    short_form,
    suspensions,
    terms,
    volume,
)

# The questions that a model asks for itself, below its own address.
QUESTIONS = (
    ("", questionnaires.questions_detail),
    ("add/", questionnaires.question_add),
    ("words/", questionnaires.questions_words),
    ("import/", questionnaires.questions_import),
    ("export/", questionnaires.questions_export),
    ("preview/", questionnaires.questions_preview),
    ("publish/", questionnaires.questions_publish),
    ("discard/", questionnaires.questions_discard),
    ("<slug:key>/edit/", questionnaires.question_edit),
    ("<slug:key>/move/", questionnaires.question_move),
    ("<slug:key>/remove/", questionnaires.question_remove),
)

urlpatterns = [
    path("applications/", applications.application_list, name="application_list"),
    path("applications/new/", applying.application_new, name="application_new"),
    path(
        "applications/<uuid:public_id>/", applications.application_detail, name="application_detail"
    ),
    path(
        "applications/<uuid:public_id>/new/",
        short_form.application_short,
        name="application_short",
    ),
    path(
        "applications/<uuid:public_id>/edit/",
        applications.application_edit,
        name="application_edit",
    ),
    path(
        "applications/<uuid:public_id>/edit/<slug:section>/",
        applications.application_section,
        name="application_section",
    ),
    path(
        "applications/<uuid:public_id>/check/",
        applications.application_check,
        name="application_check",
    ),
    path(
        "applications/<uuid:public_id>/withdraw/",
        applications.application_withdraw,
        name="application_withdraw",
    ),
    path("attachments/<uuid:public_id>/", attachments.attachment, name="attachment"),
    path("safety-research/", applying.safety_research, name="safety_research"),
    path("applications/<uuid:public_id>/copy/", again.application_copy, name="application_copy"),
    path(
        "applications/<uuid:public_id>/changes/",
        sent.application_changes,
        name="application_changes",
    ),
    path("grants/<uuid:public_id>/amend/", again.grant_amend, name="grant_amend"),
    path("grants/<uuid:public_id>/summary.json", again.grant_summary, name="grant_summary"),
    path(
        "applications/<uuid:public_id>/references/",
        references.application_references,
        name="application_references",
    ),
    path(
        "references/<uuid:public_id>/replace/",
        references.reference_replace,
        name="reference_replace",
    ),
    path(
        "references/<uuid:public_id>/resend/", references.reference_resend, name="reference_resend"
    ),
    # Its secret is kept out of the log by this beginning (common.mail_links).
    path("references/open/<str:secret>/", references.reference_open, name="reference_open"),
    path(
        "reviews/<uuid:public_id>/references/",
        references.review_references,
        name="review_references",
    ),
    path("clearances/<int:clearance_id>/renew/", renewals.renewal_ask, name="renewal_ask"),
    path("renewals/", renewals.renewal_list, name="renewal_list"),
    path("renewals/<uuid:public_id>/", renewals.renewal_detail, name="renewal_detail"),
    path("renewals/<uuid:public_id>/withdraw/", renewals.renewal_withdraw, name="renewal_withdraw"),
    path(
        "applications/<uuid:public_id>/appeal/",
        appeals.application_appeal,
        name="application_appeal",
    ),
    path("reviews/", reviews.review_queue, name="review_queue"),
    path("reviews/export/", reviews.review_export, name="review_export"),
    path("reviews/texts/", review_settings.canned_texts, name="canned_texts"),
    path(
        "reviews/texts/<uuid:public_id>/retire/",
        review_settings.canned_text_retire,
        name="canned_text_retire",
    ),
    path("reviews/<uuid:public_id>/", reviews.review_detail, name="review_detail"),
    *(
        path(f"reviews/<uuid:public_id>/{act}/", view, name=f"review_{act.replace('-', '_')}")
        for act, view in {
            "claim": review_acts.review_claim,
            "release": review_acts.review_release,
            "assign": review_acts.review_assign,
            "checklist": review_acts.review_tick,
            "note": review_acts.review_note,
            "return": review_acts.review_return,
            "approve": review_acts.review_approve,
            "confirm": review_acts.review_confirm,
            "send-back": review_acts.review_send_back,
            "take-back": review_acts.review_take_back,
            "decline": review_acts.review_decline,
            "uphold": review_acts.review_uphold,
            "overturn": review_acts.review_overturn,
        }.items()
    ),
    path("reviews/<uuid:public_id>/refer/", referrals.review_refer, name="review_refer"),
    path("screening/", screening.screening_queue, name="screening_queue"),
    path("screening/<uuid:public_id>/", screening.screening_hit, name="screening_hit"),
    path("screening/<uuid:public_id>/decide/", screening.screening_decide, name="screening_decide"),
    path("bans/", bans.ban_list, name="ban_list"),
    path("bans/new/", bans.ban_find, name="ban_find"),
    path("bans/person/<uuid:pseudonym>/", bans.ban_person, name="ban_person"),
    path("bans/organisation/<slug:slug>/", bans.ban_organization, name="ban_organization"),
    path("bans/<uuid:public_id>/", bans.ban_detail, name="ban_detail"),
    path("bans/<uuid:public_id>/lift/", bans.ban_lift, name="ban_lift"),
    path("suspensions/", suspensions.suspension_list, name="suspension_list"),
    path("suspensions/new/", suspensions.suspension_new, name="suspension_new"),
    path(
        "suspensions/new/export/",
        suspensions.suspension_preview_export,
        name="suspension_preview_export",
    ),
    path("suspensions/place/", suspensions.suspension_place, name="suspension_place"),
    path("suspensions/<uuid:public_id>/", suspensions.suspension_detail, name="suspension_detail"),
    path(
        "suspensions/<uuid:public_id>/export/",
        suspensions.suspension_export,
        name="suspension_export",
    ),
    path("suspensions/<uuid:public_id>/lift/", suspensions.suspension_lift, name="suspension_lift"),
    path(
        "suspensions/<uuid:public_id>/let-out/<uuid:grant_id>/",
        suspensions.suspension_let_out,
        name="suspension_let_out",
    ),
    path("grants/", grants.grant_list, name="grant_list"),
    path("grants/<uuid:public_id>/", grants.grant_detail, name="grant_detail"),
    path("grants/<uuid:public_id>/people/", people.grant_people, name="grant_people"),
    path("grants/<uuid:public_id>/users/", grant_acts.grant_user_add, name="grant_user_add"),
    path(
        "grants/<uuid:public_id>/users/<uuid:pseudonym>/end/",
        grant_acts.grant_user_end,
        name="grant_user_end",
    ),
    path("grants/<uuid:public_id>/volume/", volume.grant_volume, name="grant_volume"),
    path("grants/<uuid:public_id>/suspend/", grant_acts.grant_suspend, name="grant_suspend"),
    path("grants/<uuid:public_id>/lift/", grant_acts.grant_lift, name="grant_lift"),
    path("grants/<uuid:public_id>/revoke/", grant_acts.grant_revoke, name="grant_revoke"),
    path(
        "grants/<uuid:public_id>/relinquish/", grant_acts.grant_relinquish, name="grant_relinquish"
    ),
    *(
        path(f"models/<slug:namespace>/<str:name>/questions/{rest}", view, name=view.__name__)
        for rest, view in QUESTIONS
    ),
    path(
        "models/<slug:namespace>/<str:name>/grants/",
        model_grants.model_grants,
        name="model_grants",
    ),
    path(
        "models/<slug:namespace>/<str:name>/grants/export/",
        model_grants.model_grants_export,
        name="model_grants_export",
    ),
    path(
        "models/<slug:namespace>/<str:name>/reviews/",
        review_settings.review_rule,
        name="review_rule",
    ),
    path("terms/", terms.terms_list, name="terms_list"),
    path("drafts/new/", drafts.draft_new, name="terms_draft_new"),
    path("drafts/<int:draft_id>/", drafts.draft_edit, name="terms_draft"),
    path("drafts/<int:draft_id>/publish/", drafts.draft_publish, name="terms_draft_publish"),
    path("drafts/<int:draft_id>/discard/", drafts.draft_discard, name="terms_draft_discard"),
    path("terms/<slug:slug>/", terms.terms_detail, name="terms_detail"),
    path("terms/<slug:slug>/accept/", accepting.terms_accept, name="terms_accept"),
    path("terms/<slug:slug>/compare/", terms.terms_compare, name="terms_compare"),
    path("terms/<slug:slug>/retire/", drafts.terms_retire, name="terms_retire"),
    path("terms/<slug:slug>/<int:number>/", terms.terms_version, name="terms_version"),
    path(
        "terms/<slug:slug>/<int:number>/withdraw/", drafts.version_withdraw, name="terms_withdraw"
    ),
    path("acceptances/", accepting.acceptance_list, name="acceptance_list"),
    path("acceptances/<uuid:public_id>/", accepting.acceptance_detail, name="acceptance_detail"),
    path(
        "acceptances/<uuid:public_id>/receipt.json",
        accepting.acceptance_receipt,
        name="acceptance_receipt",
    ),
    path("explain/<slug:namespace>/<str:name>/<str:version>/", explain.explain, name="explain"),
]
