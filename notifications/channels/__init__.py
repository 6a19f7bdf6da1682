"""Ways to reach a person."""

from notifications.channels import email
from notifications.models import Channel, Notification


def send(notification: Notification) -> str:
    """Send one message now and answer its id on the channel. Whatever goes wrong is raised."""
    match Channel(notification.channel):
        case Channel.EMAIL:
            return email.send(notification)
