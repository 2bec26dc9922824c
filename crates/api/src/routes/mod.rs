//! One action group per file, with its request and response types beside it.

pub(crate) mod session;
