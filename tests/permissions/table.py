"""Who may go where: every route, every kind of person, one answer each.

The tests hold the portal to this table, and `python -m tests.permissions.write` makes
docs/permissions.md of it. A route that is not in it fails the build.
"""

from tests.permissions.hub import HUB
from tests.permissions.rows import (
    APPLICANT,
    EVERYBODY,
    GRANTEE,
    HERON,
    LEAD,
    MODEL,
    NOBODY,
    ONE,
    OPERATOR,
    RELEASE,
    REVIEWER,
    SIGNED_IN,
    STAFF,
    TRUSTED,
    Row,
    act,
    acts,
    page,
    public,
)

PAGES = [
    public("", note="Models whose releases have left the internal stage"),
    page("dashboard/", SIGNED_IN),
    public(f"models/{MODEL}", f"/models/{HERON}"),
    public(f"models/{RELEASE}", f"/models/{TRUSTED}", note="The files can be listed, not had"),
    public(f"models/{RELEASE}SHA256SUMS", f"/models/{TRUSTED}SHA256SUMS"),
    public(f"models/{RELEASE}aria2.txt", f"/models/{TRUSTED}aria2.txt"),
    public(f"models/{RELEASE}model.sig", f"/models/{TRUSTED}model.sig"),
    public("keys/", note="The public keys that releases and decisions are signed with"),
    public("keys/<str:fingerprint>.pem", "/keys/{key}.pem"),
    public("predicates/board-decision/v1", note="The schema of a decision record"),
    public("predicates/terms-acceptance/v1", note="The schema of a receipt"),
    public("predicates/duty-statement/v1", note="The schema of a receipt for a statement"),
    public("about/taxonomy/"),
    Row(
        f"models/{RELEASE}files/<path:path>",
        "/models/demo/heron/v1.0/files/config.json",
        GRANTEE,
        others="refused",
        anonymous="unauthorised",
        note="The verdict decides; an internal release is hidden",
    ),
    page(
        f"models/{RELEASE}links/",
        SIGNED_IN,
        "/models/demo/heron/v1.0/links/",
        note="One's own links; only who may download can make one",
    ),
    act(f"models/{RELEASE}links/revoke/", GRANTEE, "/models/demo/heron/v1.0/links/revoke/"),
    page("downloads/", SIGNED_IN, note="One's own"),
    page("downloads/export/", SIGNED_IN, note="One's own"),
    *(
        page(f"models/{RELEASE}downloads/{rest}", STAFF, f"/models/{TRUSTED}downloads/{rest}")
        for rest in ("", "export/")
    ),
    *(
        page(
            f"downloads/grants/{ONE}{rest}",
            GRANTEE | STAFF,
            f"/downloads/grants/{{grant}}/{rest}",
            note="Of the grantees, who keeps the grant",
        )
        for rest in ("", "export/")
    ),
    Row(
        "d/<str:secret>/<str:filename>",
        "/d/{link}/config.json",
        EVERYBODY,
        note="Whoever holds the secret, in the name of its maker and for as long as they may",
    ),
    Row(
        f"models/{RELEASE}",
        "/models/demo/kestrel/v0.9/",
        LEAD | REVIEWER,
        anonymous="hidden",
        note="An internal release: staff of the model only, and nobody else learns that it exists",
    ),
    Row(
        f"models/{RELEASE}files/<path:path>",
        "/models/demo/kestrel/v0.9/files/config.json",
        NOBODY,
        others="hidden; staff refused",
        anonymous="hidden",
        note="The same: a file of it is hidden, and for its staff there is no way out either",
    ),
]

