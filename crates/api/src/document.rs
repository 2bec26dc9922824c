//! The OpenAPI document around the routes: what it says once for all of them.

use crate::error::Problem;
use crate::live::messages as push;
use std::collections::BTreeMap;
use utoipa::OpenApi as _;
use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, Response, ResponseBuilder};

/// The marker in a route's summary that names its role.
const ROLE: &str = "Role: ";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Gatebook",
        description = "Entry, exit and attendance log. Programs send `Authorization: Bearer \
            <token>` with a token made under Settings; the page uses a session cookie and sends \
            `X-Gatebook-CSRF` with everything but GET. Times are RFC 3339 in UTC. Errors are \
            problem details (RFC 9457). Roles: viewer, auditor, operator, admin, each with what \
            the ones before it may.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(
        Problem,
        push::CommittedPush,
        push::Resync,
        push::DevicePush,
        push::JobView,
        push::Watch,
        push::WatchAnswer,
        push::FramePush,
        push::StationWelcome,
        push::StationReply,
    ))
)]
struct Document;

/// The document before the routes are added.
pub(crate) fn started() -> OpenApi {
    Document::openapi()
}

/// The document with what follows from each route: an identity, the role it needs, and the
/// errors that every route can answer.
pub(crate) fn finished(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        let operations = [
            (HttpMethod::Get, &mut item.get),
            (HttpMethod::Post, &mut item.post),
            (HttpMethod::Put, &mut item.put),
            (HttpMethod::Delete, &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                finish(operation, &method, path);
            }
        }
    }
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("session", session_scheme());
    components.add_security_scheme("token", token_scheme());
    document
}

fn session_scheme() -> SecurityScheme {
    let description = "Session cookie; `__Host-gatebook` under HTTPS.";
    SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
        "gatebook",
        description,
    )))
}

fn token_scheme() -> SecurityScheme {
    let http = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
    SecurityScheme::Http(http.description(Some("API token")).build())
}

fn finish(operation: &mut Operation, method: &HttpMethod, path: &str) {
    operation.operation_id = Some(identity(method, path));
    let role = operation.summary.as_deref().and_then(role_named);
    match role.as_deref() {
        None | Some("none") => operation.security = Some(Vec::new()),
        Some(role) => {
            let requirement = |scheme: &str| SecurityRequirement::new(scheme, [role]);
            operation.security = Some(vec![requirement("session"), requirement("token")]);
            add_problem(operation, "401", "Not signed in");
            add_problem(
                operation,
                "403",
                "The role does not reach, or no CSRF value",
            );
        }
    }
}

/// `viewer` from `All areas by name. Role: viewer.`
fn role_named(summary: &str) -> Option<String> {
    let (_, after) = summary.split_once(ROLE)?;
    let role: String = after.chars().take_while(char::is_ascii_lowercase).collect();
    (!role.is_empty()).then_some(role)
}

/// `get_people_id_visits` from GET `/api/v1/people/{id}/visits`.
fn identity(method: &HttpMethod, path: &str) -> String {
    let method = match method {
        HttpMethod::Get => "get",
        HttpMethod::Post => "post",
        HttpMethod::Put => "put",
        HttpMethod::Delete => "delete",
        _ => "other",
    };
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    let words = path.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .fold(method.to_owned(), |name, word| format!("{name}_{word}"))
}

fn add_problem(operation: &mut Operation, status: &str, description: &str) {
    let responses: &mut BTreeMap<_, _> = &mut operation.responses.responses;
    responses
        .entry(status.to_owned())
        .or_insert_with(|| problem(description).into());
}

fn problem(description: &str) -> Response {
    let schema = Ref::from_schema_name("Problem");
    ResponseBuilder::new()
        .description(description)
        .content(
            "application/problem+json",
            ContentBuilder::new().schema(Some(schema)).build(),
        )
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_called_after_its_method_and_path() {
        let name = identity(&HttpMethod::Get, "/api/v1/people/{id}/visits");
        assert_eq!(name, "get_people_id_visits");
    }

    #[test]
    fn the_role_is_read_from_the_summary() {
        let role = role_named("Adds an area. Role: admin.");
        assert_eq!(role.as_deref(), Some("admin"));
        assert_eq!(role_named("Adds an area."), None);
    }
}
