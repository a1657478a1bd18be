"""What devices ask by themselves, mounted at /hf/oauth/, where the hub's client looks for it."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("device", views.oauth_device, name="oauth_device"),
    path("token", views.oauth_token, name="oauth_token"),
]
