//! Everything that is served over HTTP: API, pages, health, metrics, the authority's certificate.

mod bounded;
pub mod ca;
pub mod carry;
pub mod certificates;
pub mod health;
pub mod pages;
pub mod peer;
pub mod serve;
