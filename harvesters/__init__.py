"""Pulls records from public agencies. Knows no Flask, no database and no search.

A *source* is a declaration (TOML), a *kind* is a dialect (one module), a *run* is one harvest.
`harvest(source, http, since)` yields `Record` or `Rejected`; what becomes of them is the caller's business.
"""