ACCOUNT = [
    *(page(f"account/{rest}", SIGNED_IN) for rest in ("", "profile/", "tokens/", "tokens/new/")),
    page("account/tokens/revoke/", SIGNED_IN),
    act("account/tokens/<int:token_id>/revoke/", GRANTEE, "/account/tokens/{token}/revoke/"),
    page(
        "account/second-factor/",
        SIGNED_IN,
        note="Leads to where a second factor is shown, or set up",
    ),
    page("account/device/", SIGNED_IN, note="Where one enters the code that a device shows"),
    page(
        "account/device/<uuid:public_id>/",
        GRANTEE,
        "/account/device/{device_sign_in}/",
        note="Whoever entered the code, and nobody else",
    ),
    act(
        "account/device/<uuid:public_id>/deny/",
        GRANTEE,
        "/account/device/{device_sign_in}/deny/",
    ),
    page("account/notifications/", SIGNED_IN),
    page("account/mail/", SIGNED_IN, note="How one gets one's own messages"),
    public(
        "account/mail/stop/<str:signed>/",
        "/account/mail/stop/{stop_mail}/",
        note="Whoever holds the signed address; it turns off one person's mail of one group",
    ),
    act("account/notifications/read/", SIGNED_IN),
    act(
        "account/notifications/<int:notification_id>/read/",
        GRANTEE,
        "/account/notifications/{notification}/read/",
    ),
    page("account/organisations/", SIGNED_IN),
    page("account/organisations/new/", SIGNED_IN),
    page("account/organisations/<slug:slug>/", GRANTEE, "/account/organisations/{organization}/"),
    *(
        page(
            f"account/organisations/<slug:slug>/{rest}/",
            GRANTEE,
            f"/account/organisations/{{organization}}/{rest}/",
            note="Owners of the organisation",
        )
        for rest in ("edit", "domain")
    ),
    act(
        "account/memberships/<int:membership_id>/end/",
        GRANTEE,
        "/account/memberships/{membership}/end/",
    ),
    page(
        "account/memberships/<int:membership_id>/role/",
        GRANTEE,
        "/account/memberships/{membership}/role/",
        note="Owners of the organisation",
    ),
    page(
        "account/memberships/<int:membership_id>/confirm/",
        GRANTEE,
        "/account/memberships/{membership}/confirm/",
        note="The member, and owners of the organisation",
    ),
    public(
        "account/invitations/open/<str:secret>/",
        "/account/invitations/open/{invitation_secret}/",
        note="Whoever holds the link from the mail; it leads to an account, and does nothing else",
    ),
    public(
        "account/mailbox/<str:secret>/",
        "/account/mailbox/{mailbox_secret}/",
        note="Whoever holds the link from the mail, once",
    ),
    page(
        "account/invitations/<uuid:public_id>/",
        APPLICANT,
        "/account/invitations/{own_invitation}/",
        note="Whoever is invited, by an address that is shown to be theirs",
    ),
    *acts(
        "account/invitations/<uuid:public_id>/",
        "account/invitations/{invitation}/",
        ("resend/", GRANTEE),
        ("revoke/", GRANTEE),
    ),
    page("account/clearances/", SIGNED_IN, note="One's own, and those of one's organisations"),
    page("account/clearances/changed/", SIGNED_IN),
]

_GIVES = "Whoever has something to give; some of the people of this table have no password"

SIGN_IN = [
    *(
        public(f"accounts/{rest}")
        for rest in (
            "login/",
            "logout/",
            "signup/",
            "inactive/",
            "confirm-email/",
            "password/reset/",
            "password/reset/done/",
            "password/reset/key/done/",
        )
    ),
    public("accounts/^confirm-email/(?P<key>[-:\\w]+)/$", "/accounts/confirm-email/none/"),
    public(
        "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        "/accounts/password/reset/key/1-none/",
        note="Says that the link is not valid",
    ),
    *(
        page(f"accounts/{rest}", SIGNED_IN)
        for rest in ("email/", "password/change/", "password/set/", "login/code/confirm/")
    ),
    page(
        "accounts/reauthenticate/",
        GRANTEE | STAFF | OPERATOR,
        others="refused",
        note=_GIVES,
    ),
    *(
        page(f"accounts/{rest}", SIGNED_IN)
        for rest in (
            "2fa/",
            "2fa/authenticate/",
            "2fa/totp/activate/",
            "2fa/recovery-codes/generate/",
            "2fa/webauthn/",
            "2fa/webauthn/add/",
            "2fa/webauthn/login/",
            "sessions/",
            "3rdparty/",
        )
    ),
    *(
        page(f"accounts/2fa/{rest}", GRANTEE, note="Whoever has one")
        for rest in ("totp/deactivate/", "recovery-codes/", "recovery-codes/download/")
    ),
    *(
        page(f"accounts/2fa/{rest}", GRANTEE | STAFF | OPERATOR, others="refused", note=_GIVES)
        for rest in ("reauthenticate/", "webauthn/reauthenticate/")
    ),
    *(
        page(
            f"accounts/2fa/webauthn/keys/<int:pk>/{rest}",
            GRANTEE | STAFF | OPERATOR,
            f"/accounts/2fa/webauthn/keys/1/{rest}",
            note="Asked who they are first; then only one's own keys are known",
        )
        for rest in ("remove/", "edit/")
    ),
    public("accounts/3rdparty/login/cancelled/"),
    Row(
        "accounts/3rdparty/login/error/",
        "/accounts/3rdparty/login/error/",
        NOBODY,
        others="unauthorised",
        anonymous="unauthorised",
        note="Says, with 401, that the provider did not vouch for anybody",
    ),
    Row(
        "accounts/3rdparty/signup/",
        "/accounts/3rdparty/signup/",
        NOBODY,
        others="sign in",
        note="Whoever comes from a provider and has no account yet",
    ),
    *(
        Row(
            f"accounts/oidc/^(?P<provider_id>[^/]+)/{rest}",
            f"/accounts/oidc/sso/{rest}",
            NOBODY,
            anonymous="hidden",
            note="Everybody, once the operator has named a provider",
        )
        for rest in ("login/", "login/callback/")
    ),
]

