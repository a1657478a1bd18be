"""All settings of Sluice. Production differs by environment variables only.

A variable that is missing or malformed stops the start with a sentence; only the demo
(`make run`, see `portal.embedded`) has defaults for what must be secret.
"""

import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import bootstrap_wrapper
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from accounts.screening.algorithm import Algorithm
from common.dsse import read_signing_key
from common.storage_url import Bucket, parse_buckets, parse_origin, parse_storage_url
from portal.embedded import broker, demo, postgres
from portal.environment import env, env_bool, env_clients, env_number, env_path_list
from portal.providers import read_providers
from portal.schedule import beat_schedule

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data"))).resolve()

# The demo: a data directory that `make run` made, and no database of the operator's own.
_DATABASE_URL = env.str("DATABASE_URL", default="")
DEMO = env_bool("SLUICE_DEMO", default=not _DATABASE_URL and demo.key_path(DATA_DIR).exists())
_demo_key = demo.read_demo_key(DATA_DIR) if DEMO else ""


def secret(name: str) -> str:
    """Read a secret of at least 32 characters; in the demo it comes from the demo's own key."""
    value = env.str(name, default="")
    if not value and DEMO:
        return hashlib.sha256(f"{name}:{_demo_key}".encode()).hexdigest()
    if len(value) < 32:
        raise ImproperlyConfigured(f"{name} must be set to at least 32 random characters.")
    return value


SECRET_KEY = secret("SECRET_KEY")
# Wraps the per-subject keys (audit.personal). The first of several, separated by ',', wraps
# new keys; the others still open old ones.
PERSONAL_DATA_KEYS = [
    base64.urlsafe_b64encode(hashlib.sha256(part.encode()).digest())
    for part in secret("PERSONAL_DATA_KEY").split(",")
]

try:
    SIGNING_KEY = read_signing_key(
        env.str("SIGNING_KEY", default="", multiline=True),
        env.str("SIGNING_KEY_FILE", default=""),
        demo_key=_demo_key,
    )
except ValueError as error:
    raise ImproperlyConfigured(str(error)) from None

DEBUG = False
PORT = env_number("PORT", default=8000, least=1, most=65535)
VERSION = "0.1.0"
INSTANCE_NAME = env.str("INSTANCE_NAME", default="Sluice")
BASE_URL = env.str("BASE_URL", default=f"http://127.0.0.1:{PORT}" if DEMO else "")
if not BASE_URL:
    raise ImproperlyConfigured("BASE_URL must be set, for example https://sluice.example.org.")
_base = urlsplit(BASE_URL)
if _base.scheme not in {"http", "https"} or not _base.hostname:
    raise ImproperlyConfigured(f"BASE_URL must be an http or https address, not {BASE_URL!r}.")
HTTPS = _base.scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_base.hostname])
if DEMO:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [BASE_URL.rstrip("/")]
# Number of reverse proxies whose X-Forwarded-For entries are believed.
TRUSTED_PROXIES = env_number("TRUSTED_PROXIES", default=0, most=10)

_providers = read_providers()

INSTALLED_APPS = [
    "portal",
    "delivery",
    "licensing",
    "releases",
    "boards",
    "accounts",
    "audit",
    "common",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    *_providers.apps,
    "allauth.usersessions",
    "guardian",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "common.request_id.RequestIdMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.ProviderMiddleware",
    "accounts.kept_forms.KeptFormMiddleware",
    "portal.staff_second_factor.StaffSecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "common.errors.RefusedMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
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
                "portal.context.portal",
            ],
        },
    },
]

# Database
if not _DATABASE_URL and not DEMO:
    raise ImproperlyConfigured(
        "DATABASE_URL must be set, for example postgres://sluice:secret@db/sluice."
    )
_DATABASE_URL = _DATABASE_URL or postgres.database_url(DATA_DIR, "sluice")
DATABASES = {"default": env.db_url_config(_DATABASE_URL)}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (postgres://…).")
DATABASES["default"]["CONN_MAX_AGE"] = env_number("DATABASE_CONN_MAX_AGE", default=60, most=86400)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# For common.prepared. 0 for a pooler that gives each transaction another connection.
if env_bool("DATABASE_PREPARED_STATEMENTS", default=True):
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options["prepare_threshold"] = 0
    # Without it, PostgreSQL plans most of them anew each time: it takes an array for large.
    _options["options"] = f"{_options.get('options', '')} -c plan_cache_mode=force_generic_plan"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Queue. Rows say what is owed; a lost broker delays and loses nothing.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=broker.BROKER_URL if DEMO else "")
if not CELERY_BROKER_URL:
    raise ImproperlyConfigured(
        "CELERY_BROKER_URL must be set, for example redis://localhost/0 or amqp://user:pw@host//."
    )
