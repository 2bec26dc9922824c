//! Network cameras as they behave, on loopback: pictures on request, MJPEG, RTSP, ONVIF.

mod http;
mod onvif;
mod rtsp;

pub use http::{HttpCamera, Reply, mjpeg};
pub use onvif::{OnvifCamera, Profile};
pub use rtsp::{RtspCamera, Video};

use tokio::task::JoinHandle;

/// A task that ends with whoever holds it.
#[derive(Debug)]
struct Running(JoinHandle<()>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}