BOARDS = [
    page("boards/", SIGNED_IN, note="Lists the boards on which one has a seat"),
    page("boards/<slug:slug>/", LEAD, "/boards/{board}/"),
    page(f"boards/motions/{ONE}", LEAD, "/boards/motions/{motion}/"),
    *acts(
        f"boards/motions/{ONE}",
        "boards/motions/{motion}/",
        ("vote/", LEAD),
        ("close/", LEAD),
        ("withdraw/", LEAD),
        ("revise/", LEAD),
        ("cancel/", LEAD),
        ("open/", LEAD),
        ("override/", LEAD),
        ("review/", LEAD),
    ),
    page(f"boards/motions/{ONE}record/", LEAD, "/boards/motions/{decided}/record/"),
    page(
        f"boards/motions/{ONE}record/<int:version>.json",
        LEAD,
        "/boards/motions/{decided}/record/1.json",
    ),
    *acts(
        f"boards/motions/{ONE}",
        "boards/motions/{decided}/",
        ("issues/", LEAD),
        ("summary/", LEAD),
    ),
    act(
        f"boards/motions/{ONE}summary/<int:version>/release/",
        LEAD,
        "/boards/motions/{decided}/summary/1/release/",
        note="The chair",
    ),
    page(
        "boards/<slug:slug>/rule/",
        LEAD,
        "/boards/{board}/rule/",
        note="Whoever sits on the board tightens it at once; loosening takes a vote",
    ),
    page(
        "boards/<slug:slug>/seats/new/",
        LEAD,
        "/boards/{board}/seats/new/",
        note="Whoever sits on the board proposes; it takes a vote",
    ),
    page(
        "boards/<slug:slug>/seats/<int:seat_id>/resign/",
        LEAD,
        "/boards/{board}/seats/{seat}/resign/",
        note="One's own seat only",
    ),
]

