"""Signing up and in, second factors, sessions and linked accounts, mounted at /accounts/.

What allauth.urls has, without the addresses that it keeps for older versions of itself.
"""

from allauth.urls import build_provider_urlpatterns
from django.urls import include, path

urlpatterns = [
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    path("3rdparty/", include("allauth.socialaccount.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    *build_provider_urlpatterns(),
]
