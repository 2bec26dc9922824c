//! What one picture of a main stream costs: `cargo bench -p gatebook-cameras`.
//!
//! A made film with noise plays over RTSP, and the newest picture is asked for again and again: the longer ago a key frame was, the
//! more has to be decoded. No threshold is enforced, for machines differ.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss)]

use cameras::{Feed, Guard, MainStream, Spec, State, keep_main};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use testkit::cameras::{RtspCamera, Video};

/// Moments asked about, now soon after a key frame, now long after it.
const ASKED: usize = 40;
/// Pictures from one key frame to the next: two seconds.
const GROUP: u32 = 50;
const PAUSE: Duration = Duration::from_millis(40);

#[tokio::main]
async fn main() {
    for (encoding, codec, size, rate) in [
        ("H264", "libx264", "1920x1080", "4M"),
        ("H265", "libx265", "1920x1080", "3M"),
        ("H265", "libx265", "3840x2160", "8M"),
    ] {
        let film = film(codec, size, rate);
        println!(
            "\n{encoding}, {size}, {:.1} Mbit/s, a key frame every two seconds",
            film.len() as f64 * 8.0 / 4e6
        );
        measure(encoding, film).await;
    }
}

/// Four seconds of a made film, one slice a picture.
fn film(codec: &str, size: &str, rate: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("film.bin");
    let source = format!("testsrc2=s={size}:r=25:d=4,noise=alls=10:allf=t");
    let (format, options) = match codec {
        "libx264" => (
            "h264",
            format!("keyint={GROUP}:min-keyint={GROUP}:scenecut=0:slices=1:sliced-threads=0"),
        ),
        _ => (
            "hevc",
            format!("keyint={GROUP}:min-keyint={GROUP}:scenecut=0:log-level=none"),
        ),
    };
    let parameters = if codec == "libx264" {
        "-x264-params"
    } else {
        "-x265-params"
    };
    let made = Command::new("ffmpeg")
        .args([
            "-v", "error", "-y", "-f", "lavfi", "-i", &source, "-c:v", codec,
        ])
        .args([
            "-preset",
            "ultrafast",
            "-bf",
            "0",
            "-pix_fmt",
            "yuv420p",
            "-b:v",
            rate,
        ])
        .args([parameters, &options, "-f", format])
        .arg(&file)
        .status();
    assert!(made.unwrap().success(), "ffmpeg makes no {codec}");
    std::fs::read(file).unwrap()
}

async fn measure(encoding: &'static str, film: Vec<u8>) {
    let video = Video {
        encoding,
        film,
        pause: PAUSE,
        pictures: None,
        authorization: None,
    };
    let camera = RtspCamera::start(0, video).await.unwrap();
    let spec = Spec {
        address: format!("rtsp://{}/film", camera.address()).parse().unwrap(),
        credentials: None,
        frames_per_second: 5,
    };
    let main = Arc::new(MainStream::new(Duration::from_secs(2)));
    let smaller = Feed::default();
    smaller
        .status
        .send_modify(|status| status.state = State::Live);
    let smaller = Arc::new(smaller);
    let guard = Arc::new(Guard::new(&["127.0.0.0/8"]).unwrap());
    let keeping = tokio::spawn(keep_main(spec, guard, main.clone(), smaller));
    tokio::time::sleep(PAUSE * GROUP * 3).await;
    let mut times = Vec::new();
    for _ in 0..ASKED {
        let started = Instant::now();
        let picture = main.picture_at(started).await.unwrap();
        assert!(picture.is_some(), "the film does not come");
        times.push(started.elapsed().as_secs_f64() * 1e3);
        tokio::time::sleep(PAUSE * 3).await;
    }
    keeping.abort();
    times.sort_by(f64::total_cmp);
    println!(
        "one picture: least {:.0} ms, median {:.0}, most {:.0}",
        times[0],
        times[ASKED / 2],
        times[ASKED - 1]
    );
}
