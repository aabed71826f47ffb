"""From an address to its answer: what a resource says of itself (`resource`), parameters, forms, and how an answer is told,
kept and refused.

A request comes through Django's middleware (`geoapp.settings`) to its view, which is wrapped in a `Resource`. In order:

1. *Method*: one that the resource does not know is 405 with `Allow`, put into words by `geoapp.problems`; OPTIONS is told them.
2. *Moment*: who asks (`asker`); what is read is of one state of the data and goes by one sight of it, to the last row of a stream.
   Who has no right to what the resource needs is refused.
3. *View*: reads the parameters (`parameters`), the form that is wanted (`negotiate`), and finds an answer, not yet made.
4. *Answer* (`answers`): 304 to who has it; else made, or taken from what is kept, and packed for who takes gzip.
5. *Refusal*: an error of `layers.errors` as a problem body (`problems`), or as the resource says. Anything else is a fault of
   ours, for Django's handlers.
6. *Headers*: how long the asker may keep it, and by what the answer varies.
"""
