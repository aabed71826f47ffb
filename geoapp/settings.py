"""Settings: one file, read from the environment; what a first start made is read from the state directory.

| variable | meaning | default |
|---|---|---|
| DATABASE_URL | a PostGIS to use instead of the private cluster | the private cluster |
| DATABASE_WEB_URL | the same database for the web process, as a role that owns nothing (`manage.py wall`) | without it the second wall is off where DATABASE_URL is given |
| SECRET_KEY, SHUITU_SECRET_KEY_FILE | Django's key, or the file that holds it | `.local/secret_key` |
| SHUITU_STATE | where state is kept | `.local` |
| ALLOWED_HOSTS, CSRF_TRUSTED_ORIGINS | comma-separated | this machine only; none |
| HTTPS | 1 behind a TLS proxy: secure cookies, HSTS, X-Forwarded-Proto of trusted proxies is believed | 0 |
| EMBED_ORIGINS | comma-separated: sites whose pages may frame the map (`/?embed=1`, and nothing else) | this one |
| DEBUG | 1 for development | 0 |
| STATEMENT_TIMEOUT_MS | longest SQL statement of a web request; 0 for none | 15000 |
| DB_POOL_SIZE | connections of one web process: one for each of its threads | 16 |
| TEST_DATABASE | name of the tests' database, so that two runs do not meet | test_shuitu |
| IMPORT_MAX_MB | largest file that is taken for import | 200 |
| VERDICT_DAYS | how long a verdict on a finding of data quality holds | 365 |
| IMPORT_WORKERS | processes that check and import files at once; 0: the site starts none | 2 |
| IMPORT_READ_MB | memory that the process which reads a file may take | 500 |
| IMPORT_READ_SECONDS | its time, of the processor and of waiting for it | 300 |
| EXPORT_SLOTS | files made at once, over all web processes of the machine | 4 |
| BESIDE_SLOTS | previews drawn at once, in processes beside the web's, over all of the machine | one for two cores |
| EXPORT_KEEP_MB | room for files kept until their data change | 1024 |
| TILE_KEEP_MB | room for tiles kept on disk; 0 keeps none | 2048 |
| OFFLINE_KEEP_MB | room on a visitor's device for what was seen last, so that it is readable without a network; 0 keeps nothing there, and takes away what was kept | 40 |
| STREAM_IDLE_SECONDS | a reader who takes nothing of a file for so long is given up | 120 |
| PUBLIC_URL | the site's address, as reports print it | the asker's own; for commands http://localhost:8000/ |
| REPORT_TEMPLATES | folder of an authority's own layouts of reports (`*.toml`; `geoapp/reports/layouts/`) | our own |
| REPORT_WORKERS | processes that make reports at once; 0: the site starts none | 1 |
| OPEN_TO_ALL | `personal` opens water users, meters, permit holders and usage by meter to whoever reaches the port | closed; a demo's made-up ones are open |
| RECORD_ORIGIN | by what name the record is known to who witnesses it; fixed with its key, at first use | PUBLIC_URL without `https://`, and `record` |
| WORDS | `vocabulary.term=中文/English;…`: terms that are called otherwise here (`layers/vocab.py`) | as written |
| LIMITS | 0: nobody is refused for asking too much (`geoapp/walls/rates.py`) | 1 |
| LIMIT_PER_SECOND, LIMIT_BURST | light questions that one account, or one address without a log-in, gets back a second, and may have saved up | 300; 20000 |
| LIMIT_DEAR_PER_MINUTE | explanations, previews, whole layers as files and ordered reports of one address without a log-in, a minute | 300 |
| LOG_LEVEL | | INFO |
| TOTP_FOR_ADMINS | 1: accounts that may open the administration need a second step | 0 |
| SESSION_NETWORK | 1: a session ends when its network changes, whatever the browser (`geoapp/accounts/bound.py`) | 0 |
| OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET_FILE | log-in by an OpenID Connect provider: its address, what we are called there, the file that holds our secret | none |
| OIDC_NAME | what the button that leads there says | 统一认证 / Single sign-on |
| LEAKED_PASSWORDS | a file of SHA-1 hashes of leaked passwords in their order, as Have I Been Pwned gives it: none of them is taken | none |
| TRUSTED_PROXIES | comma-separated addresses, networks, or `unix`: proxies whose X-Forwarded-For and X-Forwarded-Proto are believed | this machine with HTTPS=1; else none |
"""

