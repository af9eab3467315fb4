"""What counts for how much, in every engine. Measured on the judged searches: `python -m tests.bench judged`."""

TITLE_BONUS = 2.5  # times what a word in a title adds
MARKS_BONUS = 0.5  # times what a word adds that stands there with the very marks that were typed
PHRASE_BONUS = 1.5  # times what words next to each other count
NUMBER_BONUS = 50.0  # for the document that has the number
EXACT_TITLE_BONUS = 30.0  # for the document whose whole title was typed
ALIKE = 0.6  # of what the typed word counts: a synonym
RESPACED = 0.95  # the same word written in two, or two words in one
