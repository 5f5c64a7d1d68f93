//! The operations centre's server: API, live events, workflow, control room.
