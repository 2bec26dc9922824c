//! Cameras that speak HTTP: one address, and what comes back tells what it is.

mod client;
pub(crate) mod mjpeg;
mod snapshots;
mod stream;

pub(crate) use client::{Ask, Client, read};

use crate::frame::{Frame, LARGEST_PICTURE, Source};
use crate::{Error, Guard, Result, Spec};
use hyper::body::Incoming;
use hyper::{Response, header};
use std::sync::Arc;

/// Asks the camera and follows what it answers with: a stream of pictures, or one picture, which is
/// then asked for again and again.
pub(crate) async fn open(spec: &Spec, guard: &Arc<Guard>) -> Result<Box<dyn Source>> {
    let mut client = Client::new(guard.clone(), spec.credentials.clone());
    let answer = client.ask(&spec.address, Ask::Get).await?;
    let kind = content_type(&answer);
    match kind.split(';').next().unwrap_or_default().trim() {
        "image/jpeg" | "image/jpg" | "image/pjpeg" => {
            let first = Frame::now(read(answer, LARGEST_PICTURE, "a picture").await?)?;
            Ok(Box::new(snapshots::Snapshots::new(client, spec, first)))
        }
        "multipart/x-mixed-replace" => {
            let boundary = boundary(&kind)?;
            let stream = stream::Stream::new(answer.into_body(), &boundary, spec.interval());
            Ok(Box::new(stream))
        }
        "" => Err(Error::NotPictures("of no kind that it names".into())),
        other => Err(Error::NotPictures(other.chars().take(80).collect())),
    }
}

/// In small letters, but for the boundary, whose letters count.
fn content_type(answer: &Response<Incoming>) -> String {
    let value = answer.headers().get(header::CONTENT_TYPE);
    let text = value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    match text.split_once(';') {
        Some((kind, rest)) => format!("{};{rest}", kind.to_ascii_lowercase()),
        None => text.to_ascii_lowercase(),
    }
}

fn boundary(kind: &str) -> Result<String> {
    let parameters = kind.split(';').skip(1);
    let named = parameters.filter_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case("boundary").then_some(value)
    });
    let value = named.last().unwrap_or_default().trim().trim_matches('"');
    if value.trim_matches('-').is_empty() || value.len() > 100 {
        return Err(Error::Damaged(
            "the stream does not say how its parts are told apart".into(),
        ));
    }
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_read_with_and_without_quotes() {
        let kind = "multipart/x-mixed-replace; charset=utf-8; Boundary=\"--Frame\"";
        assert_eq!(boundary(kind).unwrap(), "--Frame");
        assert_eq!(
            boundary("multipart/x-mixed-replace;boundary=123").unwrap(),
            "123"
        );
        for kind in [
            "multipart/x-mixed-replace",
            "multipart/x-mixed-replace; boundary=--",
        ] {
            assert!(boundary(kind).is_err(), "{kind}");
        }
    }
}
