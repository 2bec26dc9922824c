//! Users, sessions, invitations, API tokens.

use model::{DeviceId, Timestamp, UserId};
use store::{
    Accounts, ApiToken, Book, Digest, Invitation, Put, Role, Session, StoreError, Subject, User,
    Write,
};

use crate::Site;
use crate::make::{access_point, after, area, device, new_id, noon, with};

fn user(name: &str) -> User {
    User {
        id: new_id(),
        name: name.to_owned(),
        role: Role::Operator,
        disabled: false,
        password_hash: None,
    }
}

fn session(token: u8, subject: Subject) -> Session {
    Session {
        token: [token; 32],
        subject,
        created_at: noon(),
        expires_at: after(3600),
    }
}

async fn write(store: &impl Book, write: Write) -> Result<(), StoreError> {
    store.append(with(vec![write])).await.map(drop)
}

pub async fn a_user_is_found_by_name_in_any_case<S: Site>() {
    let site = S::found().await;
    let ada = user("Ada");
    write(site.store(), Write::User(Put::Add(ada.clone())))
        .await
        .unwrap();
    assert_eq!(
        site.store().user_by_name("aDA").await.unwrap(),
        Some(ada.clone())
    );
    let taken = write(site.store(), Write::User(Put::Add(user("ADA")))).await;
    assert!(matches!(taken, Err(StoreError::Conflict { .. })));
    let before = ada.clone();
    let ada = User {
        role: Role::Admin,
        ..ada
    };
    let raised = Put::change(before, ada.clone());
    write(site.store(), Write::User(raised)).await.unwrap();
    assert_eq!(site.store().user(ada.id).await.unwrap(), Some(ada.clone()));
    assert_eq!(site.store().users().await.unwrap(), [ada]);
    assert_eq!(site.store().user(new_id()).await.unwrap(), None);
}

async fn accept(store: &impl Book, token: Digest, at: Timestamp) -> Result<(), StoreError> {
    let password_hash = "hash".to_owned();
    let accepted = Write::AcceptInvitation {
        token,
        password_hash,
        at,
    };
    write(store, accepted).await
}

pub async fn an_invitation_is_accepted_once_and_before_it_ends<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let ada = user("Ada");
    write(store, Write::User(Put::Add(ada.clone())))
        .await
        .unwrap();
    let invitation = Invitation {
        token: [1; 32],
        user: ada.id,
        expires_at: after(60),
    };
    write(store, Write::Invitation(invitation.clone()))
        .await
        .unwrap();
    assert_eq!(store.invitation(&[1; 32]).await.unwrap(), Some(invitation));
    for refused in [
        accept(store, [1; 32], after(60)).await,
        accept(store, [2; 32], noon()).await,
    ] {
        assert!(matches!(refused, Err(StoreError::NotFound { .. })));
    }
    accept(store, [1; 32], after(59)).await.unwrap();
    let set = store.user(ada.id).await.unwrap().unwrap().password_hash;
    assert_eq!(set.as_deref(), Some("hash"));
    assert_eq!(store.invitation(&[1; 32]).await.unwrap(), None);
    let again = accept(store, [1; 32], after(59)).await;
    assert!(matches!(again, Err(StoreError::NotFound { .. })));
}

async fn lives(store: &impl Accounts, token: u8) -> bool {
    store
        .session(&[token; 32], after(10))
        .await
        .unwrap()
        .is_some()
}

async fn change(store: &(impl Accounts + Book), id: UserId, how: impl Fn(&mut User)) {
    let was = store.user(id).await.unwrap().unwrap();
    let mut now = was.clone();
    how(&mut now);
    let put = Write::User(Put::change(was, now));
    write(store, put).await.unwrap();
}

