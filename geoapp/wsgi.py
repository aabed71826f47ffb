"""What gunicorn serves. A web process pools its connections and bounds its statements (see settings)."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoapp.settings")
os.environ.setdefault("SHUITU_SERVING", "1")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

# What was imported lives as long as the process: the collector need not walk it again. And an answer of thousands of
# rows makes thousands of short-lived objects, which with Python's own threshold set it walking twice an answer.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
