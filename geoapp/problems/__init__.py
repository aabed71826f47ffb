"""What goes wrong over HTTP, said once: `words` is the table, `answers` tells it to a program or to a person."""
