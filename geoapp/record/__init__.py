"""The record over HTTP: the published files (C2SP tlog-tiles), and pages that say what it is and prove an entry."""