CELERY_BROKER_TRANSPORT_OPTIONS = (
    broker.broker_options(DATA_DIR)
    if CELERY_BROKER_URL.startswith("pgmq:")
    else {"visibility_timeout": 600}
    if CELERY_BROKER_URL.startswith(("redis:", "rediss:"))
    else {}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Publishing gives up quickly: the sweep will find the row, and a page must not hang.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ALWAYS_EAGER = env_bool("CELERY_TASK_ALWAYS_EAGER", default=False)
CELERY_TASK_TIME_LIMIT = 300
CELERY_TIMEZONE = "UTC"
_sweep = timedelta(seconds=env_number("SWEEP_SECONDS", default=2 if DEMO else 15, most=3600))
CELERY_BEAT_SCHEDULE = beat_schedule(_sweep)

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
    }
}

# Weights: in a directory or in a bucket; one of the two is None.
try:
    _storage = parse_storage_url(
        env.str("WEIGHTS_STORAGE_URL", default=(DATA_DIR / "weights").as_uri() if DEMO else "")
    )
except ValueError as error:
    raise ImproperlyConfigured(f"WEIGHTS_STORAGE_URL {error}") from None
WEIGHTS_DIR = _storage if isinstance(_storage, Path) else None
WEIGHTS_BUCKET = _storage if isinstance(_storage, Bucket) else None
# Who sends the bytes: this process, or nginx after deploy/nginx.conf.
DELIVERY = env.str("DELIVERY", default="stream")
if DELIVERY not in {"stream", "nginx"}:
    raise ImproperlyConfigured(f"DELIVERY must be stream or nginx, not {DELIVERY!r}.")
# The log of deploy/nginx.conf, where this machine's workers can read it: how much was really sent.
NGINX_ACCESS_LOG = env.str("NGINX_ACCESS_LOG", default="")
if NGINX_ACCESS_LOG and not Path(NGINX_ACCESS_LOG).is_absolute():
    raise ImproperlyConfigured(f"NGINX_ACCESS_LOG must be absolute, not {NGINX_ACCESS_LOG!r}.")
if NGINX_ACCESS_LOG:
    CELERY_BEAT_SCHEDULE["access-log"] = {
        "task": "delivery.read_access_log",
        "schedule": timedelta(minutes=1),
    }
# Where openly released weights are fetched from the bucket itself, by links that nobody checks.
DELIVERY_PUBLIC_URL = env.str("DELIVERY_PUBLIC_URL", default="")
if DELIVERY_PUBLIC_URL:
    try:
        DELIVERY_PUBLIC_URL = parse_origin(DELIVERY_PUBLIC_URL)
    except ValueError as error:
        raise ImproperlyConfigured(f"DELIVERY_PUBLIC_URL {error}") from None
    if WEIGHTS_BUCKET is None:
        raise ImproperlyConfigured("DELIVERY_PUBLIC_URL needs a bucket in WEIGHTS_STORAGE_URL.")
    # Clients drop a token on the way to another host, and only there.
    if urlsplit(DELIVERY_PUBLIC_URL).hostname == _base.hostname:
        raise ImproperlyConfigured(
            "DELIVERY_PUBLIC_URL must have another host name than BASE_URL: on the way to the "
            "same one clients would send their token along."
        )
# Evidence and attachments: in a directory or in a bucket of their own, never below STATIC_ROOT.
try:
    DOCUMENTS_STORAGE = parse_storage_url(
        env.str("DOCUMENTS_STORAGE_URL", default=(DATA_DIR / "documents").as_uri())
    )
except ValueError as error:
    raise ImproperlyConfigured(f"DOCUMENTS_STORAGE_URL {error}") from None