RELEASES = [
    public("releases/ladders/"),
    public("releases/ladders/<slug:name>/<int:version>/", "/releases/ladders/demo/1/"),
    page(
        f"releases/models/{RELEASE}ingest/",
        LEAD | REVIEWER,
        f"/releases/models/{TRUSTED}ingest/",
    ),
    page(f"releases/models/{RELEASE}watched/", STAFF, f"/releases/models/{TRUSTED}watched/"),
    act(
        f"releases/transitions/{ONE}override/<slug:key>/",
        STAFF,
        "/releases/transitions/{transition}/override/soak/",
        note="Whoever holds a seat that the ladder names; others are told why not",
    ),
    page(f"releases/blockers/{ONE}", STAFF, "/releases/blockers/{blocker}/"),
    page(f"releases/models/{RELEASE}evidence/", STAFF, f"/releases/models/{TRUSTED}evidence/"),
    *(
        page(
            f"releases/{pattern}",
            STAFF,
            f"/releases/{address}",
            note="Also who was asked to decide on a dossier that refers to it",
        )
        for pattern, address in (
            (f"evidence/{ONE}", "evidence/{evidence}/"),
            (f"evidence/{ONE}record/", "evidence/{evidence}/record/"),
            (f"documents/{ONE}", "documents/{document}/"),
        )
    ),
    *(
        page(f"releases/comparables/{rest}", STAFF, f"/releases/comparables/{place}", note=note)
        for rest, place, note in (
            ("", "", "The staff of any model, and seat holders"),
            ("export/", "export/", ""),
            (ONE, "{comparable}/", ""),
            (f"verifications/{ONE}record/", "verifications/{verification}/record/", ""),
        )
    ),
]
# Reviewers are staff of the model and may know of these acts, so they are refused, not misled.
_STAFF_ACTS = [
    ("comparables/new/", "comparables/new/"),
    ("comparables/import/", "comparables/import/"),
    *(
        (f"comparables/{ONE}{rest}", f"comparables/{{comparable}}/{rest}")
        for rest in ("edit/", "verify/", "results/new/")
    ),
    *(
        (f"comparables/results/{ONE}{rest}", f"comparables/results/{{comparable_result}}/{rest}")
        for rest in ("correct/", "withdraw/")
    ),
    (f"models/{MODEL}ingest/", f"models/{HERON}ingest/"),
    (f"models/{MODEL}formats/", f"models/{HERON}formats/"),
    (f"models/{MODEL}hold/", f"models/{HERON}hold/"),
    (f"models/{MODEL}ladder/", f"models/{HERON}ladder/"),
    (f"models/{RELEASE}cap/raise/", f"models/{TRUSTED}cap/raise/"),
    (f"models/{RELEASE}cap/lower/", f"models/{TRUSTED}cap/lower/"),
    (f"models/{RELEASE}hold/", f"models/{TRUSTED}hold/"),
    (f"models/{RELEASE}evidence/import/", f"models/{TRUSTED}evidence/import/"),
    (
        f"models/{RELEASE}evidence/add/<slug:evidence_type>/",
        f"models/{TRUSTED}evidence/add/red_team_report/",
    ),
    (f"evidence/{ONE}replace/", "evidence/{evidence}/replace/"),
    (f"evidence/{ONE}withdraw/", "evidence/{evidence}/withdraw/"),
    (f"models/{RELEASE}propose/", f"models/{TRUSTED}propose/"),
    (f"models/{RELEASE}demote/", f"models/{TRUSTED}demote/"),
    (f"models/{RELEASE}withdraw/", f"models/{TRUSTED}withdraw/"),
    (f"transitions/{ONE}revise/", "transitions/{transition}/revise/"),
    (f"transitions/{ONE}open/", "transitions/{transition}/open/"),
    (f"motions/{ONE}conditions/", "motions/{transition}/conditions/"),
    (f"models/{RELEASE}blockers/", f"models/{TRUSTED}blockers/"),
    (f"models/{RELEASE}stay/", f"models/{TRUSTED}stay/"),
    (f"blockers/{ONE}close/", "blockers/{blocker}/close/"),
    (f"holds/{ONE}lift/", "holds/{hold}/lift/"),
]
RELEASES += [
    act(f"releases/{pattern}", LEAD, f"/releases/{address}", others="hidden; reviewer refused")
    for pattern, address in _STAFF_ACTS
]

