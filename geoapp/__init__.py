"""Shuitu as a Django project: settings, wiring, the page, and the machine it runs on."""
