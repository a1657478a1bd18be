"""A person's own pages, mounted at /account/."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.account_home, name="account_home"),
    path("profile/", views.account_profile, name="account_profile"),
    path("tokens/", views.account_tokens, name="account_tokens"),
    path("tokens/new/", views.account_token_create, name="account_token_create"),
    path("tokens/revoke/", views.account_tokens_revoke, name="account_tokens_revoke"),
    path("tokens/<int:token_id>/revoke/", views.account_token_revoke, name="account_token_revoke"),
    path("second-factor/", views.account_second_factor, name="account_second_factor"),
    path("device/", views.account_device, name="account_device"),
    path("device/<uuid:public_id>/", views.account_device_answer, name="account_device_answer"),
    path("device/<uuid:public_id>/deny/", views.account_device_deny, name="account_device_deny"),
    path("mail/", views.account_mail, name="account_mail"),
    path("mail/stop/<str:signed>/", views.account_mail_stop, name="account_mail_stop"),
    path("notifications/", views.account_notifications, name="account_notifications"),
    path(
        "notifications/read/",
        views.account_notifications_read,
        name="account_notifications_read",
    ),
    path(
        "notifications/<int:notification_id>/read/",
        views.account_notification_read,
        name="account_notification_read",
    ),
    path("organisations/", views.account_organizations, name="account_organizations"),
    path(
        "organisations/new/",
        views.account_organization_create,
        name="account_organization_create",
    ),
    path("organisations/<slug:slug>/", views.account_organization, name="account_organization"),
    path(
        "organisations/<slug:slug>/edit/",
        views.account_organization_edit,
        name="account_organization_edit",
    ),
    path(
        "organisations/<slug:slug>/domain/",
        views.account_organization_domain,
        name="account_organization_domain",
    ),
    path(
        "memberships/<int:membership_id>/end/",
        views.account_membership_end,
        name="account_membership_end",
    ),
    path(
        "memberships/<int:membership_id>/role/",
        views.account_membership_role,
        name="account_membership_role",
    ),
    path(
        "memberships/<int:membership_id>/confirm/",
        views.account_membership_confirm,
        name="account_membership_confirm",
    ),
    # Their secrets are kept out of the log by these beginnings (common.mail_links).
    path(
        "invitations/open/<str:secret>/",
        views.account_invitation_open,
        name="account_invitation_open",
    ),
    path("mailbox/<str:secret>/", views.account_mailbox_open, name="account_mailbox_open"),
    path("invitations/<uuid:public_id>/", views.account_invitation, name="account_invitation"),
    path(
        "invitations/<uuid:public_id>/resend/",
        views.account_invitation_resend,
        name="account_invitation_resend",
    ),
    path(
        "invitations/<uuid:public_id>/revoke/",
        views.account_invitation_revoke,
        name="account_invitation_revoke",
    ),
    path("clearances/", views.account_clearances, name="account_clearances"),
    path("clearances/changed/", views.account_clearance_changed, name="account_clearance_changed"),
]
