//! Questions to a camera over HTTP/1.1, with its way of asking for a password (Basic or Digest).

use crate::address::Address;
use crate::connect::connect;
use crate::{Credentials, Error, Guard, Result};
use bytes::{Bytes, BytesMut};
use http_auth::{PasswordClient, PasswordParams};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long an answer's head may take, and each piece of its body.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of a head.
const LONGEST_HEAD: usize = 64 * 1024;
/// Most addresses that a camera leads on to.
const MOST_REDIRECTS: usize = 3;

/// What is asked.
#[derive(Clone)]
pub(crate) enum Ask {
    /// What is there.
    Get,
    /// A SOAP question.
    Soap(Bytes),
}

/// Asks one camera; keeps the connection where the camera does.
pub(crate) struct Client {
    guard: Arc<Guard>,
    credentials: Option<Credentials>,
    connection: Option<(Address, SendRequest<Full<Bytes>>)>,
    /// How the camera asked for the password: it need not ask again each time.
    challenge: Option<PasswordClient>,
}

impl Client {
    pub(crate) fn new(guard: Arc<Guard>, credentials: Option<Credentials>) -> Self {
        Self {
            guard,
            credentials,
            connection: None,
            challenge: None,
        }
    }

    /// The answer, once the camera has let us in.
    pub(crate) async fn ask(&mut self, address: &Address, ask: Ask) -> Result<Response<Incoming>> {
        let mut there = address.clone();
        for _ in 0..=MOST_REDIRECTS {
            // The password goes to the host it was given for, and nowhere else.
            let answer = if there.same_host(address) {
                self.let_in(&there, &ask).await?
            } else {
                self.once(&there, &ask, None).await?
            };
            match answer.status() {
                StatusCode::OK => return Ok(answer),
                status if status.is_redirection() => there = there.followed(&location(&answer))?,
                StatusCode::UNAUTHORIZED => return Err(Error::PasswordWanted),
                status => return Err(Error::Status(status.as_u16())),
            }
        }
        Err(Error::Redirect("it leads on too often".into()))
    }

    /// Asks, and once more with the password if the camera wants it.
    async fn let_in(&mut self, address: &Address, ask: &Ask) -> Result<Response<Incoming>> {
        let known = self.authorization(address, ask);
        let answer = self.once(address, ask, known.as_deref()).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        let asked = answer.headers().get_all(header::WWW_AUTHENTICATE);
        let challenges = asked.iter().filter_map(|value| value.to_str().ok());
        let builder = challenges.fold(PasswordClient::builder(), |builder, challenge| {
            builder.challenges(challenge)
        });
        self.challenge = builder.build().ok();
        // What was asked is read to its end by nobody: the connection is of no more use.
        drop(answer);
        self.connection = None;
        let Some(authorization) = self.authorization(address, ask) else {
            return Err(Error::PasswordWanted);
        };
        let answer = self.once(address, ask, Some(&authorization)).await?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            self.challenge = None;
            return Err(Error::WrongPassword);
        }
        Ok(answer)
    }

    fn authorization(&mut self, address: &Address, ask: &Ask) -> Option<String> {
        let credentials = self.credentials.as_ref()?;
        let challenge = self.challenge.as_mut()?;
        let body: &[u8] = match ask {
            Ask::Get => &[],
            Ask::Soap(body) => body,
        };
        let answered = challenge.respond(&PasswordParams {
            username: &credentials.user,
            password: &credentials.password,
            uri: &target(address),
            method: ask.method().as_str(),
            body: Some(body),
        });
        answered.ok()
    }

    async fn once(
        &mut self,
        address: &Address,
        ask: &Ask,
        authorization: Option<&str>,
    ) -> Result<Response<Incoming>> {
        let kept = self.connection.take();
        let kept = kept.filter(|(there, sender)| there.same_host(address) && !sender.is_closed());
        let reused = kept.is_some();
        let mut sender = match kept {
            Some((_, sender)) => sender,
            None => self.connected(address).await?,
        };
        let request = ask.request(address, authorization)?;
        let sent = async {
            sender.ready().await?;
            sender.send_request(request).await
        };
        match timeout(PATIENCE, sent).await {
            Ok(Ok(answer)) => {
                self.connection = Some((address.clone(), sender));
                Ok(answer)
            }
            // The camera has closed what was kept: that is no failure yet.
            Ok(Err(_)) if reused => Box::pin(self.once(address, ask, authorization)).await,
            Ok(Err(error)) => Err(broken(&error)),
            Err(_) => Err(Error::Silent(PATIENCE.as_secs())),
        }
    }

    async fn connected(&self, address: &Address) -> Result<SendRequest<Full<Bytes>>> {
        let stream = connect(&self.guard, address).await?;
        let begun = http1::Builder::new()
            .max_buf_size(LONGEST_HEAD)
            .handshake(TokioIo::new(stream))
            .await;
        let (sender, connection) = begun.map_err(|error| broken(&error))?;
        tokio::spawn(async move {
            // What goes wrong with it is told to whoever waits for the answer.
            let _ = connection.await;
        });
        Ok(sender)
    }
}

