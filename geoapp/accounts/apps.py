"""Accounts as a Django app: tries, sessions, second factors and tokens, and what is done at log-in and log-out."""

from django.apps import AppConfig

from layers.words import shown


class AccountsConfig(AppConfig):
    name = "geoapp.accounts"
    label = "accounts"
    verbose_name = shown("账号", "Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from geoapp.accounts import arrivals  # noqa: F401  (connects its receivers)
