"""gunicorn as it is, but under the name it was started by: its processes are found by their command line and environment.

Where the package `setproctitle` happens to be installed (tools of the tests bring it), gunicorn renames its processes, and that
wipes both: a server would run on unseen by `geoapp.serve`, which could then neither stop nor tell it.
"""

import sys

if __name__ == "__main__":
    sys.modules["setproctitle"] = None  # type: ignore[assignment] # to Python: there is no such package
    from gunicorn.app.wsgiapp import run

    run(prog="gunicorn")