pub async fn a_user_who_was_changed_meanwhile_is_not_changed_back<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let read = user("Ada");
    write(store, Write::User(Put::Add(read.clone())))
        .await
        .unwrap();
    let disabled = User {
        disabled: true,
        ..read.clone()
    };
    let first = Put::change(read.clone(), disabled.clone());
    write(store, Write::User(first)).await.unwrap();
    let promoted = User {
        role: Role::Admin,
        ..read.clone()
    };
    let late = write(store, Write::User(Put::change(read, promoted))).await;
    assert!(matches!(late, Err(StoreError::Stale { .. })));
    assert_eq!(store.user(disabled.id).await.unwrap(), Some(disabled));
    let nobody = user("Nobody");
    let gone = Write::User(Put::change(nobody.clone(), nobody));
    let gone = write(store, gone).await;
    assert!(matches!(gone, Err(StoreError::NotFound { .. })));
}

pub async fn a_session_ends_with_its_time_its_user_and_its_password<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let ada = user("Ada");
    write(store, Write::User(Put::Add(ada.clone())))
        .await
        .unwrap();
    let begin = |token| store.put_session(session(token, Subject::User(ada.id)));
    for token in 1..=3 {
        begin(token).await.unwrap();
    }
    let kept = store.session(&[1; 32], after(3599)).await.unwrap();
    assert_eq!(kept, Some(session(1, Subject::User(ada.id))));
    assert_eq!(store.session(&[1; 32], after(3600)).await.unwrap(), None);
    store.extend_session(&[1; 32], after(7200)).await.unwrap();
    let kept = store.session(&[1; 32], after(7199)).await.unwrap();
    assert_eq!(kept.map(|session| session.expires_at), Some(after(7200)));
    store.end_session(&[1; 32]).await.unwrap();
    store.extend_session(&[1; 32], after(7200)).await.unwrap();
    assert_eq!(
        (lives(store, 1).await, lives(store, 2).await),
        (false, true)
    );
    let changed = Write::UserPassword(ada.id, "new".to_owned());
    write(store, changed).await.unwrap();
    assert!(!lives(store, 2).await);
    begin(4).await.unwrap();
    change(store, ada.id, |ada| ada.disabled = true).await;
    assert!(!lives(store, 4).await);
    change(store, ada.id, |ada| ada.disabled = false).await;
    assert!(!lives(store, 4).await);
    begin(6).await.unwrap();
    change(store, ada.id, |ada| ada.role = Role::Admin).await;
    assert!(lives(store, 6).await);
    change(store, ada.id, |ada| ada.password_hash = None).await;
    assert!(!lives(store, 6).await);
    let nobody = Subject::User(UserId(new_id()));
    store.put_session(session(5, nobody)).await.unwrap();
    assert!(!lives(store, 5).await);
}

pub async fn a_camera_stations_session_ends_with_the_device<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let area = area("Hall");
    let point = access_point("Door", area.id);
    let station = device("station", point.id);
    let id: DeviceId = station.id;
    let writes = vec![
        Write::Area(Put::Add(area)),
        Write::AccessPoint(Put::Add(point)),
        Write::Device(Put::Add(station)),
    ];
    store.append(with(writes)).await.unwrap();
    store
        .put_session(session(1, Subject::Device(id)))
        .await
        .unwrap();
    assert!(lives(store, 1).await);
    write(store, Write::RemoveDevice(id)).await.unwrap();
    assert!(!lives(store, 1).await);
}

pub async fn an_api_token_works_until_it_is_revoked<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let mut token = ApiToken {
        id: new_id(),
        name: "payroll".to_owned(),
        role: Role::Auditor,
        token: [9; 32],
        made_by: new_id(),
        made_at: noon(),
        revoked: false,
    };
    write(store, Write::Token(token.clone())).await.unwrap();
    assert_eq!(store.token(&[9; 32]).await.unwrap(), Some(token.clone()));
    assert_eq!(store.token(&[8; 32]).await.unwrap(), None);
    write(store, Write::RevokeToken(token.id)).await.unwrap();
    assert_eq!(store.token(&[9; 32]).await.unwrap(), None);
    token.revoked = true;
    assert_eq!(store.tokens().await.unwrap(), [token]);
    let unknown = write(store, Write::RevokeToken(new_id())).await;
    assert!(matches!(unknown, Err(StoreError::NotFound { .. })));
}
