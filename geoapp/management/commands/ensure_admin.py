"""First start: the administrator `admin`, with the password kept in the state directory."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from geoapp import state

NAME = "admin"


class Command(BaseCommand):
    help = "Make the administrator 'admin', with the password kept in .local/, if there is none yet"

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model()._default_manager
        if users.filter(is_superuser=True).exists():
            self.stdout.write("    an administrator is there already")
            return
        state.ensure_secrets()
        path = state.state_dir() / "admin_password"
        password = state.read_private(path)
        try:
            validate_password(password, get_user_model()(username=NAME))
        except ValidationError as error:
            raise CommandError(f"the password in {path} will not do: {' '.join(error.messages)}") from None
        user, _new = users.get_or_create(username=NAME)
        user.is_staff = user.is_superuser = user.is_active = True
        user.set_password(password)
        user.save()
        self.stdout.write(f"    administrator '{NAME}', password in {path}")
