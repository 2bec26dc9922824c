//! Headers on their way through the edge.

use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use std::net::IpAddr;

/// Tells the private part who called. It is believed because the link is authenticated; what a
/// caller sends under this name is dropped.
pub const CALLER: HeaderName = HeaderName::from_static("x-gatebook-caller");

/// Headers that are about one connection (RFC 9110, section 7.6.1) or that this proxy answers for.
const OWN: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::EXPECT,
];

/// What callers write to look as if they came from elsewhere.
const CLAIMS: [&str; 3] = ["forwarded", "x-real-ip", "x-gatebook-caller"];

/// Takes off what ends at this connection.
pub fn strip_connection(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&OWN) {
        headers.remove(name);
    }
}

/// Makes a caller's headers fit for the private part.
pub fn prepare(headers: &mut HeaderMap, caller: IpAddr) {
    strip_connection(headers);
    let claims: Vec<HeaderName> = headers
        .keys()
        .filter(|name| {
            let name = name.as_str();
            CLAIMS.contains(&name) || name.starts_with("x-forwarded-")
        })
        .cloned()
        .collect();
    for name in claims {
        headers.remove(name);
    }
    if let Ok(caller) = HeaderValue::try_from(caller.to_string()) {
        headers.insert(CALLER, caller);
    }
}

/// Whether the headers ask to go on as a WebSocket.
pub fn asks_for_websocket(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE);
    upgrade.is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Puts back what [`strip_connection`] took from a request or answer that goes on as a WebSocket.
pub fn go_on_as_websocket(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn what_is_about_one_connection_ends_here() {
        let mut given = headers(&[
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("transfer-encoding", "chunked"),
            ("keep-alive", "timeout=5"),
            ("upgrade", "h2c"),
            ("cookie", "session=1"),
        ]);
        strip_connection(&mut given);
        assert_eq!(given, headers(&[("cookie", "session=1")]));
    }

    #[test]
    fn nobody_chooses_his_own_address() {
        let mut given = headers(&[
            ("x-gatebook-caller", "10.0.0.1"),
            ("x-forwarded-for", "10.0.0.1"),
            ("x-forwarded-proto", "http"),
            ("forwarded", "for=10.0.0.1"),
            ("x-real-ip", "10.0.0.1"),
            ("x-gatebook-csrf", "value"),
        ]);
        prepare(&mut given, "192.0.2.9".parse().unwrap());
        let passed = [
            ("x-gatebook-csrf", "value"),
            ("x-gatebook-caller", "192.0.2.9"),
        ];
        assert_eq!(given, headers(&passed));
    }
}
