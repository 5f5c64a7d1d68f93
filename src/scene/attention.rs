//! What is followed at this moment.

/// What the one who follows the vehicles knows of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attention {
    /// Something is in view.
    pub in_view: bool,
    /// Something in view is not known well enough yet: more looks can tell more of it.
    pub undecided: bool,
    /// Something undecided is near enough to be told in the next looks.
    pub urgent: bool,
    /// Something in view moves.
    pub moving: bool,
    /// Of all in view that more looks can tell more of, it is known where it will be.
    pub followed: bool,
}
