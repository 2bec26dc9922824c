//! The address a request comes from, behind a stated proxy too.

use crate::state::House;
use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The caller's address. Only the proxies named in the configuration are believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress
where
    House: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        // Without connection info (a server that does not pass it on) everybody shares one
        // address: throttling then errs on the strict side.
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        let house = House::from_ref(state);
        let trusted = &house.config.trusted_proxies;
        Ok(Self(behind_proxies(peer, &parts.headers, trusted)))
    }
}

/// The address a request comes from: walks `X-Forwarded-For` from its end as long as the speaker
/// is a trusted proxy.
#[must_use]
pub fn behind_proxies(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let values = headers.get_all("x-forwarded-for").iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = texts.flat_map(|text| text.split(',')).collect();
    let mut speaker = peer.to_canonical();
    for hop in hops.into_iter().rev() {
        let before = hop.trim().parse::<IpAddr>();
        match before {
            Ok(before) if trusted.contains(&speaker) => speaker = before.to_canonical(),
            _ => break,
        }
    }
    speaker
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forwarded(text: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", text.parse().unwrap());
        headers
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_stranger_cannot_choose_his_address() {
        let headers = forwarded("10.0.0.1");
        assert_eq!(
            behind_proxies(ip("192.0.2.9"), &headers, &[]),
            ip("192.0.2.9")
        );
    }

    #[test]
    fn the_last_hop_before_the_trusted_proxy_counts() {
        let headers = forwarded("10.0.0.1, 192.0.2.9");
        let proxy = [ip("127.0.0.1")];
        assert_eq!(
            behind_proxies(ip("127.0.0.1"), &headers, &proxy),
            ip("192.0.2.9")
        );
    }
}
