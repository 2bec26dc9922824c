//! Everything else decoded by an `ffmpeg` of its own for each camera: compressed pictures in, MJPEG out.
//!
//! It gets no address and no password: its only input and output are pipes.

use super::decoder::{Codec, Said, Unit};
use crate::frame::LARGEST_PICTURE;
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
        let why = ended.err().unwrap_or_else(|| "it ended".into());
        let why = format!("ffmpeg: {why}{}", last_words(child).await);
        saying.send_replace(Some(Err(Error::Decoder(why))));
    });
    Ok(())
}

fn command(program: &Path, codec: Codec, interval: Duration) -> Command {
    let format = match codec {
        Codec::H264 => "h264",
        Codec::H265 => "hevc",
    };
    let rate = format!("fps={:.3}", 1.0 / interval.as_secs_f64());
    let mut command = Command::new(program);
    command
        .args(["-hide_banner", "-nostdin", "-v", "error", "-threads", "1"])
        .args(["-protocol_whitelist", "pipe", "-fflags", "nobuffer"])
        .args(["-probesize", "32768", "-analyzeduration", "0"])
        // A bare stream carries no times: those of its arrival are near enough.
        .args([
            "-use_wallclock_as_timestamps",
            "1",
            "-f",
            format,
            "-i",
            "pipe:0",
        ])
        .args(["-an", "-vf", &rate, "-c:v", "mjpeg", "-q:v", "4"])
        .args(["-f", "mpjpeg", "-flush_packets", "1", "pipe:1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env_clear()
        .kill_on_drop(true);
    command
}

async fn feed(
    mut input: ChildStdin,
    mut units: mpsc::Receiver<Unit>,
) -> std::result::Result<(), String> {
    while let Some(unit) = units.recv().await {
        let written = input.write_all(&unit.data).await;
        written.map_err(|error| error.to_string())?;
    }
    Ok(())
}

async fn listen(
    mut output: ChildStdout,
    saying: &watch::Sender<Said>,
) -> std::result::Result<(), String> {
    let mut parts = Parts::new(BOUNDARY);
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let read = output.read(&mut bytes).await;
        let read = read.map_err(|error| error.to_string())?;
        if read == 0 {
            return Ok(());
        }
        parts.push(&bytes[..read]);
        while let Some(part) = parts.next_part().map_err(|bad| bad.to_string())? {
            if part.len() <= LARGEST_PICTURE {
                saying.send_replace(Some(Ok(part)));
            }
        }
    }
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
