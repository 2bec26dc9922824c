//! Everything else decoded by an `ffmpeg` of its own for each camera: compressed pictures in, MJPEG out.
//!
//! It gets no address and no password: its only input and output are pipes.

use super::decoder::{Codec, Said, Unit};
use crate::http::mjpeg::Parts;
use crate::{Error, Result};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, watch};

/// The boundary that ffmpeg's `mpjpeg` writes.
const BOUNDARY: &str = "ffmpeg";
/// Largest side of a picture in pixels; a larger one is made smaller, for as JPEG it might be more than is taken.
const LARGEST_SIDE: u32 = 1920;

/// Starts the program; it ends when nobody hands in units any more, or nobody listens.
pub(super) fn start(
    program: &Path,
    codec: Codec,
    units: mpsc::Receiver<Unit>,
    saying: watch::Sender<Said>,
    interval: Duration,
) -> Result<()> {
    let mut child = command(program, codec, interval)
        .spawn()
        .map_err(|error| Error::Decoder(format!("ffmpeg does not start: {error}")))?;
    let pipes = child.stdin.take().zip(child.stdout.take());
    let (input, output) = pipes.ok_or_else(|| Error::Decoder("ffmpeg has no pipes".into()))?;
    tokio::spawn(async move {
        let ended = tokio::select! {
            ended = feed(input, units) => ended,
            ended = listen(output, &saying) => ended,
            () = saying.closed() => return,
        };
        let error = match ended {
            Err(error @ Error::TooLarge { .. }) => error,
            ended => {
                let why = ended.map_or_else(|error| error.to_string(), |()| "it ended".into());
                Error::Decoder(format!("ffmpeg: {why}{}", last_words(child).await))
            }
        };
        saying.send_replace(Some(Err(error)));
    });
    Ok(())
}

fn command(program: &Path, codec: Codec, interval: Duration) -> Command {
    let format = match codec {
        Codec::H264 => "h264",
        Codec::H265 => "hevc",
    };
    let filters = format!("{},{}", paced(interval), bounded());
    let mut command = Command::new(program);
    command
        .args(["-hide_banner", "-nostdin", "-v", "error", "-threads", "1"])
        .args(["-protocol_whitelist", "pipe"])
        // The first picture is not waited for any longer than its size takes to be known.
        .args(["-probesize", "32768", "-analyzeduration", "0"])
        .args(["-fpsprobesize", "0"])
        // A bare stream carries no times: those of its arrival are near enough.
        .args(["-use_wallclock_as_timestamps", "1", "-f", format])
        .args(["-i", "pipe:0", "-an", "-vf", &filters])
        // Whatever rate the stream claims, no picture is sent twice to keep it.
        .args(["-fps_mode", "vfr", "-enc_time_base", "1:1000"])
        .args(["-c:v", "mjpeg", "-q:v", "4"])
        .args(["-f", "mpjpeg", "-flush_packets", "1", "pipe:1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env_clear()
        .kill_on_drop(true);
    command
}

/// The filter that lets through one picture of each `interval`, and never one twice: several pictures are several
/// views to whoever looks at them.
fn paced(interval: Duration) -> String {
    let every = interval.as_secs_f64();
    let turn = |time: &str| format!("floor({time}/{every:.3})");
    let (now, before) = (turn("t"), turn("prev_selected_t"));
    format!("select=isnan(prev_selected_t)+gt({now}\\,{before})")
}

/// The filter that makes pictures smaller which are larger than is taken.
fn bounded() -> String {
    let side = |given: &str| format!("min({LARGEST_SIDE}\\,{given})");
    let (width, height) = (side("iw"), side("ih"));
    format!("scale={width}:{height}:force_original_aspect_ratio=decrease")
}

async fn feed(mut input: ChildStdin, mut units: mpsc::Receiver<Unit>) -> Result<()> {
    while let Some(unit) = units.recv().await {
        input.write_all(&unit.data).await.map_err(broken)?;
    }
    Ok(())
}

async fn listen(mut output: ChildStdout, saying: &watch::Sender<Said>) -> Result<()> {
    let mut parts = Parts::new(BOUNDARY);
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let read = output.read(&mut bytes).await.map_err(broken)?;
        if read == 0 {
            return Ok(());
        }
        parts.push(&bytes[..read]);
        while let Some(part) = parts.next_part()? {
            saying.send_replace(Some(Ok(part)));
        }
    }
}

fn broken(error: std::io::Error) -> Error {
    Error::Decoder(error.to_string())
}

/// What the program complained about, its beginning.
async fn last_words(mut child: Child) -> String {
    let Some(complaints) = child.stderr.take() else {
        return String::new();
    };
    let mut text = String::new();
    let mut complaints = complaints.take(300);
    let _ = child.start_kill();
    match complaints.read_to_string(&mut text).await {
        Ok(read) if read > 0 => format!(" ({})", text.trim().replace('\n', "; ")),
        _ => String::new(),
    }
}
