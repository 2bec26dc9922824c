//! A site with a real database and real picture files; what the server provides is played.

mod browser;
mod fingers;
mod house;
mod passages;
mod socket;

pub use browser::PASSWORD;
pub use fingers::PNG;
pub use house::Played;
pub use passages::{Passing, at};
pub use socket::Socket;

use api::ports::Part;
use api::{ApiConfig, House};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use bytes::Bytes;
use model::{Act, Author, Entry, PictureId, Record, Timestamp, TokenId, UserId};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;
use std::sync::Arc;
use storage::{DataDir, Options, PictureFiles, SqlStore};
use store::{ApiToken, Append, Book as _, Put, Role, User, Write};
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt as _;
use uuid::Uuid;

/// When every test begins: a Monday morning in Kolkata (10:30 there).
pub const MORNING: &str = "2026-03-02T05:00:00Z";

/// A site and its API.
pub struct Site {
    pub store: SqlStore,
    pub pictures: PictureFiles,
    pub played: Arc<Played>,
    /// Changes which parts are there.
    pub parts: watch::Sender<Arc<[Part]>>,
    app: Router,
    _dir: TempDir,
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON; null when empty.
    pub fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body, once the status is as expected.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        if status == 204 {
            Value::Null
        } else {
            self.json()
        }
    }

    /// The field that a 422 names.
    pub fn wrong_field(&self) -> String {
        self.expect(422)["field"].as_str().unwrap().to_owned()
    }
}

/// The secret of the token that has `role`.
fn secret(role: Role) -> String {
    let digit = match role {
        Role::Viewer => "1",
        Role::Auditor => "2",
        Role::Operator => "3",
        Role::Admin => "4",
    };
    digit.repeat(64)
}

impl Site {
    /// A founded site with a token for each role, and the clock at [`MORNING`].
    pub async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(dir.path()).unwrap();
        let store = match database() {
            Some(url) => {
                let server = url.parse().unwrap();
                SqlStore::connect(&data, &server, Options::default()).await
            }
            None => SqlStore::open(&data, Options::default()).await,
        };
        let store = store.unwrap();
        let pictures = PictureFiles::open(&data).unwrap();
        let played = Arc::new(Played::at(MORNING.parse().unwrap()));
        let parts = watch::Sender::new(Arc::from([]));
        let house = House {
            store: Arc::new(store.clone()),
            pictures: Arc::new(pictures.clone()),
            recognition: played.clone(),
            fingers: played.clone(),
            cameras: played.clone(),
            network_cameras: played.clone(),
            cards: played.clone(),
            integrity: played.clone(),
            parts: parts.subscribe(),
            clock: played.clone(),
            config: Arc::new(ApiConfig {
                secure_cookies: false,
                public_origin: None,
                trusted_proxies: Vec::new(),
                sessions: api::SessionLimits::default(),
                version: "test".into(),
            }),
        };
        let site = Self {
            store,
            pictures,
            played,
            parts,
            app: api::router(house),
            _dir: dir,
        };
        site.found().await;
        site
    }

    async fn found(&self) {
        let admin = User {
            id: UserId(Uuid::new_v4()),
            name: "Admin".into(),
            role: Role::Admin,
            disabled: false,
            password_hash: None,
        };
        let mut writes = vec![Write::User(Put::Add(admin.clone()))];
        for role in [Role::Viewer, Role::Auditor, Role::Operator, Role::Admin] {
            writes.push(Write::Token(ApiToken {
                id: TokenId(Uuid::new_v4()),
                name: format!("{role:?}"),
                role,
                token: Sha256::digest(secret(role)).into(),
                made_by: admin.id,
                made_at: self.now(),
                revoked: false,
            }));
        }
        self.append(Record::Act(Act::SiteFounded), writes).await;
    }

    /// Where the file of a picture is.
    pub fn file_of(&self, picture: PictureId) -> PathBuf {
        let text = picture.to_string();
        let (rest, last) = text.split_at(text.len() - 2);
        let (_, before) = rest.split_at(rest.len() - 2);
        let folder = self._dir.path().join("pictures").join(last);
        folder.join(before).join(&text)
    }

    /// Now, by the site's clock.
    pub fn now(&self) -> Timestamp {
        api::ports::Clock::now(self.played.as_ref())
    }

    /// Appends an entry as the server itself would.
    pub async fn append(&self, record: Record, writes: Vec<Write>) -> model::EventId {
        let entry = Entry {
            id: model::EventId(Uuid::new_v4()),
            written_at: self.now(),
            author: Author::System,
            record,
        };
        let append = Append {
            writes,
            ..Append::entry(entry)
        };
        self.store.append(append).await.unwrap().entry.id
    }

    /// The secret of the token that has `role`.
    pub fn secret(&self, role: Role) -> String {
        secret(role)
    }

    pub async fn get(&self, role: Role, path: &str) -> Answer {
        self.call(Method::GET, role, path, Body::empty(), None)
            .await
    }

    pub async fn delete(&self, role: Role, path: &str) -> Answer {
        self.call(Method::DELETE, role, path, Body::empty(), None)
            .await
    }

    pub async fn post(&self, role: Role, path: &str, body: Value) -> Answer {
        let body = Body::from(body.to_string());
        self.call(Method::POST, role, path, body, Some("application/json"))
            .await
    }

    pub async fn put(&self, role: Role, path: &str, body: Value) -> Answer {
        let body = Body::from(body.to_string());
        self.call(Method::PUT, role, path, body, Some("application/json"))
            .await
    }

    /// Posts files and texts: (field, file name or none, content).
    pub async fn upload(&self, role: Role, path: &str, parts: &[(&str, &str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (field, file, content) in parts {
            let name = match *file {
                "" => String::new(),
                file => format!("; filename=\"{file}\""),
            };
            let head =
                format!("--edge\r\nContent-Disposition: form-data; name=\"{field}\"{name}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--edge--\r\n");
        let kind = Some("multipart/form-data; boundary=edge");
        self.call(Method::POST, role, path, Body::from(body), kind)
            .await
    }

    async fn call(
        &self,
        method: Method,
        role: Role,
        path: &str,
        body: Body,
        content_type: Option<&str>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", secret(role)));
        if let Some(kind) = content_type {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let request = request.body(body).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        Answer {
            status: head.status,
            headers: head.headers,
            body: to_bytes(body, usize::MAX).await.unwrap(),
        }
    }
}

/// The identity in an answer.
pub fn id(view: &Value) -> String {
    view["id"].as_str().unwrap().to_owned()
}

/// The job as it stands once it has ended.
pub async fn ended(site: &Site, role: Role, job: &Value) -> Value {
    let path = format!("/jobs/{}", id(job));
    loop {
        let job = site.get(role, &path).await.expect(200);
        if job["state"] != "running" {
            return job;
        }
        tokio::task::yield_now().await;
    }
}

/// With `GATEBOOK_TEST_ENGINE=postgres`, a new database on the test server; else the site has its file.
fn database() -> Option<String> {
    let engine = std::env::var("GATEBOOK_TEST_ENGINE").ok()?;
    assert_eq!(engine, "postgres");
    let server = std::env::var("GATEBOOK_TEST_POSTGRES").expect("scripts/postgres.sh run");
    let name = format!("test_{}", uuid::Uuid::new_v4().simple());
    let made = std::process::Command::new("psql")
        .args([
            &server,
            "--quiet",
            "--command",
            &format!("CREATE DATABASE {name}"),
        ])
        .status();
    assert!(made.unwrap().success());
    Some(server.replacen("/postgres?", &format!("/{name}?"), 1))
}