EVIDENCE_MOST_BYTES = 1_000_000 * env_number("EVIDENCE_MOST_MB", default=50, least=1, most=500)
ATTACHMENT_MOST_BYTES = 1_000_000 * env_number("ATTACHMENT_MOST_MB", default=10, least=1, most=50)
# All files of one request together; the proxy in front takes a little more (deploy/nginx.conf).
UPLOADS_MOST_BYTES = max(60_000_000, EVIDENCE_MOST_BYTES, ATTACHMENT_MOST_BYTES)
# Where files are taken at all (common.uploads), by the name of the route.
UPLOADS = {
    "evidence_import": EVIDENCE_MOST_BYTES,
    "evidence_add": ATTACHMENT_MOST_BYTES,
    "transition_propose": ATTACHMENT_MOST_BYTES,
    "transition_revise": ATTACHMENT_MOST_BYTES,
    "api:evidence_post": EVIDENCE_MOST_BYTES,
    "comparable_import": 1_000_000,
    "application_section": ATTACHMENT_MOST_BYTES,
    "duty_detail": ATTACHMENT_MOST_BYTES,
    # Below the 64 MB that nginx takes of a request.
    "screening_upload": 60_000_000,
    "country_change": 1_000_000,
    "licence_record": ATTACHMENT_MOST_BYTES,
}
FILE_UPLOAD_HANDLERS = [
    "common.uploads.LimitedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# Screening against lists of restricted parties. To change a number is to screen everybody anew.
try:
    SCREENING = Algorithm(
        stop=env_number("SCREENING_STOP", default=95, least=50, most=100),
        review=env_number("SCREENING_REVIEW", default=78, least=60, most=100),
    )
except ValueError:
    raise ImproperlyConfigured("SCREENING_REVIEW must not be above SCREENING_STOP.") from None
# Days after a list's file left force until its entries go; its hash, date and counts stay.
SCREENING_KEEP_DAYS = env_number("SCREENING_KEEP_DAYS", default=365, least=30, most=36500)
# Directories below which a release may be ingested from the portal's own page.
INGEST_ROOTS = env_path_list("INGEST_ROOTS") or ([DATA_DIR / "incoming"] if DEMO else [])

# The same in buckets, for every way in: s3://bucket/prefix?endpoint=…, several separated by ','.
try:
    INGEST_S3_ROOTS = parse_buckets(env.list("INGEST_S3_ROOTS", default=[]))
except ValueError as error:
    raise ImproperlyConfigured(f"INGEST_S3_ROOTS {error}") from None

# Working days within which applications are to be answered, where a model has no level of its own.
REVIEW_SERVICE_DAYS = env_number("REVIEW_SERVICE_DAYS", default=10, least=1, most=260)
# Every stored object is read again and compared at least so often.
REHASH_DAYS = env_number("REHASH_DAYS", default=30, least=1, most=3650)

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _base.scheme
ACCOUNT_EMAIL_NOTIFICATIONS = True
# By the client's address (accounts.adapter), the account, or who is signed in; behind all of them
# stands portal.views.errors.too_many.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "reauthenticate": "10/m/user",
}
# Second factors, and passkeys that stand for password and second factor together: so a device must
# have made sure of its holder each time.
# Whoever has a right, a seat or the operation needs one. The demo only says so.
STAFF_MFA = env_bool("STAFF_MFA", default=not DEMO)
MFA_ADAPTER = "accounts.second_factors.SecondFactorAdapter"
MFA_FORMS = {"add_webauthn": "accounts.key_form.AddKeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# Browsers offer keys over plain HTTP on localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = INSTANCE_NAME
MFA_TOTP_TOLERANCE = 1
MFA_RATE_LIMITS = {"webauthn_login": "10/m/ip"}
# Identity providers of others. Who they say somebody is opens an account that was linked before,
# by its owner; an address alone links nothing, and is confirmed by our own mail.
SOCIALACCOUNT_ADAPTER = "accounts.linked_accounts.LinkedAccountAdapter"
SOCIALACCOUNT_PROVIDERS = _providers.settings
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "mandatory"
SOCIALACCOUNT_STORE_TOKENS = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "home"

# Devices that sign in by a code (RFC 8628). The Hugging Face client brings an id of its own,
# the same everywhere; it is public and proves nothing.
DEVICE_CLIENTS = {
    "26be6b09-91c5-47da-9861-d2d2bb7a7e36": "Hugging Face client",
    **env_clients("DEVICE_CLIENTS"),
}
# How often a member shows anew that they belong to an organisation whose domain is verified.
AFFILIATION_MONTHS = env_number("AFFILIATION_MONTHS", default=12, least=1, most=36)
DEVICE_SIGN_IN_DAYS = env_number("DEVICE_SIGN_IN_DAYS", default=90, least=1, most=366)

# Mail
_MAIL = env.email_url_config(env.str("EMAIL_URL", default="smtp://localhost:25"))
if DEMO:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
else:
    EMAIL_BACKEND = _MAIL["EMAIL_BACKEND"]
    EMAIL_HOST = _MAIL["EMAIL_HOST"]
    EMAIL_PORT = _MAIL["EMAIL_PORT"]
    EMAIL_HOST_USER = _MAIL["EMAIL_HOST_USER"] or ""
    EMAIL_HOST_PASSWORD = _MAIL["EMAIL_HOST_PASSWORD"] or ""
    EMAIL_USE_TLS = _MAIL.get("EMAIL_USE_TLS", False)
    EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"sluice@{_base.hostname}")
# Whom people write to whose access a check of their details keeps shut.
SCREENING_CONTACT = env.str("SCREENING_CONTACT", default=DEFAULT_FROM_EMAIL)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# The hour of the person's own clock after which the daily summary comes.
DIGEST_HOUR = env.int("DIGEST_HOUR", default=7)
if not 0 <= DIGEST_HOUR <= 23:
    raise ImproperlyConfigured(f"DIGEST_HOUR must be an hour from 0 to 23, not {DIGEST_HOUR}.")

# Pages
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", bootstrap_wrapper.get_bootstrap_css_dir()),
]
WHITENOISE_USE_FINDERS = DEMO
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS and env_bool("SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
if env_bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}
    },
    "filters": {
        "request_id": {"()": "common.request_id.RequestIdFilter"},
        "link_secrets": {"()": "delivery.log_filter.LinkSecretFilter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id", "link_secrets"],
        }
    },
    # It warns of every address without a host, which the one of pgmq has by nature.
    "loggers": {
        "kombu.connection": {"level": "ERROR"},
        # Chattier they would write signed addresses down, whatever LOG_LEVEL is for.
        **{name: {"level": "WARNING"} for name in ("boto3", "botocore", "s3transfer", "urllib3")},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
