"""Tables that records carry, opened in the page: read once by a process of their own, kept on a shelf, asked by addresses.

Nothing here knows requests or records; `shelf` knows where tables lie, `making` reads files, `asking` addresses, `answers` asks.
"""
