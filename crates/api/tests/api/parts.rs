//! /parts, and their push.

use crate::support::{Site, Socket};
use api::ports::{Part, PartRole};
use serde_json::json;
use store::Role;

fn part(name: &str, up: bool) -> Part {
    Part {
        name: name.into(),
        role: PartRole::Edge,
        up,
        since: None,
        version: None,
        capacity: None,
    }
}

#[tokio::test]
async fn a_viewer_sees_which_parts_are_there() {
    let site = Site::open().await;
    site.parts
        .send_replace([part("back", false), part("front", true)].into());
    let shown = site.get(Role::Viewer, "/parts").await.expect(200);
    assert_eq!(shown[1]["name"], "front");
    assert_eq!(shown[1]["role"], "edge");
    assert_eq!(
        [&shown[0]["up"], &shown[1]["up"]],
        [&json!(false), &json!(true)]
    );
}

#[tokio::test]
async fn a_part_that_goes_is_pushed_at_once() {
    let site = Site::open().await;
    let address = site.serve().await;
    let token = json!({"token": site.secret(Role::Viewer)});
    let (mut socket, first) = Socket::open(&address, "/live", &[], token).await;
    assert_eq!(first.event, "connect", "{first:?}");
    site.parts.send_replace([part("front", false)].into());
    let pushed = socket.expect("parts").await;
    assert_eq!(pushed.args[0][0]["up"], false);
}
