"""Addresses of accounts."""

from django.urls import path

from geoapp.accounts import doors, own

app_name = "account"
urlpatterns = [
    path("", own.home, name="home"),
    path("login", doors.come_in, name="login"),
    path("oidc", doors.oidc, name="oidc"),
    path("oidc/back", doors.oidc_back, name="oidc_back"),
    path("code", doors.code, name="code"),
    path("logout", doors.go, name="logout"),
    path("password", own.password, name="password"),
    path("totp", own.totp, name="totp"),
    path("sessions/end", own.end, name="end"),
    path("tokens/make", own.make_token, name="make_token"),
    path("tokens/revoke", own.revoke_token, name="revoke_token"),
]
