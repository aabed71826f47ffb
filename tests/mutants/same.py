"""Mutants that no test can kill, as they change nothing that can be seen: function → the line as mutated → why."""

SAME: dict[str, dict[str, str]] = {
    "layers.ingest.parse.x_date_meaning": {
        'return Meaning(warned="no_end")': "no value is what a meaning has unless told",
    },
    "layers.periods.x__span": {
        "months = _one(text, None)": "its refusal is caught and said anew, with the parameter",
    },
    "layers.periods.x_signed_months": {
        "for year in range(period.last.year + 1):": "of the years before none of the months is asked",
        "for year in range(period.first.year, period.last.year + 2):": "of the year after none of the months is asked",
    },
}
