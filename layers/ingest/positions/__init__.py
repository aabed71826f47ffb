"""Positions as they are written and meant: forms of coordinates, ways to read a batch of them, and the evidence for each.

`words` names the columns, `forms` and `texts` read cells, `readings` says what numbers can mean, `evidence` judges the ways
by what is known of the objects, `known` asks the database, `decide` puts it together; `datum`, `bounds` and `outside` say
how far a position can be believed.
"""
