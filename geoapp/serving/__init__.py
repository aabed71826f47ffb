"""How requests come in and answers go out: a thread works on a request only once it has arrived whole."""
