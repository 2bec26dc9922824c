//! A camera that speaks RTSP and sends a film over and over, interleaved into the connection.

use super::Running;
use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Largest payload of a packet, in bytes.
const PAYLOAD: usize = 1200;

/// What it sends.
#[derive(Clone, Debug)]
pub struct Video {
    /// `H264` or `H265`.
    pub encoding: &'static str,
    /// The film: Annex B, a picture to each slice.
    pub film: Vec<u8>,
    /// Time between two pictures.
    pub pause: Duration,
    /// Pictures until it ends the connection; `None`: never.
    pub pictures: Option<usize>,
    /// The value of `Authorization` that it wants, e.g. `Basic …`.
    pub authorization: Option<String>,
}

/// A camera on loopback; it is gone when this is dropped.
#[derive(Debug)]
pub struct RtspCamera {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    _running: Running,
}

impl RtspCamera {
    /// Starts one.
    ///
    /// # Errors
    /// When no port is free, or this one is taken.
    pub async fn start(port: u16, video: Video) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let video = Arc::new(video);
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = connections.clone();
        let running = tokio::spawn(async move {
            let mut serving = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let video = video.clone();
                // A client that goes away ends its connection.
                serving.spawn(async move { drop(serve(stream, &video).await) });
            }
        });
        Ok(Self {
            address,
            connections,
            _running: Running(running),
        })
    }

    /// How many connections it had so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn serve(stream: TcpStream, video: &Video) -> Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let (head, sequence) = question(&mut stream).await?;
        let mut words = head.split_whitespace();
        let (method, url) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let let_in = video
            .authorization
            .as_ref()
            .is_none_or(|wanted| head.contains(wanted));
        let answer = match method {
            _ if !let_in => "RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"camera\"\r\n".to_owned(),
            "DESCRIBE" => described(url, video),
            "SETUP" => "RTSP/1.0 200 OK\r\nSession: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n".to_owned(),
            "PLAY" | "OPTIONS" | "GET_PARAMETER" | "TEARDOWN" => "RTSP/1.0 200 OK\r\nSession: 1\r\n".to_owned(),
            _ => bail!("unknown method {method}"),
        };
        stream
            .get_mut()
            .write_all(with_sequence(&answer, &sequence).as_bytes())
            .await?;
        if method == "PLAY" && let_in {
            return play(&mut stream, video).await;
        }
    }
}

fn described(url: &str, video: &Video) -> String {
    let sdp = format!(
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=film\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n\
         a=rtpmap:96 {}/90000\r\na=control:video\r\n",
        video.encoding
    );
    format!(
        "RTSP/1.0 200 OK\r\nContent-Base: {url}/\r\nContent-Type: application/sdp\r\n\
         Content-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    )
}

/// `CSeq` belongs into the head, which may end within the answer or with it.
fn with_sequence(answer: &str, sequence: &str) -> String {
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) => format!("{head}\r\nCSeq: {sequence}\r\n\r\n{body}"),
        None => format!("{answer}CSeq: {sequence}\r\n\r\n"),
    }
}

async fn question(stream: &mut BufReader<TcpStream>) -> Result<(String, String)> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            bail!("the client is gone");
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let sequence = head.lines().find_map(|line| line.strip_prefix("CSeq: "));
    let sequence = sequence.context("no CSeq")?.to_owned();
    Ok((head, sequence))
}

async fn play(stream: &mut BufReader<TcpStream>, video: &Video) -> Result<()> {
    let units = nal_units(&video.film);
    let mut packets = Packets {
        sequence: 0,
        time: 0,
        h265: video.encoding == "H265",
    };
    let mut sent = 0;
    for unit in units.iter().cycle() {
        let picture = packets.is_picture(unit);
        for packet in packets.of(unit, picture) {
            stream.get_mut().write_all(&packet).await?;
        }
        if picture {
            packets.time = packets.time.wrapping_add(9_000);
            sent += 1;
            if video.pictures.is_some_and(|most| sent >= most) {
                return Ok(());
            }
            tokio::time::sleep(video.pause).await;
            discard(stream)?;
        }
    }
    Ok(())
}

/// Whatever the client says meanwhile (keep-alives) is not answered, but read.
fn discard(stream: &mut BufReader<TcpStream>) -> Result<()> {
    let mut bytes = [0; 4096];
    match stream.get_ref().try_read(&mut bytes) {
        Ok(0) => bail!("the client is gone"),
        _ => Ok(()),
    }
}

/// What stands between the start codes.
fn nal_units(film: &[u8]) -> Vec<&[u8]> {
    let mut starts: Vec<usize> = film
        .windows(3)
        .enumerate()
        .filter_map(|(at, bytes)| (bytes == [0, 0, 1]).then_some(at + 3))
        .collect();
    starts.push(film.len() + 3);
    let between = starts.windows(2).map(|pair| &film[pair[0]..pair[1] - 3]);
    between
        .map(|unit| unit.strip_suffix(&[0]).unwrap_or(unit))
        .collect()
}

/// RTP (RFC 3550) as RFC 6184 and RFC 7798 fill it.
struct Packets {
    sequence: u16,
    time: u32,
    h265: bool,
}

impl Packets {
    fn is_picture(&self, unit: &[u8]) -> bool {
        let kind = unit.first().copied().unwrap_or_default();
        match self.h265 {
            true => kind >> 1 & 0x3f < 32,
            false => matches!(kind & 0x1f, 1 | 5),
        }
    }

    fn of(&mut self, unit: &[u8], picture: bool) -> Vec<Vec<u8>> {
        let head = if self.h265 { 2 } else { 1 };
        if unit.len() <= PAYLOAD {
            return vec![self.packet(unit, picture)];
        }
        let pieces: Vec<&[u8]> = unit[head..].chunks(PAYLOAD).collect();
        let last = pieces.len() - 1;
        let mut packets = Vec::with_capacity(pieces.len());
        for (number, piece) in pieces.iter().enumerate() {
            let mut payload = self.fragment(unit, number == 0, number == last);
            payload.extend_from_slice(piece);
            packets.push(self.packet(&payload, picture && number == last));
        }
        packets
    }

    fn fragment(&self, unit: &[u8], first: bool, last: bool) -> Vec<u8> {
        let ends = u8::from(first) << 7 | u8::from(last) << 6;
        match self.h265 {
            true => vec![
                unit[0] & 0x81 | 49 << 1,
                unit[1],
                ends | unit[0] >> 1 & 0x3f,
            ],
            false => vec![unit[0] & 0xe0 | 28, ends | unit[0] & 0x1f],
        }
    }

    fn packet(&mut self, payload: &[u8], marked: bool) -> Vec<u8> {
        let length = u16::try_from(payload.len() + 12).unwrap_or(u16::MAX);
        let mut packet = vec![b'$', 0];
        packet.extend(length.to_be_bytes());
        packet.extend([0x80, u8::from(marked) << 7 | 96]);
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(self.time.to_be_bytes());
        packet.extend(0x6761_7465_u32.to_be_bytes());
        packet.extend(payload);
        self.sequence = self.sequence.wrapping_add(1);
        packet
    }
}
