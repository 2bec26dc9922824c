//! Every route asks for the role that its documentation names.

use crate::support::Site;
use axum::http::Method;
use serde_json::Value;
use store::Role;

const ROLES: [(&str, Role); 4] = [
    ("viewer", Role::Viewer),
    ("auditor", Role::Auditor),
    ("operator", Role::Operator),
    ("admin", Role::Admin),
];

/// The routes that anybody may call.
const OPEN: [(&str, &str); 5] = [
    ("get", "/session"),
    ("post", "/session"),
    ("delete", "/session"),
    ("post", "/invitations/check"),
    ("post", "/invitations/accept"),
];

struct Route {
    method: String,
    path: String,
    role: Option<Role>,
}

fn routes() -> Vec<Route> {
    let document = serde_json::to_value(api::openapi()).unwrap();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            routes.push(Route {
                method: method.clone(),
                path: path.strip_prefix("/api/v1").unwrap().to_owned(),
                role: role(operation),
            });
        }
    }
    assert!(routes.len() > 60, "only {} routes", routes.len());
    routes
}

fn role(operation: &Value) -> Option<Role> {
    let named = operation["security"][0]["session"][0].as_str()?;
    ROLES
        .iter()
        .find(|(name, _)| *name == named)
        .map(|(_, role)| *role)
}

/// The path with something in place of each parameter.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{tag}" => "A1B2",
        "{number}" => "1",
        part if part.starts_with('{') => "6f9619ff-8b86-4d01-b42d-00c04fc964ff",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn only_sign_in_is_open_to_everybody() {
    let open: Vec<_> = routes()
        .into_iter()
        .filter(|route| route.role.is_none())
        .collect();
    for route in &open {
        let known = OPEN.contains(&(route.method.as_str(), route.path.as_str()));
        assert!(known, "{} {} names no role", route.method, route.path);
    }
    assert_eq!(open.len(), OPEN.len());
}

#[tokio::test]
async fn every_route_refuses_strangers_and_roles_that_are_too_small() {
    let site = Site::open().await;
    for route in routes() {
        let Some(needed) = route.role else { continue };
        let method: Method = route.method.to_uppercase().parse().unwrap();
        let path = filled(&route.path);
        let stranger = site.send(method.clone(), None, &path).await;
        assert_eq!(stranger.status, 401, "{method} {path}");
        assert_eq!(stranger.headers["content-type"], "application/problem+json");
        for (_, role) in ROLES {
            let answer = site.send(method.clone(), Some(role), &path).await;
            let refused = [401, 403].contains(&answer.status.as_u16());
            assert_eq!(
                refused,
                role < needed,
                "{method} {path} for {role:?}: {}",
                answer.text()
            );
            assert_ne!(answer.status, 405, "{method} {path}");
        }
    }
}
