//! Pages of a list, newest first.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::centre::problem::Problem;

/// Items of a page when nothing is said.
const USUAL: u32 = 50;
/// Items of a page at most.
const MOST: u32 = 200;

/// Query parameters; a fault in them is a problem+json.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub(super) struct Query<T>(pub(super) T);

/// Parts of the path; a fault in them is a problem+json.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub(super) struct Path<T>(pub(super) T);

/// The request's JSON body; a fault in it is a problem+json.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
pub(super) struct Body<T>(pub(super) T);

// The derive macros above need exactly these conversions.
const _: fn(QueryRejection) -> Problem = Problem::from;
const _: fn(PathRejection) -> Problem = Problem::from;
const _: fn(JsonRejection) -> Problem = Problem::from;

/// A page of a list, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Page<T, N> {
    /// The items.
    items: Vec<T>,
    /// What to give as `before` for the next page; null on the last one.
    next: Option<N>,
}

impl<T, N> Page<T, N> {
    /// A page of at most `limit` items, made from one item more when there are more.
    pub(super) fn new(mut items: Vec<T>, limit: u32, key: impl Fn(&T) -> N) -> Self {
        let limit = limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(key) } else { None };
        Self { items, next }
    }
}

/// A list that comes whole.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Whole<T> {
    /// The items.
    pub(super) items: Vec<T>,
}

/// How many items were asked for.
pub(super) fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    match asked.unwrap_or(USUAL) {
        limit @ 1..=MOST => Ok(limit),
        other => {
            Err(Problem::bad_request(format!("limit is {other}; it must be from 1 to {MOST}")))
        }
    }
}

/// An identifier in path or query.
pub(super) fn id(text: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(text).map_err(|e| Problem::bad_request(format!("{text:?} is no id: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_has_no_next() {
        let page = Page::new(vec![9, 8, 7], 2, |it| *it);
        assert_eq!((page.items, page.next), (vec![9, 8], Some(8)));
        let page = Page::new(vec![7, 6], 2, |it| *it);
        assert_eq!((page.items, page.next), (vec![7, 6], None));
    }

    #[test]
    fn limits_are_limited() {
        assert!(matches!(limit(None), Ok(USUAL)));
        assert!(limit(Some(0)).is_err() && limit(Some(MOST + 1)).is_err());
    }
}
