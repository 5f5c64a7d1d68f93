//! What was decided in a car becomes part of the work on the hit.

use jiff::Timestamp;

use super::workflow;
use crate::event::{DecisionEvent, RejectReason, Verdict};
use crate::store::DatabaseError;
use crate::store::centre::{Action, Hit, HitAction, NodeRecord, Outcome, Writing};

/// What a decision means for the hit, and how that ends.
fn meaning(decision: &DecisionEvent) -> (Action, Option<Outcome>) {
    match (decision.verdict, decision.reason) {
        // They are on the spot: a unit is on its way.
        (Verdict::Accept, _) => (Action::Dispatch, None),
        (Verdict::NotNow, _) => (Action::Defer, None),
        (Verdict::Reject, Some(RejectReason::Misread)) => (Action::Close, Some(Outcome::FalseRead)),
        (Verdict::Reject, Some(RejectReason::Gone)) => (Action::Close, Some(Outcome::NotFound)),
        (Verdict::Reject, _) => (Action::Close, Some(Outcome::NoAction)),
    }
}

/// A rejection's reason in words, where the outcome does not say it.
fn words(decision: &DecisionEvent) -> Option<String> {
    let said = match decision.reason {
        Some(RejectReason::NotTheVehicle) => Some("not the listed vehicle"),
        _ => None,
    };
    match (said, &decision.note) {
        (Some(said), Some(note)) => Some(format!("{said}: {note}")),
        (Some(said), None) => Some(said.to_owned()),
        (None, note) => note.clone(),
    }
}

/// Who acts, in the audit log and in the hit's history.
fn actor(node: &NodeRecord) -> String {
    format!("unit {}", node.id)
}

/// Moves what a decision led to from the time that its unit's clock said to the true one.
/// Answers with the hit as it is then, if there is one.
///
/// # Errors
/// [`DatabaseError`].
pub(super) async fn correct(
    writing: &mut Writing,
    decision: &DecisionEvent,
    node: &NodeRecord,
    from: Timestamp,
) -> Result<Option<Hit>, DatabaseError> {
    let who = actor(node);
    let subject = decision.hit.to_string();
    // The log is never changed: it says that the earlier row's time was wrong.
    let told = format!("decided at {}, not at {from}: the unit's clock was wrong", decision.at);
    writing.audit(Timestamp::now(), &who, "hit.correct-time", &subject, Some(&told)).await?;
    let (action, _) = meaning(decision);
    if writing.move_action(decision.hit, &who, action, from, decision.at).await? {
        return writing.hit(decision.hit).await;
    }
    Ok(None)
}

/// Does what a decision that is new here asks for, with its audit row. Answers with the
/// hit as it is then; `None`: there is no such hit, or its state does not allow it any
/// more (the decision itself is kept).
///
/// # Errors
/// [`DatabaseError`].
pub(super) async fn apply(
    writing: &mut Writing,
    decision: &DecisionEvent,
    node: &NodeRecord,
) -> Result<Option<Hit>, DatabaseError> {
    let who = actor(node);
    let (action, outcome) = meaning(decision);
    let subject = decision.hit.to_string();
    let told = outcome.map(Outcome::name);
    writing.audit(decision.at, &who, &format!("hit.{action}"), &subject, told).await?;
    let Some(mut hit) = writing.hit(decision.hit).await? else { return Ok(None) };
    let Ok(state) = workflow::next(hit.state, action, outcome) else { return Ok(None) };
    let done = HitAction {
        at: decision.at,
        account: who,
        action,
        outcome,
        note: words(decision),
        unit: (action == Action::Dispatch).then(|| node.name.clone()),
    };
    writing.act(decision.hit, &done, state).await?;
    hit.state = state;
    hit.outcome = outcome;
    hit.actions.push(done);
    Ok(Some(hit))
}
