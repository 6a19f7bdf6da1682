"""Signing in and looking after one's account. Names that allauth leads to are spelled as it spells them."""

from django.urls import path

from common.accounts.views import account, confirm, second_factor, signin

urlpatterns = [
    path("signin/", signin.start, name="account_login"),
    path("signin/code/", signin.code, name="account_code"),
    path("signin/code/again/", signin.again, name="account_code_again"),
    path("signin/password/", signin.password, name="account_password_login"),
    path("signin/second-factor/", second_factor.at_sign_in, name="mfa_authenticate"),
    path("signin/closed/", signin.closed, name="account_inactive"),
    path("signout/", signin.sign_out, name="account_logout"),
    path("join/", signin.join, name="account_join"),
    path("account/", account.overview, name="account"),
    path("account/confirm/", confirm.confirm, name="account_confirm"),
    path("account/confirm/code/", confirm.mail, name="account_confirm_mail"),
    path("account/password/", account.password, name="account_password"),
    path("account/email/", account.email, name="account_email"),
    path("account/email/code/", account.email_code, name="account_email_code"),
    path("account/second-factor/", second_factor.overview, name="account_second_factor"),
    path("account/second-factor/app/", second_factor.add_app, name="account_add_app"),
    path("account/second-factor/remove/", second_factor.remove, name="account_remove_app"),
    path("account/second-factor/recovery/", second_factor.recovery, name="account_recovery"),
]
