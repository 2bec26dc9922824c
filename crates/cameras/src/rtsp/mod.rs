//! Cameras that speak RTSP: `retina` receives, over TCP alone, so that nothing but the camera's own
//! connection has to be let through.

mod bounded;
mod decoder;
mod ffmpeg;
mod recent;

use crate::connect::connect;
use crate::frame::{Frame, Source};
use crate::{Error, Guard, Result, Spec, decoders};
use async_trait::async_trait;
use bounded::Bounded;
use bytes::Bytes;
use decoder::{Codec, Decoder, Unit};
use futures::StreamExt;
use retina::client::{
    Credentials as RetinaCredentials, Demuxed, PlayOptions, Session, SessionOptions, SetupOptions,
    TcpTransportOptions, Transport,
};
use retina::codec::{CodecItem, FrameFormat};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

pub(crate) use recent::{Recent, Stretch};

/// How long each step of the beginning may take, and how long no picture may come.
const PATIENCE: Duration = Duration::from_secs(10);

/// A stream that plays: its compressed pictures, one after another.
pub(crate) struct Units {
    session: Demuxed,
    way: Bounded,
    codec: Codec,
}

/// One whose pictures are decoded.
struct Playing {
    units: Units,
    decoder: Decoder,
}

/// Connects and begins to play.
pub(crate) async fn open(spec: &Spec, guard: &Arc<Guard>) -> Result<Box<dyn Source>> {
    let units = Units::open(spec, guard).await?;
    let decoder = Decoder::start(&program(units.codec)?, units.codec, spec.interval())?;
    Ok(Box::new(Playing { units, decoder }))
}

/// The decoder for `codec`.
fn program(codec: Codec) -> Result<PathBuf> {
    let without = || Error::Codec(format!("{}; install ffmpeg beside Gatebook", name(codec)));
    decoders().ffmpeg.ok_or_else(without)
}

fn name(codec: Codec) -> &'static str {
    match codec {
        Codec::H264 => "H.264",
        Codec::H265 => "H.265",
    }
}

async fn play(spec: &Spec, way: &Bounded) -> Result<(Demuxed, Codec)> {
    let failed = |error: retina::Error| way.why(told(&error, spec));
    let credentials = spec.credentials.as_ref().map(|given| RetinaCredentials {
        username: given.user.clone(),
        password: given.password.clone(),
    });
    let options = SessionOptions::default()
        .creds(credentials)
        .user_agent("Gatebook".to_owned());
    let url = at(spec.address.url(), way.entry)?;
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

/// The same address with the way there in place of the host: its name is not looked up again.
fn at(url: &Url, entry: SocketAddr) -> Result<Url> {
    let mut url = url.clone();
    let host = url.set_host(Some(&entry.ip().to_string()));
    host.map_err(|error| Error::Address(error.to_string()))?;
    let no_port = |()| Error::Address("an address without a host".into());
    url.set_port(Some(entry.port())).map_err(no_port)?;
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

fn told(error: &retina::Error, spec: &Spec) -> Error {
    match error.status_code() {
        Some(401) if spec.credentials.is_some() => return Error::WrongPassword,
        Some(401) => return Error::PasswordWanted,
        Some(status) => return Error::Status(status),
        None => {}
    }
    // What follows the first line is for who has the packets in front of him.
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    match first.contains("authentication requested") {
        true => Error::PasswordWanted,
        false => Error::Damaged(first.to_owned()),
    }
}

impl Units {
    /// Connects and begins to play.
    pub(crate) async fn open(spec: &Spec, guard: &Arc<Guard>) -> Result<Self> {
        let camera = connect(guard, &spec.address).await?;
        let way = Bounded::through(camera).await?;
        let begun = timeout(PATIENCE, play(spec, &way)).await;
        let (session, codec) = begun.map_err(|_| Error::Silent(PATIENCE.as_secs()))??;
        way.picture();
        Ok(Self {
            session,
            way,
            codec,
        })
    }

    /// What its last seconds are kept in.
    ///
    /// # Errors
    /// [`Error::Codec`] where nothing could be decoded of them.
    pub(crate) fn recent(&self) -> Result<Recent> {
        program(self.codec).map(|_| Recent::new(self.codec))
    }

    /// What the connection is.
    pub(crate) fn kind(&self) -> String {
        format!("{} over RTSP", name(self.codec))
    }

    /// The next picture; whoever stops waiting for it loses nothing.
    async fn next(&mut self) -> Result<Unit> {
        loop {
            let item = self.session.next().await;
            let item = item.ok_or_else(|| self.way.why(Error::Ended))?;
            let item = item.map_err(|error| {
                let text = error.to_string();
                let first = text.lines().next().unwrap_or_default();
                self.way.why(Error::Damaged(first.to_owned()))
            })?;
            if let CodecItem::VideoFrame(frame) = item {
                self.way.picture();
                let key = frame.is_random_access_point();
                let data = frame.into_data();
                return Ok(Unit { data, key });
            }
        }
    }

    /// The same, which does not wait for ever.
    pub(crate) async fn next_in_time(&mut self) -> Result<Unit> {
        let silent = |_| Error::Silent(PATIENCE.as_secs());
        timeout(PATIENCE, self.next()).await.map_err(silent)?
    }
}

#[async_trait]
impl Source for Playing {
    async fn next(&mut self) -> Result<Frame> {
        // Until the first key frame there is no picture, and key frames may be far apart.
        let until = Instant::now() + PATIENCE * 2;
        loop {
            let unit = tokio::select! {
                jpeg = self.decoder.picture() => return Frame::now(jpeg?),
                unit = timeout_at(until, self.units.next()) => unit,
            };
            let silent = |_| Error::Silent(PATIENCE.as_secs() * 2);
            self.decoder.push(unit.map_err(silent)??)?;
        }
    }

    fn kind(&self) -> String {
        self.units.kind()
    }
}

/// The last picture of a stretch, as JPEG.
pub(crate) async fn last_picture(stretch: &Stretch) -> Result<Bytes> {
    let jpeg = ffmpeg::last_picture(&program(stretch.codec)?, stretch).await?;
    Frame::now(jpeg).map(|frame| frame.jpeg)
}
