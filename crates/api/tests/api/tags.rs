//! /tags

use crate::support::{Site, id};
use serde_json::json;
use store::Role;

async fn people(site: &Site) -> [String; 2] {
    let mut ids = Vec::new();
    for (number, name) in [("1", "Ada"), ("2", "Bob")] {
        let person = json!({"number": number, "name": name});
        ids.push(id(&site
            .post(Role::Operator, "/people", person)
            .await
            .expect(201)));
    }
    ids.try_into().unwrap()
}

#[tokio::test]
async fn a_tag_belongs_to_one_person_until_it_is_returned() {
    let site = Site::open().await;
    let [ada, bob] = people(&site).await;
    let assign = |person: &str| json!({"person": person});
    site.post(Role::Operator, "/tags/4ab3/assign", assign(&ada))
        .await
        .expect(204);
    let shown = site
        .get(Role::Auditor, &format!("/people/{ada}/credentials"))
        .await
        .expect(200);
    assert_eq!(shown["credentials"][0]["tag"], "4AB3");
    assert_eq!(shown["tags"][0]["state"], "assigned");
    site.post(Role::Operator, "/tags/4AB3/assign", assign(&bob))
        .await
        .expect(409);
    site.post(Role::Operator, "/tags/4AB3/return", json!({}))
        .await
        .expect(204);
    let shown = site
        .get(Role::Auditor, &format!("/people/{ada}/credentials"))
        .await
        .expect(200);
    assert_eq!(shown["credentials"], json!([]));
    site.post(Role::Operator, "/tags/4AB3/assign", assign(&bob))
        .await
        .expect(204);
}

#[tokio::test]
async fn a_lost_tag_is_in_nobodys_hands() {
    let site = Site::open().await;
    let [ada, _] = people(&site).await;
    let assign = json!({"person": ada});
    site.post(Role::Operator, "/tags/4AB3/assign", assign)
        .await
        .expect(204);
    site.post(Role::Operator, "/tags/4AB3/lost", json!({}))
        .await
        .expect(204);
    let shown = site
        .get(Role::Auditor, &format!("/people/{ada}/credentials"))
        .await
        .expect(200);
    assert_eq!(shown["tags"], json!([]));
}

#[tokio::test]
async fn a_tag_that_nobody_ever_saw_cannot_be_lost_and_can_be_revoked() {
    let site = Site::open().await;
    site.post(Role::Operator, "/tags/FF/lost", json!({}))
        .await
        .expect(404);
    site.post(Role::Operator, "/tags/FF/revoke", json!({}))
        .await
        .expect(403);
    site.post(Role::Admin, "/tags/FF/revoke", json!({}))
        .await
        .expect(204);
    assert_eq!(
        site.post(Role::Admin, "/tags/%20/revoke", json!({}))
            .await
            .wrong_field(),
        "tag"
    );
}
