"""Every setting, read from the environment once. `.env.example` says what each is for.

A setting that is missing or wrong stops the start with its name.
"""

from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.contrib.messages import constants as messages

from config import env
from config.logging import logging_config

django_stubs_ext.monkeypatch()  # Django's generic classes take their types at run time, too

BASE_DIR = Path(__file__).resolve().parent.parent

# --- What kind of installation this is -------------------------------------------------------------------------------
PRACTICE_MODE = env.boolean("PRACTICE_MODE", default=False)
DEBUG = env.boolean("DEBUG", default=False)
SITE_URL = env.url("SITE_URL")
SITE_NAME = env.text("SITE_NAME", default="Samay")
SITE_CONTACT = env.text("SITE_CONTACT", default="help@example.org" if PRACTICE_MODE else "")
SECURE = SITE_URL.startswith("https://")
SECRET_KEY = env.secret("SECRET_KEY", at_least=50)
SECRET_KEY_FALLBACKS = env.listed("SECRET_KEY_FALLBACKS", default=[])
FIELD_KEYS = env.fernet_keys("FIELD_KEYS")
ALLOWED_HOSTS = env.listed("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname or ""])
CLOCK_FILE = env.text("CLOCK_FILE", default="") if PRACTICE_MODE else ""
if not SECURE and not PRACTICE_MODE:
    env.refuse("SITE_URL", "must start with https:// unless PRACTICE_MODE is on")

# --- Apps and the way of a request ------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.SamayAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "ninja",
    "anymail",
    "common",
    "practitioners",
    "booking",
    "payments",
    "notifications",
    "common.accounts",
]
if PRACTICE_MODE:
    INSTALLED_APPS += ["payments.sandbox", "notifications.sandbox"]

MIDDLEWARE = [
    "common.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "common.middleware.SecurityHeaders",
    "common.middleware.NoNul",
    "common.middleware.WhenBusy",
    "common.middleware.WhenTooMany",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "common.accounts.middleware.SessionAge",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "common.context.site",
            ],
            "builtins": ["django.templatetags.i18n", "common.templatetags.samay"],
        },
    }
]
FORM_RENDERER = "common.forms.Renderer"
AUTH_USER_MODEL = "common.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Signing in -------------------------------------------------------------------------------------------------------
# Whether the desk and the back office ask for a second factor.
SECOND_FACTOR = env.one_of("SECOND_FACTOR", "required", "optional", default="optional" if PRACTICE_MODE else "required")
RATE_LIMITS = env.boolean("RATE_LIMITS", default=True)
if not RATE_LIMITS and not PRACTICE_MODE:
    env.refuse("RATE_LIMITS", "can be off in practice mode only")
LOGIN_URL = "account_login"
SECOND_FACTOR_URL = "account_second_factor"
LOGIN_REDIRECT_URL = "account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
ACCOUNT_ADAPTER = "common.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # a code is what proves an address, before there is an account
ACCOUNT_RATE_LIMITS = False  # common.limits counts instead, exactly and in PostgreSQL
# Who may make a desk of their own, and whether an admin has to approve it before patients see the page.
PRACTITIONER_SIGNUP = env.one_of(
    "PRACTITIONER_SIGNUP", "open", "approve", "off", default="open" if PRACTICE_MODE else "approve"
)
MFA_ADAPTER = "common.accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {"authenticate": "common.accounts.forms.SecondFactorForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_REAUTHENTICATION_REQUIRED = (
    False  # common.accounts.views asks by itself, also those who have neither password nor app
)
MFA_ALLOW_UNVERIFIED_EMAIL = True  # there is no other way in than by a code, or a password that an admin gave

# --- Data -------------------------------------------------------------------------------------------------------------
# The application works as a role that owns nothing; `migrate` alone works as the owner.
_POSTGRES_LIMITS = "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s"
DATABASES = {"default": env.database("DATABASE_URL", limits=_POSTGRES_LIMITS)}
DATABASE_OWNER = env.database("DATABASE_OWNER_URL", limits="") if env.given("DATABASE_OWNER_URL") else None
REDIS_URL = env.redis("REDIS_URL", default="redis://localhost:6379/0")
# What must last, such as sessions and counts of tries, is in PostgreSQL; nothing asks a cache across the network.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Times on offer; a month is some 6 KB, and what an older version left behind goes first when it is full.
    "slots": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "slots",
        "TIMEOUT": 3600,
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}

# --- Work in the background -------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.broker("BROKER_URL", default=REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "health_check_interval": 10,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# What runs when the broker dies finishes: the row tells that it is done, and a second delivery finds nothing to do.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = env.text("BEAT_SCHEDULE_FILE", default="/tmp/samay-beat")  # noqa: S108 - no secret

# --- Words, times, files ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
SITE_ZONE = env.text("SITE_ZONE", default="Asia/Kolkata")
if SITE_ZONE not in available_timezones():
    env.refuse("SITE_ZONE", "is not the name of a time zone")
LANGUAGES = [("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = None if PRACTICE_MODE else BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
_HASHED = "whitenoise.storage.CompressedManifestStaticFilesStorage"
_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _PLAIN if PRACTICE_MODE else _HASHED},
}
WHITENOISE_USE_FINDERS = PRACTICE_MODE
WHITENOISE_ALLOW_ALL_ORIGINS = False

MESSAGE_TAGS = {messages.ERROR: "bad", messages.SUCCESS: "ok", messages.WARNING: "warn", messages.INFO: "info"}

# --- Safety -----------------------------------------------------------------------------------------------------------
COOKIE_PREFIX = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "common.views.forbidden"
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", *([r"^sandbox/razorpay/v1/"] if PRACTICE_MODE else [])]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
BEHIND_PROXY = env.boolean("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["common.uploads.Bounded"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- The outside world ------------------------------------------------------------------------------------------------
_MAIL = env.mail("EMAIL_URL", default="smtp://localhost:25")
EMAIL_BACKEND = env.text("EMAIL_BACKEND", default=_MAIL["EMAIL_BACKEND"])
EMAIL_HOST, EMAIL_PORT = _MAIL["EMAIL_HOST"], _MAIL["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL["EMAIL_HOST_USER"], _MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL["EMAIL_USE_TLS"], _MAIL["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <no-reply@{urlsplit(SITE_URL).hostname}>")
# Where visits by video take place, unless the practitioner has a room of their own.
MEETING_BASE = env.url("MEETING_BASE", default="https://meet.jit.si")
if not MEETING_BASE.startswith("https://"):
    env.refuse("MEETING_BASE", "must start with https://")
RAZORPAY_KEY_ID = env.text("RAZORPAY_KEY_ID", default="")
RAZORPAY_KEY_SECRET = env.text("RAZORPAY_KEY_SECRET", default="")
RAZORPAY_WEBHOOK_SECRET = env.listed("RAZORPAY_WEBHOOK_SECRET", default=[])
# Where a payment form may lead the browser (razorpay's short links and its pages).
CHECKOUT_ORIGINS = ["https://rzp.io", "https://*.razorpay.com"]
RAZORPAY_API_BASE = env.url("RAZORPAY_API_BASE", default="https://api.razorpay.com")

LOGGING = logging_config(level=env.text("LOG_LEVEL", default="INFO"))
SILENCED_SYSTEM_CHECKS: list[str] = []
