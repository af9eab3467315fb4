"""The commands of `clerestory`, a module per area."""
