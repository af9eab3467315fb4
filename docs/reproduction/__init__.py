"""Every figure that a Clerestory portal publishes, computed anew from its public export: a module a formula.

Nothing here comes from the portal's own code, and nothing but Python's standard library is needed. Each module of a formula has two
functions: `computed` makes the figures from the export alone, `published` asks the portal what it says, and both name them alike (for
`tables`, whose rows are not in the export but in files, `compared` does both). Start it with docs/reproduce.py.

    export        reads /api/v1/changes: every record, with its versions and with the relations that were found in its words
    words, days   what two spellings have in common; what a year or a month means as a day
    names         who is the same person, body or supplier
    register      the records, and how they are joined
    progress      how far targets are reached (progress-2)
    clock         what was promised, and whether it came (clock-2), with badges
    money         the sums of decisions: by year, agency, supplier or payee, type, subject
    completeness  how much is here of what one would expect (completeness-1): of agencies, axes, matters
    gaps          what is missing in every matter
    votes         counts, majority and parties of every vote
    actors        people, bodies, suppliers: their decisions, votes and sums
    revisions     every figure as it was first published and as it was revised
    versions      what changed between versions, counted
    counts        the home page, agencies, sources and the filters of lists
    tables        rows, sums and means of tables in files
    relations     every relation, and what it leads to
"""
