//! Photographs and the loaded engine, once per test program.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

use std::sync::OnceLock;
use vision::{Engine, Frame, Limits};

/// Loading takes a second; the tests of one program share it.
pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::load().expect("the embedded models load"))
}

/// The bytes of a photograph that came with the models' packages.
pub fn photograph(name: &str) -> Vec<u8> {
    let folder = vision::samples::dir().expect("the build leaves the photographs in its cache");
    std::fs::read(folder.join(name)).unwrap()
}

pub fn frame(name: &str) -> Frame {
    Frame::decode(&photograph(name), Limits::UPLOAD).unwrap()
}
