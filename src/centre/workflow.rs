//! What may be done about a hit, and when: new → acknowledged → dispatched → closed.

use crate::store::centre::{Action, HitState, Outcome};

/// Why an action is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum WorkflowError {
    /// Not in this state.
    #[error("a hit that is {state} cannot be {}", past(*.action))]
    State {
        /// How far the hit is.
        state: HitState,
        /// What was asked.
        action: Action,
    },
    /// A closing without an outcome.
    #[error("closing a hit needs an outcome: confirmed, false-read, not-found or no-action")]
    NoOutcome,
    /// An outcome without a closing.
    #[error("only closing a hit takes an outcome")]
    Outcome,
}

fn past(action: Action) -> &'static str {
    match action {
        Action::Acknowledge => "acknowledged",
        Action::Dispatch => "dispatched",
        Action::Close => "closed",
        Action::Defer => "put off",
    }
}

/// The state to which an action leads.
///
/// A unit may be sent again, and sent without an acknowledgement before; a hit
/// may be closed from any open state, and put off in any, which changes nothing. Nothing
/// follows a closing.
///
/// # Errors
/// [`WorkflowError`] when the action is not possible.
pub(super) fn next(
    state: HitState,
    action: Action,
    outcome: Option<Outcome>,
) -> Result<HitState, WorkflowError> {
    use {Action as A, HitState as S};
    let next = match (state, action) {
        (S::New, A::Acknowledge) => S::Acknowledged,
        (S::New | S::Acknowledged | S::Dispatched, A::Dispatch) => S::Dispatched,
        (S::New | S::Acknowledged | S::Dispatched, A::Close) => S::Closed,
        (S::New | S::Acknowledged | S::Dispatched, A::Defer) => state,
        (state, action) => return Err(WorkflowError::State { state, action }),
    };
    match (next, outcome) {
        (S::Closed, None) => Err(WorkflowError::NoOutcome),
        (S::Closed, Some(_)) | (_, None) => Ok(next),
        (_, Some(_)) => Err(WorkflowError::Outcome),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_of_a_hit() {
        let mut state = HitState::New;
        for (action, outcome) in [
            (Action::Acknowledge, None),
            (Action::Dispatch, None),
            (Action::Dispatch, None),
            (Action::Close, Some(Outcome::Confirmed)),
        ] {
            state = next(state, action, outcome).unwrap();
        }
        assert_eq!(state, HitState::Closed);
        for open in [HitState::New, HitState::Acknowledged, HitState::Dispatched] {
            let closed = next(open, Action::Close, Some(Outcome::NoAction));
            assert_eq!(closed, Ok(HitState::Closed));
        }
    }

    #[test]
    fn what_is_not_possible_is_said() {
        for action in Action::ALL {
            let error = next(HitState::Closed, *action, Some(Outcome::NoAction)).unwrap_err();
            assert!(error.to_string().starts_with("a hit that is closed cannot be"), "{error}");
        }
        assert!(next(HitState::Acknowledged, Action::Acknowledge, None).is_err());
        assert_eq!(next(HitState::New, Action::Close, None), Err(WorkflowError::NoOutcome));
        let stray = next(HitState::New, Action::Acknowledge, Some(Outcome::Confirmed));
        assert_eq!(stray, Err(WorkflowError::Outcome));
    }
}
