"""The entries, and the salts of what they commit to."""

from __future__ import annotations

from django.db import models

from layers.words import shown


class RecordEntry(models.Model):
    """One entry: a leaf of the tree. Triggers refuse to change, delete or empty these rows, to the table's owner too.

    ``kind`` and ``subject`` are those that the leaf tells, to find it by. No foreign keys: what an entry tells of may go.
    """

    index = models.BigIntegerField(shown("序号", "Index"), primary_key=True)
    kind = models.CharField(shown("类别", "Kind"), max_length=32)
    subject = models.CharField(shown("对象", "Object"), max_length=120)
    leaf = models.TextField(shown("内容", "Content"))

    class Meta:
        db_table = "record_entry"
        verbose_name = shown("存证条目", "Entry of the record")
        verbose_name_plural = shown("存证条目", "Entries of the record")
        ordering = ("index",)
        default_permissions = ()
        indexes = [models.Index(fields=["kind", "subject", "index"], name="record_subject")]
        constraints = [models.CheckConstraint(condition=models.Q(index__gte=0), name="record_index")]

    def __str__(self) -> str:
        return f"{self.index} {self.kind} {self.subject}"


class Salt(models.Model):
    """The salt of an entry's commitments. Deleted when what they are of has to be forgotten (`layers.record.append.forget`)."""

    index = models.BigIntegerField(shown("序号", "Index"), primary_key=True)
    salt = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.index)
