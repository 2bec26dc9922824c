//! The address of who calls, for routes that know nothing of proxies.

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{self, Next};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// `router` with the caller's own address in place of a trusted proxy's, so that devices behind a
/// proxy are told apart when one of them guesses passwords.
pub fn behind(trusted: &[IpAddr], router: Router) -> Router {
    let trusted: Arc<[IpAddr]> = trusted.into();
    router.layer(middleware::from_fn(
        move |mut request: Request, next: Next| {
            let trusted = trusted.clone();
            async move {
                let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
                if let Some(ConnectInfo(peer)) = peer.copied() {
                    let caller = api::behind_proxies(peer.ip(), request.headers(), &trusted);
                    let caller = SocketAddr::new(caller, peer.port());
                    request.extensions_mut().insert(ConnectInfo(caller));
                }
                next.run(request).await
            }
        },
    ))
}
