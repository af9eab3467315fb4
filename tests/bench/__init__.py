"""`make bench`: rates and ratios, each beside a yardstick of the same run. No timed tests."""
