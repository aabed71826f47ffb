"""What gunicorn serves. A web process pools its connections and bounds its statements (see settings)."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoapp.settings")
os.environ.setdefault("SHUITU_SERVING", "1")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
