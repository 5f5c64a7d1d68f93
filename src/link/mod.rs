//! Node ↔ centre: events up, exactly once in effect; each side known by its key.
