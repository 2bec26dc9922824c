//! Files sent as `multipart/form-data` (RFC 7578).

use crate::error::ApiError;
use crate::ports::{CardPictures, Spool};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Most parts in one request.
const MOST_PARTS: usize = 20_000;
/// Longest text field, in bytes.
const LONGEST_TEXT: usize = 4_096;
/// Largest file, in bytes: what recognition reads at most, and some 100,000 rows of a card.
const LARGEST_FILE: usize = 16 * 1024 * 1024;
/// How long a sender may send nothing.
const SILENCE: Duration = Duration::from_secs(60);
/// First bytes of a JPEG (ITU-T T.81, B.1.1.3: SOI, then the next marker's first byte).
const JPEG_START: [u8; 3] = [0xff, 0xd8, 0xff];

/// An uploaded file.
#[derive(Clone, Debug)]
pub(crate) struct NamedFile {
    /// Its base name.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) bytes: Bytes,
}

/// A part as it was sent.
enum Part {
    File(String, NamedFile),
    Text(String, String),
}

/// The parts of a request, one in memory at a time.
struct Parts {
    multipart: Multipart,
    count: usize,
}

impl Parts {
    async fn of<S: Send + Sync>(request: Request, state: &S) -> Result<Self, ApiError> {
        let multipart = Multipart::from_request(request, state).await;
        let multipart = multipart.map_err(|e| ApiError::BadRequest(e.body_text()))?;
        Ok(Self {
            multipart,
            count: 0,
        })
    }

    async fn next(&mut self) -> Result<Option<Part>, ApiError> {
        let part = timeout(SILENCE, self.multipart.next_field()).await;
        let part = part.map_err(|_| ApiError::TooSlow)?.map_err(refused)?;
        let Some(part) = part else { return Ok(None) };
        self.count += 1;
        if self.count > MOST_PARTS {
            return Err(ApiError::TooLarge);
        }
        let field = part.name().unwrap_or_default().to_owned();
        Ok(Some(match part.file_name().map(base_name) {
            Some(name) => {
                let bytes = content(part, &field, &name, LARGEST_FILE).await?;
                Part::File(field, NamedFile { name, bytes })
            }
            None => {
                let bytes = content(part, &field, "the text", LONGEST_TEXT).await?;
                let text = std::str::from_utf8(&bytes)
                    .map_err(|_| ApiError::field(&field, "Send a short text in UTF-8."))?
                    .to_owned();
                Part::Text(field, text)
            }
        }))
    }
}

async fn content(
    mut part: Field<'_>,
    field: &str,
    name: &str,
    most: usize,
) -> Result<Bytes, ApiError> {
    let mut content = BytesMut::new();
    loop {
        let chunk = timeout(SILENCE, part.chunk()).await;
        let chunk = chunk.map_err(|_| ApiError::TooSlow)?.map_err(refused)?;
        let Some(chunk) = chunk else {
            return Ok(content.freeze());
        };
        if content.len() + chunk.len() > most {
            let detail = format!("{name} is too large: send at most {most} bytes.");
            return Err(ApiError::field(field, detail));
        }
        content.extend_from_slice(&chunk);
    }
}

/// A card file as it was sent, with its pictures kept aside.
pub(crate) struct CardUpload {
    /// The file in the field `csv`.
    pub(crate) csv: Bytes,
    /// All other files.
    pub(crate) pictures: Arc<dyn CardPictures>,
    /// The texts by field.
    pub(crate) texts: HashMap<String, String>,
}