import os
import sys
from pathlib import Path
from typing import Any

from geoapp import env, identity, localdb, logs, state
from geoapp.serving import conf
from layers import languages, vocab

BASE_DIR = state.BASE_DIR
STATE_DIR = state.state_dir()
# The name of the user that a process of root's hands its work to; empty when we are not root.
SERVICE_USER = getattr(identity.service_user(), "pw_name", "")

DEBUG = env.flag("DEBUG", os.environ.get("DEBUG"))
# Empty before the first start: Django then refuses to sign anything, and says so.
SECRET_KEY = os.environ.get("SECRET_KEY") or state.read_private(
    Path(os.environ.get("SHUITU_SECRET_KEY_FILE") or STATE_DIR / "secret_key")
)
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", os.environ.get("ALLOWED_HOSTS"), ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS", os.environ.get("CSRF_TRUSTED_ORIGINS"))

MORE_LAYERS: tuple[str, ...] = ()  # modules that add kinds of object (`layers.more`), beside their applications
try:
    vocab.word(env.worded("WORDS", os.environ.get("WORDS")))
except KeyError as unknown:
    raise env.BadSetting(f"WORDS: there is no vocabulary or term {unknown}") from None
INSTALLED_APPS = [
    "layers.adminsite.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "rest_framework",
    "rest_framework_gis",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "layers",
    "layers.record",
    "tiles",
    "geoapp",
    "geoapp.accounts",
    "geoapp.audit",
    "geoapp.reports",
    "geoapp.desk",
    "geoapp.quality",
]
MIDDLEWARE = [
    "geoapp.walls.ids.give",
    "geoapp.walls.headers.put",
    "django.middleware.security.SecurityMiddleware",
    "geoapp.problems.language.speak",
    "geoapp.problems.handlers.say_what_is_wrong",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "geoapp.audit.middleware.record",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "geoapp.accounts.bearer.take",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "geoapp.accounts.asker.know",
    "django.contrib.messages.middleware.MessageMiddleware",
    "geoapp.walls.rates.bound",
]
ROOT_URLCONF = "geoapp.urls"
WSGI_APPLICATION = "geoapp.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "geoapp" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Only a web process (geoapp.wsgi sets the word) pools its connections and bounds its statements:
# a load or a rebuild may run for minutes, in one connection of its own.
SERVING = env.flag("SHUITU_SERVING", os.environ.get("SHUITU_SERVING"))
# What answers somebody goes behind the second wall: web processes, and those that make reports (decision 48).
BEHIND_WALL = SERVING or sys.argv[1:2] == ["report_worker"]
_owner = localdb.connection(os.environ.get("DATABASE_URL"))
_web = localdb.web_connection(os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_WEB_URL"))
# Whom they log in as, who owns nothing; empty where that is the owner, and there is no second wall.
WEB_LOGIN = _web["USER"] if _web["USER"] != _owner["USER"] else ""
WEB_ROLE = WEB_LOGIN if BEHIND_WALL else ""
_database = _web if BEHIND_WALL else _owner
_options: dict[str, Any] = {"application_name": "shuitu", **_database.pop("OPTIONS")}
STATEMENT_TIMEOUT_MS = env.integer("STATEMENT_TIMEOUT_MS", os.environ.get("STATEMENT_TIMEOUT_MS"), 15000, 0, 3_600_000)
if SERVING:
    _pool = env.integer("DB_POOL_SIZE", os.environ.get("DB_POOL_SIZE"), 16, 1, 200)
    _options["options"] = f"{_options.get('options', '')} -c statement_timeout={STATEMENT_TIMEOUT_MS}".strip()
    _options["pool"] = {"max_size": _pool}
_COMMAND = "geoapp.database.behind" if WEB_ROLE else "django.contrib.gis.db.backends.postgis"
DATABASES = {
    "default": {
        "ENGINE": "geoapp.database" if SERVING else _COMMAND,
        **_database,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": not SERVING,  # the pool outlives a restart of the database: `geoapp.database` sees to it
        "OPTIONS": _options,
        "TEST": {"NAME": os.environ.get("TEST_DATABASE")},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Debian 12 has GDAL 3.6. GeoDjango's GDAL sees only our own SRIDs: files go through pyogrio's own GDAL.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]

LANGUAGES = [(each.locale, each.name) for each in languages.LANGUAGES]
LANGUAGE_CODE = LANGUAGES[0][0]
LOCALE_PATHS = [STATE_DIR / "locale"]  # catalogues of words, compiled (`manage.py words --compile`)
TIME_ZONE = logs.ZONE
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "geoapp" / "web" / "static"]  # made by the page's build
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Source maps are big and asked for by nobody but a developer: they would take most of the time.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "jpg", "jpeg", "gif", "webp", "woff", "woff2", "gz", "br", "zip"]
AUTHENTICATION_BACKENDS = ["geoapp.accounts.backend.SlowingBackend", "layers.access.permissions.RolesBackend"]
PASSWORD_HASHERS = [
    "geoapp.accounts.passwords.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # what accounts had before; a log-in turns it into the first
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "geoapp.accounts.passwords.CommonBaseValidator"},
    {"NAME": "geoapp.accounts.passwords.LeakedValidator"},
]
LEAKED_PASSWORDS = env.path("LEAKED_PASSWORDS", os.environ.get("LEAKED_PASSWORDS"))
# Log-in by an authority's own provider (`geoapp.accounts.outside`): off unless it is named.
OIDC_ISSUER = env.issuer("OIDC_ISSUER", os.environ.get("OIDC_ISSUER"))
OIDC_CLIENT_ID = os.environ.get("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET_FILE = env.path("OIDC_CLIENT_SECRET_FILE", os.environ.get("OIDC_CLIENT_SECRET_FILE"))
OIDC_NAME = os.environ.get("OIDC_NAME") or "统一认证 / Single sign-on"
if OIDC_ISSUER and not OIDC_CLIENT_ID:
    raise env.BadSetting("OIDC_CLIENT_ID is missing: OIDC_ISSUER needs it")
TOTP_FOR_ADMINS = env.flag("TOTP_FOR_ADMINS", os.environ.get("TOTP_FOR_ADMINS"))
# A log-in ends after a working day, an hour after the last page, and with the browser (`geoapp.accounts.sessions`).
SESSION_ENGINE = "geoapp.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_NETWORK = env.flag("SESSION_NETWORK", os.environ.get("SESSION_NETWORK"))
LOGIN_URL = "account:login"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

HTTPS = env.flag("HTTPS", os.environ.get("HTTPS"))
# Read there, for gunicorn goes by them too: it alone reads X-Forwarded-Proto, so that no stranger's header makes a link
# https. No setting of Django's believes X-Forwarded-Host: a proxy passes Host on.
TRUSTED_PROXIES = conf.proxies
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# With this prefix a browser takes a cookie by TLS alone, for this host and all of it: no neighbour's name or path can plant one.
_HOST = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_HOST}sessionid", f"{_HOST}csrftoken"
CSRF_COOKIE_HTTPONLY = True  # its forms carry it; no script reads it
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie more
CSRF_FAILURE_VIEW = "geoapp.problems.handlers.no_token"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
# All other headers: `geoapp.walls.headers`.
# Only the map without panels (`geoapp.web.framing`) is for pages of others, and only for those that are named.
EMBED_ORIGINS = env.origins("EMBED_ORIGINS", os.environ.get("EMBED_ORIGINS"))