LEGAL = "Whoever holds a legal seat; in this table nobody does"
LICENSING = [
    page("licensing/applications/", SIGNED_IN, note="One's own"),
    page(
        "licensing/applications/new/",
        SIGNED_IN,
        "/licensing/applications/new/?model=demo/heron",
    ),
    *(
        page(f"licensing/applications/{ONE}{rest}", APPLICANT, place)
        for rest, place in (
            ("", "/licensing/applications/{application}/"),
            ("edit/", "/licensing/applications/{application}/edit/"),
            ("edit/<slug:section>/", "/licensing/applications/{application}/edit/purpose/"),
        )
    ),
    *acts(
        f"licensing/applications/{ONE}",
        "licensing/applications/{application}/",
        ("check/", APPLICANT),
        ("appeal/", APPLICANT),
        ("withdraw/", APPLICANT),
    ),
    page(
        f"licensing/attachments/{ONE}",
        APPLICANT,
        "/licensing/attachments/{attachment}/",
        note="Once it was sent, who reviews the model too",
    ),
    act(
        f"licensing/applications/{ONE}copy/",
        APPLICANT,
        "/licensing/applications/{application}/copy/",
    ),
    page(
        f"licensing/applications/{ONE}changes/",
        NOBODY,
        "/licensing/applications/{application}/changes/",
        note="The applicant and reviewers of the model, once it was sent twice",
    ),
    act(
        f"licensing/grants/{ONE}amend/",
        GRANTEE,
        "/licensing/grants/{grant}/amend/",
        others="hidden",
        note="Who keeps the grant",
    ),
    page(
        f"licensing/grants/{ONE}summary.json",
        GRANTEE | STAFF,
        "/licensing/grants/{grant}/summary.json",
    ),
    page(
        f"licensing/reviews/{ONE}explain/",
        REVIEWER,
        "/licensing/reviews/{review}/explain/",
        note="Every rule of an approval",
    ),
    page(
        f"licensing/grants/{ONE}explain/",
        GRANTEE | STAFF,
        "/licensing/grants/{grant}/explain/",
        note="The facts, and about others than oneself, for staff",
    ),
    public("licensing/safety-research/"),
    page(
        f"licensing/applications/{ONE}new/",
        APPLICANT,
        "/licensing/applications/{application}/new/",
        note="Whoever is vetted: what is new, on one page",
    ),
    page(
        f"licensing/applications/{ONE}references/",
        APPLICANT,
        "/licensing/applications/{application}/references/",
    ),
    page(
        f"licensing/references/{ONE}replace/",
        APPLICANT,
        "/licensing/references/{reference}/replace/",
    ),
    act(
        f"licensing/references/{ONE}resend/",
        APPLICANT,
        "/licensing/references/{reference}/resend/",
    ),
    public(
        "licensing/references/open/<str:secret>/",
        "/licensing/references/open/{reference_secret}/",
        note="Whoever holds the link from the mail, once",
    ),
    page(
        f"licensing/reviews/{ONE}references/",
        REVIEWER,
        "/licensing/reviews/{review}/references/",
    ),
    page(
        "licensing/clearances/<int:clearance_id>/renew/",
        GRANTEE,
        "/licensing/clearances/{clearance}/renew/",
        note="The person, or owners of the organisation",
    ),
    page("licensing/renewals/", REVIEWER, note="Reviewers of any model"),
    page(
        f"licensing/renewals/{ONE}",
        GRANTEE | REVIEWER,
        "/licensing/renewals/{renewal}/",
        note="Who asked, and reviewers of any model",
    ),
    act(f"licensing/renewals/{ONE}withdraw/", GRANTEE, "/licensing/renewals/{renewal}/withdraw/"),
    page("licensing/reviews/", SIGNED_IN, note="Lists what one may review"),
    page("licensing/reviews/export/", SIGNED_IN, note="The same as a table"),
    page("licensing/reviews/texts/", LEAD, note="Who leads the reviews of a model"),
    act(
        "licensing/reviews/texts/<uuid:public_id>/retire/",
        NOBODY,
        "/licensing/reviews/texts/00000000-0000-4000-8000-000000000000/retire/",
        note="Who leads the reviews of a model",
    ),
    page(
        f"licensing/models/{MODEL}reviews/",
        LEAD,
        f"/licensing/models/{HERON}reviews/",
        note="Who leads the reviews of the model",
    ),
    page(
        f"licensing/models/{MODEL}grants/export/",
        STAFF,
        f"/licensing/models/{HERON}grants/export/",
        note="As the list",
    ),
    page(f"licensing/reviews/{ONE}", REVIEWER, "/licensing/reviews/{review}/"),
    *acts(
        f"licensing/reviews/{ONE}",
        "licensing/reviews/{review}/",
        ("claim/", REVIEWER),
        ("release/", REVIEWER),
        ("assign/", REVIEWER),
        ("checklist/", REVIEWER),
        ("note/", REVIEWER),
        ("confirm/", REVIEWER),
        ("send-back/", REVIEWER),
        ("take-back/", REVIEWER),
        ("uphold/", REVIEWER),
        ("overturn/", REVIEWER),
        ("return/", REVIEWER),
        ("approve/", REVIEWER),
        ("decline/", REVIEWER),
        ("refer/", REVIEWER),
    ),
    page(
        "licensing/screening/",
        REVIEWER | LEAD,
        note="Hits of applicants and grantees of one's own models, never of oneself",
    ),
    page(f"licensing/screening/{ONE}", REVIEWER | LEAD, "/licensing/screening/{hit}/"),
    page(
        f"licensing/screening/{ONE}decide/",
        REVIEWER | LEAD,
        "/licensing/screening/{hit}/decide/",
    ),
    page(
        "licensing/countries/",
        STAFF | OPERATOR,
        note="Staff of a model, every seat and the operator, of their boards",
    ),
    page("licensing/countries/<slug:slug>/", STAFF | OPERATOR, "/licensing/countries/{board}/"),
    page(
        "licensing/countries/<slug:slug>/<int:number>/",
        STAFF | OPERATOR,
        "/licensing/countries/{board}/1/",
    ),
    page(
        "licensing/countries/<slug:slug>/change/",
        LEAD | OPERATOR,
        "/licensing/countries/{board}/change/",
        note="Who may tighten it or ask the board to loosen it",
    ),
    page(f"licensing/models/{MODEL}licences/", STAFF, f"/licensing/models/{HERON}licences/"),
    page(
        f"licensing/models/{MODEL}licences/new/",
        LEAD,
        f"/licensing/models/{HERON}licences/new/",
        note="Who may place holds on the model",
    ),
    page(f"licensing/licences/{ONE}", STAFF, "/licensing/licences/{licence}/"),
    page(f"licensing/licences/{ONE}document/", STAFF, "/licensing/licences/{licence}/document/"),
    page("licensing/suspensions/", LEAD, note="Who may place holds on a model, and every seat"),
    page("licensing/suspensions/new/", LEAD, note="Who may place holds on a model"),
    page(
        "licensing/suspensions/new/export/",
        LEAD,
        "/licensing/suspensions/new/export/?model=demo/heron",
        note="Holders of the models that one governs",
    ),
    page(
        "licensing/suspensions/place/",
        LEAD,
        "/licensing/suspensions/place/?model=demo/heron",
        note="Who may place holds on the model in whose name it is",
    ),
    page(f"licensing/suspensions/{ONE}", LEAD, "/licensing/suspensions/{suspension}/"),
    page(
        f"licensing/suspensions/{ONE}export/", LEAD, "/licensing/suspensions/{suspension}/export/"
    ),
    page(f"licensing/suspensions/{ONE}lift/", LEAD, "/licensing/suspensions/{suspension}/lift/"),
    page(
        f"licensing/suspensions/{ONE}let-out/<uuid:grant_id>/",
        STAFF,
        "/licensing/suspensions/{suspension}/let-out/{grant}/",
        note="Who governs the grant; not who placed the suspension",
    ),
    page("licensing/bans/", LEAD, note="Who may place holds on a model, and every seat"),
    page("licensing/bans/new/", LEAD, note="Who may place holds on a model"),
    page("licensing/bans/person/<uuid:pseudonym>/", LEAD, "/licensing/bans/person/{banned}/"),
    page(
        "licensing/bans/organisation/<slug:slug>/",
        LEAD,
        "/licensing/bans/organisation/{organization}/",
    ),
    page(
        f"licensing/bans/{ONE}",
        LEAD,
        "/licensing/bans/{ban}/",
        note="And those whom it keeps out, who can object there",
    ),
    page(f"licensing/bans/{ONE}lift/", LEAD, "/licensing/bans/{ban}/lift/"),
    page("licensing/grants/", SIGNED_IN, note="One's own"),
    page(f"licensing/grants/{ONE}", GRANTEE | STAFF, "/licensing/grants/{grant}/"),
    page(
        f"licensing/grants/{ONE}people/",
        GRANTEE,
        "/licensing/grants/{grant}/people/",
        note="Who keeps the list",
    ),
    *acts(
        f"licensing/grants/{ONE}",
        "licensing/grants/{grant}/",
        ("users/", GRANTEE),
        ("volume/", STAFF),
        ("suspend/", STAFF),
        ("lift/", STAFF),
        ("revoke/", STAFF),
        ("relinquish/", GRANTEE),
    ),
    act(
        f"licensing/grants/{ONE}users/<uuid:pseudonym>/end/",
        GRANTEE,
        "/licensing/grants/{grant}/users/{grant_user}/end/",
    ),
    page(f"licensing/models/{MODEL}grants/", STAFF, f"/licensing/models/{HERON}grants/"),
    *(
        page(
            f"licensing/models/{MODEL}questions/{rest}",
            LEAD,
            f"/licensing/models/{HERON}questions/{rest}",
            note="Who manages releases of the model",
        )
        for rest in ("", "export/", "preview/")
    ),
    *acts(
        f"licensing/models/{MODEL}questions/",
        f"licensing/models/{HERON}questions/",
        *((rest, LEAD) for rest in ("add/", "words/", "import/", "publish/", "discard/")),
    ),
    *(
        act(
            f"licensing/models/{MODEL}questions/<slug:key>/{rest}",
            LEAD,
            f"/licensing/models/{HERON}questions/own_site/{rest}",
        )
        for rest in ("edit/", "move/", "remove/")
    ),
    page("licensing/duties/", SIGNED_IN, note="One's own, and those of one's organisations"),
    page(
        f"licensing/duties/{ONE}",
        GRANTEE | STAFF,
        "/licensing/duties/{duty}/",
        note="Performed by whom the agreement names; staff of the model read",
    ),
    *(
        page(f"licensing/duties/{ONE}{rest}/", LEAD, f"/licensing/duties/{{overdue}}/{rest}/")
        for rest in ("waive", "answer")
    ),
    *(
        page(
            f"licensing/statements/{ONE}{rest}/",
            GRANTEE | STAFF,
            f"/licensing/statements/{{statement}}/{rest}/",
        )
        for rest in ("receipt", "file")
    ),
    page(f"licensing/models/{MODEL}duties/", STAFF, f"/licensing/models/{HERON}duties/"),
    public("licensing/terms/"),
    public("licensing/terms/<slug:slug>/", "/licensing/terms/weights-terms/"),
    public("licensing/terms/<slug:slug>/<int:number>/", "/licensing/terms/weights-terms/1/"),
    page(
        "licensing/terms/<slug:slug>/accept/",
        SIGNED_IN,
        "/licensing/terms/weights-terms/accept/?model=demo/heron",
    ),
    public(
        "licensing/terms/<slug:slug>/compare/",
        "/licensing/terms/api-terms/compare/?from=1&to=1",
    ),
    *(
        act(pattern, NOBODY, address, others="refused", note=LEGAL)
        for pattern, address in (
            ("licensing/drafts/new/", "/licensing/drafts/new/"),
            ("licensing/drafts/<int:draft_id>/", "/licensing/drafts/1/"),
            ("licensing/drafts/<int:draft_id>/publish/", "/licensing/drafts/1/publish/"),
            ("licensing/drafts/<int:draft_id>/discard/", "/licensing/drafts/1/discard/"),
            (
                "licensing/terms/<slug:slug>/<int:number>/withdraw/",
                "/licensing/terms/weights-terms/1/withdraw/",
            ),
            ("licensing/terms/<slug:slug>/retire/", "/licensing/terms/weights-terms/retire/"),
        )
    ),
    page("licensing/acceptances/", SIGNED_IN, note="One's own"),
    page(f"licensing/acceptances/{ONE}", GRANTEE, "/licensing/acceptances/{acceptance}/"),
    page(
        f"licensing/acceptances/{ONE}receipt.json",
        GRANTEE,
        "/licensing/acceptances/{acceptance}/receipt.json",
    ),
    public(f"licensing/explain/{RELEASE}", f"/licensing/explain/{TRUSTED}"),
]

