"""Boards and motions, mounted at /boards/."""

from django.urls import path

from boards import views

urlpatterns = [
    path("", views.board_list, name="board_list"),
    path("motions/<uuid:public_id>/", views.motion_detail, name="motion_detail"),
    path("motions/<uuid:public_id>/vote/", views.motion_vote, name="motion_vote"),
    path("motions/<uuid:public_id>/close/", views.motion_close, name="motion_close"),
    path("motions/<uuid:public_id>/withdraw/", views.motion_withdraw, name="motion_withdraw"),
    path("motions/<uuid:public_id>/cancel/", views.motion_cancel, name="motion_cancel"),
    path("<slug:slug>/", views.board_detail, name="board_detail"),
]
