"""Work that a request asks for and does not wait for: processes that are started when there is some, and the locks they hold."""
