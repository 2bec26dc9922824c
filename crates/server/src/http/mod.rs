//! Everything that is served over HTTP: API, pages, health, metrics, the authority's certificate.

pub mod ca;
pub mod health;
pub mod pages;
pub mod serve;
