//! What tests, the demo and the benchmarks play devices with.
//!
//! | module | what it is |
//! |---|---|
//! | [`mqtt`] | an MQTT 3.1.1 client that can speak from a chosen source address and shows each acknowledgement |
//! | [`http`] | one HTTP/1.1 request from a chosen source address |
//! | [`mosquitto`] | a real broker of a test's own |
//! | [`cameras`] | network cameras: pictures on request, MJPEG, RTSP, ONVIF |
//! | [`classic`] | the controller and the camera board of a classic gate, as they behave |
//! | [`prints`] | fingerprints of nobody, from a seed: fingers, impressions on a sensor, and what is no finger |
//! | [`sensor`] | a fingerprint sensor with buffers, flash and faults, in memory and on a pseudo-terminal |
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod cameras;
pub mod classic;
pub mod http;
pub mod mosquitto;
pub mod mqtt;
pub mod prints;
pub mod sensor;
