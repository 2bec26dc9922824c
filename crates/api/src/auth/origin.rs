//! Whether a request comes from a page of this server.

use crate::state::ApiConfig;
use axum::http::header;
use axum::http::request::Parts;

/// Whether `Origin` names this server: the configured public origin, or the host asked for.
/// Programs send none, and bring a token.
pub(crate) fn same_origin(request: &Parts, config: &ApiConfig) -> bool {
    let headers = &request.headers;
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    if config.public_origin.as_deref() == Some(origin) {
        return true;
    }
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    // HTTP/2 has no Host header; its authority is in the address.
    let host = host.or_else(|| Some(request.uri.authority()?.as_str()));
    let asked = origin.split_once("://").map(|(_, host)| host);
    asked.is_some() && asked == host
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(origin: &str, public: Option<&str>) -> bool {
        let request = axum::http::Request::builder()
            .header(header::ORIGIN, origin)
            .header(header::HOST, "gate.lan:8443");
        let (request, ()) = request.body(()).unwrap().into_parts();
        let config = ApiConfig {
            secure_cookies: true,
            public_origin: public.map(str::to_owned),
            trusted_proxies: Vec::new(),
            sessions: crate::SessionLimits::default(),
            version: String::new(),
        };
        same_origin(&request, &config)
    }

    #[test]
    fn a_page_of_this_host_and_of_the_public_origin_may_connect_and_no_other() {
        assert!(asked("https://gate.lan:8443", None));
        assert!(asked(
            "https://gate.example.org",
            Some("https://gate.example.org")
        ));
        assert!(!asked(
            "https://elsewhere.example",
            Some("https://gate.example.org")
        ));
        assert!(!asked("null", None));
    }
}