LIMITS = env.flag("LIMITS", os.environ.get("LIMITS") or "1")
LIMIT_PER_SECOND = env.integer("LIMIT_PER_SECOND", os.environ.get("LIMIT_PER_SECOND"), 300, 1, 1_000_000)
LIMIT_BURST = env.integer("LIMIT_BURST", os.environ.get("LIMIT_BURST"), 20_000, 100, 10_000_000)
LIMIT_DEAR_PER_MINUTE = env.integer("LIMIT_DEAR_PER_MINUTE", os.environ.get("LIMIT_DEAR_PER_MINUTE"), 300, 1, 100_000)

PUBLIC_URL_GIVEN = bool(os.environ.get("PUBLIC_URL"))
PUBLIC_URL = env.site("PUBLIC_URL", os.environ.get("PUBLIC_URL"), "http://localhost:8000")
RECORD_ORIGIN = env.log_name("RECORD_ORIGIN", os.environ.get("RECORD_ORIGIN"), f"{PUBLIC_URL.partition('//')[2]}record")
RECORD_KINDS = (
    "layers.record.releases", "layers.record.permits", "geoapp.reports.official.recorded", "layers.findings.recorded",
)  # fmt: skip
# What is open to whoever reaches the port, until accounts say who sees what (`layers.access`).
OPEN_TO_ALL = env.choices("OPEN_TO_ALL", os.environ.get("OPEN_TO_ALL"), ("personal",))
REPORT_TEMPLATES = env.path("REPORT_TEMPLATES", os.environ.get("REPORT_TEMPLATES"))
REPORT_WORKERS = env.integer("REPORT_WORKERS", os.environ.get("REPORT_WORKERS"), 1, 0, 32)
IMPORT_MAX_BYTES = env.integer("IMPORT_MAX_MB", os.environ.get("IMPORT_MAX_MB"), 200, 1, 4096) << 20
VERDICT_DAYS = env.integer("VERDICT_DAYS", os.environ.get("VERDICT_DAYS"), 365, 1, 36_500)
IMPORT_WORKERS = env.integer("IMPORT_WORKERS", os.environ.get("IMPORT_WORKERS"), 2, 0, 16)
IMPORT_READ_BYTES = env.integer("IMPORT_READ_MB", os.environ.get("IMPORT_READ_MB"), 500, 256, 1 << 20) << 20
IMPORT_READ_SECONDS = env.integer("IMPORT_READ_SECONDS", os.environ.get("IMPORT_READ_SECONDS"), 300, 5, 86400)
STREAM_IDLE_SECONDS = env.integer("STREAM_IDLE_SECONDS", os.environ.get("STREAM_IDLE_SECONDS"), 120, 1, 3600)
TILE_KEEP_BYTES = env.integer("TILE_KEEP_MB", os.environ.get("TILE_KEEP_MB"), 2048, 0, 1 << 20) << 20
OFFLINE_KEEP_BYTES = env.integer("OFFLINE_KEEP_MB", os.environ.get("OFFLINE_KEEP_MB"), 40, 0, 1024) << 20
BESIDE_SLOTS = env.integer("BESIDE_SLOTS", os.environ.get("BESIDE_SLOTS"), max(1, (os.cpu_count() or 1) // 2), 1, 64)
EXPORT_SLOTS = env.integer("EXPORT_SLOTS", os.environ.get("EXPORT_SLOTS"), 4, 1, 64)
EXPORT_KEEP_BYTES = env.integer("EXPORT_KEEP_MB", os.environ.get("EXPORT_KEEP_MB"), 1024, 0, 1 << 20) << 20

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # who asks is `request.user`, of Django's (`geoapp.accounts.asker`)
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "水图 Shuitu",
    "DESCRIPTION": "Where a city takes, supplies, uses and drains its water: features, statistics, search.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {},
    # What is open needs none of these; what an account may see wants its token, in one of the ways that programs send them.
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "A personal token (/account/)."},
            "basic": {"type": "http", "scheme": "basic", "description": "Any name, and a personal token as password."},
            "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "A personal token."},
        }
    },
    "SECURITY": [{}, {"bearer": []}, {"basic": []}, {"key": []}],
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "geoapp.logs.LogLine"}},
    "filters": {"unknown": {"()": "geoapp.logs.Unknown"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["unknown"]},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},  # Django's own writes in another form, or mails
        "django.security.DisallowedHost": {
            "handlers": ["nowhere"],
            "propagate": False,
        },  # `geoapp.problems.hosts` tells it
    },
    "root": {"handlers": ["stderr"], "level": env.choice("LOG_LEVEL", os.environ.get("LOG_LEVEL"), env.LOG_LEVELS)},
}
