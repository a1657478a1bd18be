"""Boards and motions, mounted at /boards/."""

from django.urls import path

from boards import views

urlpatterns = [
    path("", views.board_list, name="board_list"),
    path("motions/<uuid:public_id>/", views.motion_detail, name="motion_detail"),
    path("motions/<uuid:public_id>/vote/", views.motion_vote, name="motion_vote"),
    path("motions/<uuid:public_id>/close/", views.motion_close, name="motion_close"),
    path("motions/<uuid:public_id>/revise/", views.motion_revise, name="motion_revise"),
    path("motions/<uuid:public_id>/withdraw/", views.motion_withdraw, name="motion_withdraw"),
    path("motions/<uuid:public_id>/cancel/", views.motion_cancel, name="motion_cancel"),
    path("motions/<uuid:public_id>/record/", views.motion_record, name="motion_record"),
    path(
        "motions/<uuid:public_id>/record/<int:version>.json",
        views.motion_record_file,
        name="motion_record_file",
    ),
    path("motions/<uuid:public_id>/issues/", views.motion_issues, name="motion_issues"),
    path("motions/<uuid:public_id>/summary/", views.motion_summary, name="motion_summary"),
    path(
        "motions/<uuid:public_id>/summary/<int:version>/release/",
        views.summary_release,
        name="summary_release",
    ),
    path("motions/<uuid:public_id>/open/", views.motion_open, name="motion_open"),
    path("motions/<uuid:public_id>/override/", views.motion_override, name="motion_override"),
    path("motions/<uuid:public_id>/review/", views.motion_review, name="motion_review"),
    path("<slug:slug>/rule/", views.board_rule, name="board_rule"),
    path("<slug:slug>/seats/new/", views.seat_propose, name="seat_propose"),
    path("<slug:slug>/seats/<int:seat_id>/resign/", views.seat_resign, name="seat_resign"),
    path("<slug:slug>/", views.board_detail, name="board_detail"),
]
