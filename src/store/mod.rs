//! Databases of node and centre, and the evidence pictures beside them (SQLite).
