"""What is remembered of tries to log in, so that all processes count together."""

from django.db import models

from layers.words import shown


class Tries(models.Model):
    """Refused tries of one account from one address, of one address, or of one account; or a place it is known at.

    The key is a digest: the table holds no name and no address. Rows that no try renews are deleted.
    """

    key = models.CharField(primary_key=True, max_length=64)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)
    until = models.DateTimeField()  # no try is taken before

    class Meta:
        verbose_name = verbose_name_plural = shown("登录尝试", "Log-in attempts")

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.count}"