impl CardUpload {
    /// Reads `request`; its pictures go into `spool` as they come.
    ///
    /// # Errors
    /// When the request is no form, breaks off, is too large, or has not exactly one `csv`.
    pub(crate) async fn read(request: Request, spool: Arc<dyn Spool>) -> Result<Self, ApiError> {
        let mut parts = Parts::of(request, &()).await?;
        let (mut csv, mut texts) = (None, HashMap::new());
        while let Some(part) = parts.next().await? {
            match part {
                Part::File(field, file) if field != "csv" => {
                    spool.put(file.name, file.bytes).await?
                }
                Part::File(field, _) if csv.is_some() => {
                    return Err(ApiError::field(field, "Send one file only."));
                }
                Part::File(_, file) => csv = Some(file.bytes),
                Part::Text(field, text) => drop(texts.insert(field, text)),
            }
        }
        Ok(Self {
            csv: csv.ok_or_else(|| ApiError::field("csv", "Send a file in this field."))?,
            pictures: spool,
            texts,
        })
    }
}

/// All files and texts that were sent. The route's body limit bounds the memory it takes.
#[derive(Default)]
pub(crate) struct Upload {
    files: HashMap<String, Vec<NamedFile>>,
    texts: HashMap<String, String>,
}

impl Upload {
    /// All files of a field, in the order sent.
    pub(crate) fn files(&mut self, field: &str) -> Vec<NamedFile> {
        self.files.remove(field).unwrap_or_default()
    }

    /// The text of a field; the last one where several were sent.
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.texts.get(field).map(String::as_str)
    }

    /// The one file of a field.
    ///
    /// # Errors
    /// [`ApiError::Field`] when there is none, or more than one.
    pub(crate) fn file(&mut self, field: &str) -> Result<NamedFile, ApiError> {
        let mut files = self.files(field);
        match (files.pop(), files.is_empty()) {
            (Some(file), true) => Ok(file),
            (Some(_), false) => Err(ApiError::field(field, "Send one file only.")),
            (None, _) => Err(ApiError::field(field, "Send a file in this field.")),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let mut parts = Parts::of(request, state).await?;
        let mut upload = Self::default();
        while let Some(part) = parts.next().await? {
            match part {
                Part::File(field, file) => upload.files.entry(field).or_default().push(file),
                Part::Text(field, text) => drop(upload.texts.insert(field, text)),
            }
        }
        Ok(upload)
    }
}

fn refused(error: MultipartError) -> ApiError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        _ => ApiError::BadRequest(error.body_text()),
    }
}

/// The last part of a path of any system: a browser may send the folder's name along.
fn base_name(path: &str) -> String {
    path.rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Whether bytes begin as a PNG does (ISO/IEC 15948, 5.2).
pub(crate) fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n")
}

/// Whether bytes begin as a JPEG does.
pub(crate) fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(&JPEG_START)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::header::CONTENT_TYPE;

    const BODY: &str = "--b\r\nContent-Disposition: form-data; name=\"gate\"\r\n\r\nnorth\r\n\
        --b\r\nContent-Disposition: form-data; name=\"pictures\"; filename=\"../a/1.jpg\"\r\n\r\nx\r\n\
        --b\r\nContent-Disposition: form-data; name=\"pictures\"; filename=\"C:\\\\b\\\\2.jpg\"\r\n\r\ny\r\n\
        --b--\r\n";

    async fn read(body: &'static str) -> Result<Upload, ApiError> {
        let request = Request::builder()
            .header(CONTENT_TYPE, "multipart/form-data; boundary=b")
            .body(Body::from(body))
            .unwrap();
        Upload::from_request(request, &()).await
    }

    #[tokio::test]
    async fn files_keep_their_order_and_lose_their_folders() {
        let mut upload = read(BODY).await.unwrap();
        let names: Vec<_> = upload
            .files("pictures")
            .into_iter()
            .map(|file| file.name)
            .collect();
        assert_eq!(names, ["1.jpg", "2.jpg"]);
    }

    #[tokio::test]
    async fn a_field_that_takes_one_file_says_so() {
        let mut upload = read(BODY).await.unwrap();
        assert!(upload.file("pictures").is_err());
        assert!(upload.file("csv").is_err());
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_a_bad_request() {
        let broken = "--b\r\nContent-Disposition: form-data; name=\"gate\"\r\n\r\nnor";
        assert!(matches!(read(broken).await, Err(ApiError::BadRequest(_))));
    }
}
