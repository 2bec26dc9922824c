//! Everything else decoded by an `ffmpeg` of its own for each camera: compressed pictures in, MJPEG out.
//!
//! It gets no address and no password: its only input and output are pipes.

use super::decoder::{Codec, Said, Unit};
use super::recent::Stretch;
use crate::http::mjpeg::Parts;
use crate::{Error, Result};
use bytes::Bytes;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

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
    let mut command = reading(program, codec);
    let filters = format!("{},{}", paced(interval), bounded());
    // Whatever rate the stream claims, no picture is sent twice to keep it.
    encoding(&mut command, &filters, "vfr");
    let mut child = spawn(command)?;
    let (input, output) = pipes(&mut child)?;
    let complaints = complaints(&mut child);
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
                let _ = child.start_kill();
                Error::Decoder(format!("ffmpeg: {why}{}", in_brackets(complaints).await))
            }
        };
        saying.send_replace(Some(Err(error)));
    });
    Ok(())
}

/// Pictures of a stretch that may not come out of the decoder: damaged ones; those after an H.265 key frame of the kind CRA that lead
/// back to what was before it.
const LOST: [usize; 2] = [3, 16];

/// The last picture of a stretch.
pub(super) async fn last_picture(program: &Path, stretch: &Stretch) -> Result<Bytes> {
    let [few, many] = LOST;
    match last_after(program, stretch, few).await {
        Err(Error::Decoder(_)) if stretch.pictures.len() > few => {
            last_after(program, stretch, many).await
        }
        decoded => decoded,
    }
}

/// The last picture of a stretch of which no more than so many are lost.
async fn last_after(program: &Path, stretch: &Stretch, lost: usize) -> Result<Bytes> {
    let last = last_of(stretch.pictures.len(), lost);
    let mut command = reading(program, stretch.codec);
    let filters = format!("{last},{}", bounded());
    encoding(&mut command, &filters, "passthrough");
    let mut child = spawn(command)?;
    let (mut input, output) = pipes(&mut child)?;
    let complaints = complaints(&mut child);
    let (saying, said) = watch::channel(None);
    let feeding = async move {
        for picture in &stretch.pictures {
            // An ffmpeg that takes no more has ended; what it gave tells why.
            if input.write_all(picture).await.is_err() {
                return;
            }
        }
    };
    let ((), read) = tokio::join!(feeding, listen(output, &saying));
    read?;
    let newest = said.borrow().clone();
    match newest {
        Some(picture) => picture,
        None => {
            let _ = child.start_kill();
            let why = in_brackets(complaints).await;
            Err(Error::Decoder(format!("ffmpeg: no picture came{why}")))
        }
    }
}

fn spawn(mut command: Command) -> Result<Child> {
    let failed = |error| Error::Decoder(format!("ffmpeg does not start: {error}"));
    command.spawn().map_err(failed)
}

fn pipes(child: &mut Child) -> Result<(ChildStdin, ChildStdout)> {
    let pipes = child.stdin.take().zip(child.stdout.take());
    pipes.ok_or_else(|| Error::Decoder("ffmpeg has no pipes".into()))
}

/// The program, told what it reads.
fn reading(program: &Path, codec: Codec) -> Command {
    let format = match codec {
        Codec::H264 => "h264",
        Codec::H265 => "hevc",
    };
    let mut command = Command::new(program);
    command
        .args(["-hide_banner", "-nostdin", "-v", "error", "-threads", "1"])
        .args(["-protocol_whitelist", "pipe"])
        // The first picture is not waited for any longer than its size takes to be known.
        .args(["-probesize", "32768", "-analyzeduration", "0"])
        .args(["-fpsprobesize", "0"])
        // A bare stream carries no times: those of its arrival are near enough.
        .args(["-use_wallclock_as_timestamps", "1", "-f", format])
        .args(["-i", "pipe:0"]);
    command
}

