//! The OpenAPI document: routes from the handlers, schemas from the types.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};
use uuid::Uuid;

use super::paging::{Page, Whole};
use super::{accounts, hits, session, summary};
use crate::centre::presence::Node;
use crate::event::PositionEvent;
use crate::link;
use crate::store::centre::{AuditRow, Hit, Transit};

/// The document that the routes give, with what they have in common.
pub(super) fn complete(routes: &utoipa::openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(routes).unwrap_or_default();
    document["openapi"] = json!("3.1.0");
    document["info"] = json!({
        "title": "Varco centre",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Hits, transits, nodes and live events of an operations centre. \
            Requests that change something carry the header `X-Varco: 1`. \
            Errors are problem+json (RFC 9457).",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    });
    document["components"] = json!({
        "schemas": schemas(),
        "securitySchemes": {
            "session": {
                "type": "apiKey", "in": "cookie", "name": "varco_session",
                "description": "Got by POST /api/v1/session. A route names the roles that may.",
            },
        },
    });
    let problem = json!({
        "description": "What went wrong and how to mend it.",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        },
    });
    let paths = document["paths"].as_object_mut().into_iter().flat_map(|it| it.values_mut());
    for operation in paths.filter_map(Value::as_object_mut).flat_map(|it| it.values_mut()) {
        if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
            responses.insert("default".to_owned(), problem.clone());
        }
    }
    document
}

fn schemas() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    let mut generator = settings.into_generator();
    let mut named = serde_json::Map::new();
    macro_rules! add {
        ($($name:literal: $type:ty,)+) => {
            $(named.insert(
                $name.to_owned(),
                <$type as schemars::JsonSchema>::json_schema(&mut generator).to_value(),
            );)+
        };
    }
    add! {
        "Hit": Hit,
        "HitPage": Page<Hit, Uuid>,
        "Do": hits::Do,
        "Transit": Transit,
        "TransitPage": Page<Transit, Uuid>,
        "Node": Node,
        "NodeList": Whole<Node>,
        "PositionList": Whole<PositionEvent>,
        "Summary": summary::Summary,
        "AuditPage": Page<AuditRow, i64>,
        "SignIn": session::SignIn,
        "SignedIn": session::SignedIn,
        "AccountRow": accounts::AccountRow,
        "AccountList": Whole<accounts::AccountRow>,
        "NewAccount": accounts::NewAccount,
        "AccountChange": accounts::AccountChange,
        "Link": accounts::Link,
    }
    named.insert("Problem".to_owned(), problem_schema());
    for (name, schema) in generator.take_definitions(true) {
        named.entry(name).or_insert(schema);
    }
    Value::Object(named)
}

/// The shape of [`link::Problem`].
fn problem_schema() -> Value {
    let _shape: fn(link::Problem) -> (String, String, u16, String) =
        |it| (it.kind, it.title, it.status, it.detail);
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "description": "Kind of the problem, a URI reference."},
            "title": {"type": "string", "description": "The kind in words."},
            "status": {"type": "integer", "description": "HTTP status."},
            "detail": {"type": "string", "description": "What happened and how to mend it."},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    match value {
                        Value::String(text) if key == "$ref" => found.push(text.clone()),
                        value => references(value, found),
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = complete(&utoipa::openapi::OpenApi::default());
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 10, "{found:?}");
        for reference in found {
            let pointer = reference.trim_start_matches('#');
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }
}
