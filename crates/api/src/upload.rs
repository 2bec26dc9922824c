//! Files sent as `multipart/form-data` (RFC 7578).

use crate::error::ApiError;
use crate::ports::NamedFile;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use std::collections::HashMap;

/// Most parts in one request.
const MOST_PARTS: usize = 20_000;
/// Longest text field, in bytes.
const LONGEST_TEXT: usize = 4_096;
/// First bytes of a JPEG (ITU-T T.81, B.1.1.3: SOI, then the next marker's first byte).
const JPEG_START: [u8; 3] = [0xff, 0xd8, 0xff];

/// Everything that was sent. The route's body limit bounds the memory it takes.
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

    /// The text of a field.
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.texts.get(field).map(String::as_str)
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let parts = Multipart::from_request(request, state).await;
        let mut parts = parts.map_err(|e| ApiError::BadRequest(e.body_text()))?;
        let mut upload = Self::default();
        let mut count = 0;
        while let Some(part) = parts.next_field().await.map_err(refused)? {
            count += 1;
            if count > MOST_PARTS {
                return Err(ApiError::TooLarge);
            }
            let field = part.name().unwrap_or_default().to_owned();
            let file = part.file_name().map(base_name);
            let bytes = part.bytes().await.map_err(refused)?;
            match file {
                Some(name) => {
                    let files = upload.files.entry(field).or_default();
                    files.push(NamedFile { name, bytes });
                }
                None => {
                    let text = text_of(&field, &bytes)?;
                    upload.texts.insert(field, text);
                }
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

fn text_of(field: &str, bytes: &[u8]) -> Result<String, ApiError> {
    let short = Some(bytes).filter(|bytes| bytes.len() <= LONGEST_TEXT);
    let text = short.and_then(|bytes| std::str::from_utf8(bytes).ok());
    let text = text.ok_or_else(|| ApiError::field(field, "Send a short text in UTF-8."))?;
    Ok(text.to_owned())
}

/// The last part of a path of any system: a browser may send the folder's name along.
fn base_name(path: &str) -> String {
    path.rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .to_owned()
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
        assert_eq!(upload.text("gate"), Some("north"));
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