OPERATION = [
    page("operation/lists/", OPERATOR),
    page("operation/lists/new/", OPERATOR),
    page("operation/lists/<int:snapshot_id>/", OPERATOR, "/operation/lists/{snapshot}/"),
    page(
        "operation/lists/<int:snapshot_id>/compare/<int:other_id>/",
        OPERATOR,
        "/operation/lists/{snapshot}/compare/{snapshot}/",
    ),
    page("operation/", OPERATOR),
    act(
        "operation/mail/<int:notification_id>/retry/",
        OPERATOR,
        "/operation/mail/{notification}/retry/",
    ),
    act("operation/releases/<int:release_id>/retry/", OPERATOR, "/operation/releases/{job}/retry/"),
    *(public(pattern) for pattern in ("health/live", "health/ready", "robots.txt")),
    *(
        Row(f"demo/mail/{rest}", shown, NOBODY, anonymous="hidden", note="In the demo: everybody")
        for rest, shown in (
            ("", "/demo/mail/"),
            ("<str:key>/", "/demo/mail/1-0/"),
            ("<str:key>/html/", "/demo/mail/1-0/html/"),
        )
    ),
]

PROGRAMS = [
    public("api/openapi.json"),
    act("hf/oauth/device", EVERYBODY, note="Anybody may ask for codes; they open nothing yet"),
    act("hf/oauth/token", EVERYBODY, note="Answers who holds a device code or refresh token"),
    Row(
        "gateway/check",
        "/gateway/check?model=demo/heron&release=v1.0",
        NOBODY,
        others="unauthorised",
        anonymous="unauthorised",
        note="Needs a token with the right to call hosted models; a browser session does not do",
    ),
    *(
        Row(
            f"api/models/<namespace>/<name>/releases{rest}",
            f"/api/models/demo/heron/releases{place}",
            NOBODY,
            method,
            others="unauthorised",
            anonymous="unauthorised",
            note="Needs a token with the right to ingest; to begin, the right to manage releases",
        )
        for rest, place, method in (
            ("", "", "POST"),
            ("/<version>/ingest", "/v1.0/ingest", "GET"),
        )
    ),
    Row(
        "api/models/<namespace>/<name>/releases/<version>/evidence",
        "/api/models/demo/heron/releases/v1.1/evidence",
        NOBODY,
        "POST",
        others="unauthorised",
        anonymous="unauthorised",
        note="Needs a token with the right to add evidence, and the right to manage releases",
    ),
    *(
        Row(
            f"api/reviews{rest}",
            f"/api/reviews{place}",
            NOBODY,
            method,
            others="unauthorised",
            anonymous="unauthorised",
            note="Needs a token with the right to review, and the right to review the model",
        )
        for rest, place, method in (
            ("", "", "GET"),
            ("/<public_id>", "/{review}", "GET"),
            *(
                (f"/<public_id>/{name}", f"/{{review}}/{name}", "POST")
                for name in ("claim", "release", "checklist", "return", "decline", "approve")
            ),
        )
    ),
    public("api/explain/<namespace>/<name>/<version>", "/api/explain/demo/heron/v1.1"),
    *(
        Row(
            f"api/{things}/<public_id>/explain",
            f"/api/{things}/{place}/explain",
            who,
            anonymous="unauthorised",
            note="What an approval needs, and the facts, for staff; a token needs their right",
        )
        for things, place, who in (
            ("applications", "{application}", APPLICANT | REVIEWER),
            ("grants", "{grant}", GRANTEE | STAFF),
        )
    ),
    Row(
        "",
        "/no-such-address/",
        NOBODY,
        anonymous="hidden",
        note="Everything else, on every path",
    ),
]

