//! What an edge passes on. The private part holds an edge to the same list.

/// Whether requests for `path` may cross a link: the API with its documentation, and live push.
/// Health and metrics of the private part are its own.
pub fn passes(path: &str) -> bool {
    // What another server would take for a way up is nothing that Gatebook asks for.
    let plain = !path.contains("..") && !path.contains("//");
    plain
        && ["/api/", "/socket.io/"]
            .iter()
            .any(|root| path.starts_with(root))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_and_live_push_pass_and_nothing_else() {
        for path in ["/api/v1/session", "/api/docs", "/socket.io/"] {
            assert!(passes(path), "{path}");
        }
        for path in [
            "/",
            "/metrics",
            "/readyz",
            "/upload",
            "/api",
            "/apix",
            "/api/../metrics",
            "//api/",
        ] {
            assert!(!passes(path), "{path}");
        }
    }
}