/// The same, told what it writes: MJPEG of what passes `filters`.
fn encoding(command: &mut Command, filters: &str, mode: &str) {
    command
        .args(["-an", "-vf", filters])
        .args(["-fps_mode", mode, "-enc_time_base", "1:1000"])
        .args(["-c:v", "mjpeg", "-q:v", "4"])
        .args(["-f", "mpjpeg", "-flush_packets", "1", "pipe:1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env_clear()
        .kill_on_drop(true);
}

/// The filter that lets through one picture of each `interval`, and never one twice: several pictures are several
/// views to whoever looks at them.
fn paced(interval: Duration) -> String {
    let every = interval.as_secs_f64();
    let turn = |time: &str| format!("floor({time}/{every:.3})");
    let (now, before) = (turn("t"), turn("prev_selected_t"));
    format!("select=isnan(prev_selected_t)+gt({now}\\,{before})")
}

/// The filter that lets through the last of so many pictures when so many are lost.
fn last_of(pictures: usize, lost: usize) -> String {
    format!("select=gte(n\\,{})", pictures.saturating_sub(lost))
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

/// Reads what the program complains about, and keeps the beginning: unread, it would stand still after some 64 KiB.
fn complaints(child: &mut Child) -> JoinHandle<String> {
    let said = child.stderr.take();
    tokio::spawn(async move {
        let Some(mut said) = said else {
            return String::new();
        };
        let mut beginning = Vec::new();
        let _ = (&mut said).take(300).read_to_end(&mut beginning).await;
        let _ = tokio::io::copy(&mut said, &mut tokio::io::sink()).await;
        String::from_utf8_lossy(&beginning).into_owned()
    })
}

/// What the program complained about, once it has ended.
async fn in_brackets(complaints: JoinHandle<String>) -> String {
    let said = complaints.await.unwrap_or_default();
    match said.trim() {
        "" => String::new(),
        said => format!(" ({})", said.replace('\n', "; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decoders;
    use tokio::time::timeout;
    use zune_jpeg::JpegDecoder;
    use zune_jpeg::zune_core::bytestream::ZCursor;

    /// Fifty pictures with a key frame every 25, each 4 steps brighter than the one before, from 20 on.
    const COUNTING: &[u8] = include_bytes!("../../tests/films/counting.h264");

    /// Its pictures, each with the parameter sets before it.
    fn pictures() -> Vec<Bytes> {
        let (mut pictures, mut from, mut whole) = (Vec::new(), 0, false);
        for (at, bytes) in COUNTING.windows(4).enumerate() {
            if bytes[..3] != [0, 0, 1] {
                continue;
            }
            if whole {
                pictures.push(Bytes::copy_from_slice(&COUNTING[from..at]));
                from = at;
            }
            whole = matches!(bytes[3] & 0x1f, 1 | 5);
        }
        pictures.push(Bytes::copy_from_slice(&COUNTING[from..]));
        pictures
    }

    fn brightness(jpeg: &[u8]) -> usize {
        let pixels = JpegDecoder::new(ZCursor::new(jpeg)).decode().unwrap();
        usize::from(pixels[pixels.len() / 2])
    }

    #[tokio::test]
    async fn of_a_stretch_the_last_picture_is_decoded_whichever_it_is() {
        let ffmpeg = decoders().ffmpeg;
        let program = ffmpeg.expect("this test wants ffmpeg: scripts/setup-test.sh");
        let film = pictures();
        assert_eq!(film.len(), 50);
        for (from, to) in [(0, 1), (0, 2), (0, 25), (25, 26), (25, 50)] {
            let stretch = Stretch {
                codec: Codec::H264,
                pictures: film[from..to].to_vec(),
            };
            let jpeg = last_picture(&program, &stretch).await.unwrap();
            // 219 steps of light in a film are 255 in a JPEG.
            let shown = (4 + 4 * (to - 1)) * 255 / 219;
            let seen = brightness(&jpeg);
            assert!(seen.abs_diff(shown) <= 3, "{to}: {seen} for {shown}");
        }
    }

    #[tokio::test]
    async fn a_stretch_of_which_several_pictures_never_come_has_a_last_one_all_the_same() {
        let program = decoders().ffmpeg.expect("scripts/setup-test.sh");
        // Access unit delimiters alone are no pictures.
        let nothing = std::iter::repeat_n(Bytes::from_static(&[0, 0, 0, 1, 9, 0xf0]), 7);
        let stretch = Stretch {
            codec: Codec::H264,
            pictures: pictures()[..10].iter().cloned().chain(nothing).collect(),
        };
        assert!(last_picture(&program, &stretch).await.is_ok());
    }

    #[tokio::test]
    async fn a_stretch_that_is_complained_about_without_end_is_decoded_all_the_same() {
        let program = decoders().ffmpeg.expect("scripts/setup-test.sh");
        let film = pictures();
        // Some 600 KiB of complaints.
        let damaged = Bytes::from([&film[1][..8], &[0x5a; 64]].concat());
        let broken = std::iter::repeat_n(damaged, 5_000);
        let stretch = Stretch {
            codec: Codec::H264,
            pictures: [film[0].clone()].into_iter().chain(broken).collect(),
        };
        let decoded = timeout(Duration::from_secs(60), last_picture(&program, &stretch)).await;
        assert!(decoded.unwrap().is_ok());
    }

    #[tokio::test]
    async fn a_stretch_that_nothing_can_be_made_of_says_why() {
        let program = decoders().ffmpeg.expect("scripts/setup-test.sh");
        let stretch = Stretch {
            codec: Codec::H264,
            pictures: vec![Bytes::from_static(&[0; 400])],
        };
        let why = last_picture(&program, &stretch).await.unwrap_err();
        assert!(matches!(why, Error::Decoder(_)), "{why}");
    }
}