impl Ask {
    fn method(&self) -> Method {
        match self {
            Self::Get => Method::GET,
            Self::Soap(_) => Method::POST,
        }
    }

    fn request(
        &self,
        address: &Address,
        authorization: Option<&str>,
    ) -> Result<Request<Full<Bytes>>> {
        let host = address.host()?;
        let mut request = Request::builder()
            .method(self.method())
            .uri(target(address))
            .header(header::HOST, format!("{host}:{}", address.port()))
            .header(header::USER_AGENT, "Gatebook");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let body = match self {
            Self::Get => Bytes::new(),
            Self::Soap(body) => {
                let kind = "application/soap+xml; charset=utf-8";
                request = request.header(header::CONTENT_TYPE, kind);
                body.clone()
            }
        };
        let request = request.body(Full::new(body));
        request.map_err(|error| Error::Address(error.to_string()))
    }
}

/// Path and query.
fn target(address: &Address) -> String {
    let url = address.url();
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

fn location(answer: &Response<Incoming>) -> String {
    let value = answer.headers().get(header::LOCATION);
    let text = value.and_then(|value| value.to_str().ok());
    text.unwrap_or_default().to_owned()
}

pub(crate) fn broken(error: &hyper::Error) -> Error {
    let broken_off = error.is_incomplete_message() || error.is_closed() || error.is_canceled();
    if broken_off || ends_early(error) {
        return Error::Ended;
    }
    Error::Damaged(error.to_string())
}

/// Fewer bytes came than were announced, or the connection is gone.
fn ends_early(error: &hyper::Error) -> bool {
    use std::io::ErrorKind::{ConnectionReset, UnexpectedEof};
    let cause = std::error::Error::source(error);
    let cause = cause.and_then(|cause| cause.downcast_ref::<std::io::Error>());
    cause.is_some_and(|cause| matches!(cause.kind(), ConnectionReset | UnexpectedEof))
}

/// The whole body of an answer, of at most `limit` bytes.
pub(crate) async fn read(
    answer: Response<Incoming>,
    limit: usize,
    what: &'static str,
) -> Result<Bytes> {
    let mut body = answer.into_body();
    let mut whole = BytesMut::new();
    loop {
        let piece = timeout(PATIENCE, body.frame()).await;
        let piece = piece.map_err(|_| Error::Silent(PATIENCE.as_secs()))?;
        let Some(piece) = piece else {
            return Ok(whole.freeze());
        };
        let piece = piece.map_err(|error| broken(&error))?;
        if let Some(bytes) = piece.data_ref() {
            if whole.len() + bytes.len() > limit {
                return Err(Error::TooLarge { what, limit });
            }
            whole.extend_from_slice(bytes);
        }
    }
}
