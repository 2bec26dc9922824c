//! Who calls: sessions by cookie, tokens by header, and what a role may do.

mod address;
mod caller;
mod guard;
mod origin;
mod password;
mod secret;
mod session;
mod throttle;

pub(crate) use address::ClientAddress;
pub use address::behind_proxies;
pub(crate) use caller::{Admin, Auditor, Caller, MaybeCaller, Operator, Viewer, Who, caller_of};
pub use guard::{Claim, Guard};
pub(crate) use origin::same_origin;
pub(crate) use password::{Passwords, password_problem};
pub(crate) use secret::Secret;
pub(crate) use session::{
    Cookie, begin_session, begin_station, end_session, expired_cookie, renew_session, station_of,
};
pub(crate) use throttle::Throttle;
