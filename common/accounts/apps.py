from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "common.accounts"