# Read-only: nobody adds, changes or deletes anything here, superusers included.
_TABLES = ("accounts/user/", "accounts/organization/")
_ROW = "<path:object_id>/"
_EXAMPLE = {"accounts/user/": "{user}/", "accounts/organization/": "{organization_id}/"}
ADMIN = [
    *(page(f"admin/{rest}", OPERATOR, others="sign in") for rest in ("", "jsi18n/")),
    *(page(f"admin/{table}", OPERATOR, others="sign in") for table in _TABLES),
    *(
        page(
            f"admin/{table}{_ROW}{rest}",
            OPERATOR,
            f"/admin/{table}{_EXAMPLE[table]}{rest}",
            others="sign in",
        )
        for table in _TABLES
        for rest in ("", "change/", "history/")
    ),
    *(
        act(
            f"admin/{table}{pattern}", NOBODY, f"/admin/{table}{place}", others="sign in or refused"
        )
        for table in _TABLES
        for pattern, place in (
            ("add/", "add/"),
            (f"{_ROW}change/", f"{_EXAMPLE[table]}change/"),
            (f"{_ROW}delete/", f"{_EXAMPLE[table]}delete/"),
        )
    ),
    public("admin/login/"),
    act("admin/logout/", EVERYBODY),
    page("admin/password_change/", OPERATOR, others="sign in"),
    page("admin/password_change/done/", OPERATOR, others="sign in"),
    page("admin/autocomplete/", NOBODY, others="sign in or refused"),
    page(
        "admin/r/<path:content_type_id>/<path:object_id>/",
        NOBODY,
        "/admin/r/1/1/",
        others="sign in or hidden",
    ),
    page("admin/^(?P<app_label>accounts)/$", OPERATOR, "/admin/accounts/", others="sign in"),
    page("admin/(?P<url>.*)$", NOBODY, "/admin/no-such-page/", others="sign in or hidden"),
]

SECTIONS = {
    "Models and downloads": PAGES,
    "One's own account": ACCOUNT,
    "Signing in": SIGN_IN,
    "Boards": BOARDS,
    "Releases": RELEASES,
    "Licensing": LICENSING,
    "Operation": OPERATION,
    "For programs": PROGRAMS,
    "For the Hub's clients (a token, never a session)": HUB,
    "Admin (read-only)": ADMIN,
}
ROWS = [row for rows in SECTIONS.values() for row in rows]
