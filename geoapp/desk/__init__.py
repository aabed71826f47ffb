"""The clerk's desk: files come in, are read, looked at, corrected and imported, each as a job that no request waits for."""
