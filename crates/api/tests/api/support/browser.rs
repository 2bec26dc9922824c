//! A browser: keeps cookies, and sends the CSRF value it was told.

use super::{Answer, Site, secret};
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use model::{Act, Record};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tower::ServiceExt as _;

/// The password that tests sign in with.
pub const PASSWORD: &str = "correct horse battery";

/// A browser at one site.
pub struct Browser<'s> {
    site: &'s Site,
    /// Cookies by name.
    pub cookies: BTreeMap<String, String>,
    /// What is sent as `X-Gatebook-CSRF`; empty: nothing.
    pub csrf: String,
}

impl Site {
    /// A browser without cookies.
    pub fn browser(&self) -> Browser<'_> {
        Browser {
            site: self,
            cookies: BTreeMap::new(),
            csrf: String::new(),
        }
    }

    /// A browser in which a new user with `role` is signed in.
    pub async fn signed_in(&self, name: &str, role: &str) -> Browser<'_> {
        let token = self.invited(name, role).await;
        let mut browser = self.browser();
        let accept = json!({"token": token, "password": PASSWORD});
        browser
            .post("/invitations/accept", accept)
            .await
            .expect(200);
        browser
    }

    /// The one-time secret of a new user.
    pub async fn invited(&self, name: &str, role: &str) -> String {
        let user = json!({"name": name, "role": role});
        let invited = self
            .post(store::Role::Admin, "/users", user)
            .await
            .expect(201);
        invited["invitation"]["token"].as_str().unwrap().to_owned()
    }

    /// The secret of the link that the server prints at its first start.
    pub async fn first_link(&self) -> String {
        let users = self.get(store::Role::Admin, "/users").await.expect(200);
        let admin = users[0]["id"].as_str().unwrap().parse().unwrap();
        let (write, path) = api::one_time_link(admin, self.now()).unwrap();
        let act = Record::Act(Act::UserPut { user: admin });
        self.append(act, vec![write]).await;
        path.strip_prefix("/welcome#token=").unwrap().to_owned()
    }

    /// Calls with an API token.
    pub async fn bearer(&self, secret: &str, path: &str) -> Answer {
        let request = Request::builder().uri(format!("/api/v1{path}"));
        let request = request.header(header::AUTHORIZATION, format!("Bearer {secret}"));
        self.answer(request.body(Body::empty()).unwrap()).await
    }

    /// Calls with a role or none, and without a body.
    pub async fn send(&self, method: Method, role: Option<store::Role>, path: &str) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"));
        if let Some(role) = role {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", secret(role)));
        }
        self.answer(request.body(Body::empty()).unwrap()).await
    }

    /// Gets an address as it is, by nobody.
    pub async fn plain(&self, path: &str) -> Answer {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        self.answer(request).await
    }

    async fn answer(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        Answer {
            status: head.status,
            headers: head.headers,
            body: to_bytes(body, usize::MAX).await.unwrap(),
        }
    }
}

impl Browser<'_> {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.call(Method::GET, path, Body::empty()).await
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Body::from(body.to_string()))
            .await
    }

    pub async fn put(&mut self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Body::from(body.to_string()))
            .await
    }

    pub async fn delete(&mut self, path: &str) -> Answer {
        self.call(Method::DELETE, path, Body::empty()).await
    }

    /// Name and password.
    pub async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        self.post("/session", json!({"name": name, "password": password}))
            .await
    }

    /// The `Cookie` header.
    pub fn cookie_header(&self) -> String {
        let pairs: Vec<_> = self
            .cookies
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        pairs.join("; ")
    }

    async fn call(&mut self, method: Method, path: &str, body: Body) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::COOKIE, self.cookie_header());
        if !self.csrf.is_empty() {
            request = request.header("x-gatebook-csrf", &self.csrf);
        }
        let answer = self.site.answer(request.body(body).unwrap()).await;
        self.remember(&answer);
        answer
    }

    fn remember(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (name, rest) = text.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Ok(view) = serde_json::from_slice::<Value>(&answer.body)
            && let Some(csrf) = view["me"]["csrf"].as_str()
        {
            csrf.clone_into(&mut self.csrf);
        }
    }
}
