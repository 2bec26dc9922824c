//! Cameras that speak RTSP: `retina` receives, over TCP alone, so that nothing but the camera's own
//! connection has to be let through.

mod decoder;
mod ffmpeg;

use crate::connect::{no_answer, resolve};
use crate::frame::{Frame, Source};
use crate::{Error, Guard, Result, Spec, decoders};
use async_trait::async_trait;
use decoder::{Codec, Decoder, Unit};
use futures::StreamExt;
use retina::client::{
    Credentials as RetinaCredentials, Demuxed, PlayOptions, Session, SessionOptions, SetupOptions,
    TcpTransportOptions, Transport,
};
use retina::codec::{CodecItem, FrameFormat};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

/// How long each step of the beginning may take, and how long no picture may come.
const PATIENCE: Duration = Duration::from_secs(10);

/// A stream that plays.
struct Playing {
    session: Demuxed,
    codec: Codec,
    decoder: Decoder,
}

/// Connects and begins to play.
pub(crate) async fn open(spec: &Spec, guard: &Arc<Guard>) -> Result<Box<dyn Source>> {
    let there = resolve(guard, &spec.address).await?;
    let begun = timeout(PATIENCE, play(spec, there)).await;
    let (session, codec) = begun.map_err(|_| Error::Silent(PATIENCE.as_secs()))??;
    let without = || Error::Codec(format!("{}; install ffmpeg beside Gatebook", name(codec)));
    let program = decoders().ffmpeg.ok_or_else(without)?;
    let decoder = Decoder::start(&program, codec, spec.interval())?;
    Ok(Box::new(Playing {
        session,
        codec,
        decoder,
    }))
}

fn name(codec: Codec) -> &'static str {
    match codec {
        Codec::H264 => "H.264",
        Codec::H265 => "H.265",
    }
}

async fn play(spec: &Spec, there: SocketAddr) -> Result<(Demuxed, Codec)> {
    let failed = |error: retina::Error| told(&error, spec, there);
    let credentials = spec.credentials.as_ref().map(|given| RetinaCredentials {
        username: given.user.clone(),
        password: given.password.clone(),
    });
    let options = SessionOptions::default()
        .creds(credentials)
        .user_agent("Gatebook".to_owned());
    let url = at(spec.address.url(), there)?;
    let mut session = Session::describe(url, options).await.map_err(failed)?;
    let (stream, codec) = chosen(&session)?;
    let setup = SetupOptions::default()
        .transport(Transport::Tcp(TcpTransportOptions::default()))
        .frame_format(FrameFormat::SIMPLE);
    session.setup(stream, setup).await.map_err(failed)?;
    let playing = session.play(PlayOptions::default()).await;
    let demuxed = playing.and_then(Session::demuxed).map_err(failed)?;
    Ok((demuxed, codec))
}

/// The same address with the checked host in place of its name: it is not looked up again.
fn at(url: &Url, there: SocketAddr) -> Result<Url> {
    let mut url = url.clone();
    let host = match there {
        SocketAddr::V4(four) => four.ip().to_string(),
        SocketAddr::V6(six) => format!("[{}]", six.ip()),
    };
    url.set_host(Some(&host))
        .map_err(|error| Error::Address(error.to_string()))?;
    Ok(url)
}

/// The first stream of video that can be decoded.
fn chosen<S: retina::client::State>(session: &Session<S>) -> Result<(usize, Codec)> {
    let mut other = None;
    for (number, stream) in session.streams().iter().enumerate() {
        match (stream.media(), stream.encoding_name()) {
            ("video", "h264") => return Ok((number, Codec::H264)),
            ("video", "h265") => return Ok((number, Codec::H265)),
            ("video", name) => other = Some(name.to_owned()),
            _ => {}
        }
    }
    Err(Error::Codec(other.unwrap_or_else(|| "no video".into())))
}

fn told(error: &retina::Error, spec: &Spec, there: SocketAddr) -> Error {
    match error.status_code() {
        Some(401) if spec.credentials.is_some() => return Error::WrongPassword,
        Some(401) => return Error::PasswordWanted,
        Some(status) => return Error::Status(status),
        None => {}
    }
    // What follows the first line is for who has the packets in front of him.
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    match first.contains("Unable to connect") || first.contains("onnection refused") {
        true => no_answer(there, first),
        false if first.contains("authentication requested") => Error::PasswordWanted,
        false => Error::Damaged(first.to_owned()),
    }
}

impl Playing {
    fn take(&mut self, item: CodecItem) -> Result<()> {
        let CodecItem::VideoFrame(frame) = item else {
            return Ok(());
        };
        let key = frame.is_random_access_point();
        let data = frame.into_data();
        self.decoder.push(Unit { data, key })
    }
}

#[async_trait]
impl Source for Playing {
    async fn next(&mut self) -> Result<Frame> {
        // Until the first key frame there is no picture, and key frames may be far apart.
        let until = Instant::now() + PATIENCE * 2;
        loop {
            let happened = tokio::select! {
                jpeg = self.decoder.picture() => return Frame::now(jpeg?),
                item = timeout_at(until, self.session.next()) => item,
            };
            let silent = Error::Silent(PATIENCE.as_secs() * 2);
            let item = happened.map_err(|_| silent)?.ok_or(Error::Ended)?;
            let first = |error: retina::Error| {
                let text = error.to_string();
                Error::Damaged(text.lines().next().unwrap_or_default().to_owned())
            };
            self.take(item.map_err(first)?)?;
        }
    }

    fn kind(&self) -> String {
        format!("{} over RTSP", name(self.codec))
    }
}
