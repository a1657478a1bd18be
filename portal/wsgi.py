"""The WSGI application that gunicorn serves."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

from common.charset import utf8_only

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = utf8_only(get_wsgi_application())
# Not at the first request: where the processes are forked from one, it is done once for all.
import_module("portal.urls")
