"""Mail as it arrived at the sandbox's receiver."""

from django.db import models


class Mail(models.Model):
    """One message. `text` and `html` are its two readings; what else it holds are attachments."""

    to = models.TextField(help_text="The envelope's recipients, separated by commas.")
    sender = models.TextField(blank=True)
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    message_id = models.TextField(blank=True)
    received_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "mail"

    def __str__(self) -> str:
        return f"mail {self.pk}"


class Attachment(models.Model):
    mail = models.ForeignKey(Mail, models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=255, blank=True)
    content_type = models.CharField(max_length=255)
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"attachment {self.pk}"
