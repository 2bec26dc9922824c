//! /pictures/{id}

use crate::support::Site;
use axum::http::Method;
use store::{Pictures as _, Role};

#[tokio::test]
async fn a_picture_is_shown_to_those_signed_in_and_kept_by_their_browser_alone() {
    let site = Site::open().await;
    let picture = site.pictures.put(b"\xff\xd8 a picture").await.unwrap();
    let path = format!("/pictures/{picture}");
    let shown = site.get(Role::Viewer, &path).await;
    assert_eq!(shown.status, 200);
    assert_eq!(&shown.body[..], b"\xff\xd8 a picture");
    assert_eq!(shown.headers["content-type"], "image/jpeg");
    assert_eq!(shown.headers["cache-control"], "no-store");
    assert_eq!(shown.headers["x-content-type-options"], "nosniff");
    assert_eq!(site.send(Method::GET, None, &path).await.status, 401);
    site.pictures.remove(picture).await.unwrap();
    site.get(Role::Viewer, &path).await.expect(404);
}
