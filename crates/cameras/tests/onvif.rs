//! A camera is found, and asked where its streams are.
#![allow(clippy::unwrap_used)]

use cameras::{Credentials, Error, Guard, discover, onvif_streams};
use std::sync::Arc;
use std::time::Duration;
use testkit::cameras::OnvifCamera;

async fn camera() -> OnvifCamera {
    let profiles = vec![
        ("main", 2560, 1440, "rtsp://192.168.1.20/main".to_owned()),
        ("sub", 640, 480, "rtsp://192.168.1.20/sub".to_owned()),
    ];
    OnvifCamera::start("North gate", "gate", profiles)
        .await
        .unwrap()
}

fn user(name: &str) -> Credentials {
    Credentials {
        user: name.into(),
        password: "secret-word".into(),
    }
}

#[tokio::test]
async fn a_camera_on_the_network_is_found_with_its_name() {
    let camera = camera().await;
    let found = discover(camera.discovery(), Duration::from_secs(1))
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].name, "North gate");
    assert_eq!(found[0].service, camera.service());
}

#[tokio::test]
async fn it_tells_its_streams_and_never_hears_the_password() {
    let camera = camera().await;
    let guard = Arc::new(Guard::new(&["127.0.0.1"]).unwrap());
    let service = camera.service().parse().unwrap();
    let streams = onvif_streams(&service, Some(&user("gate")), &guard)
        .await
        .unwrap();
    assert_eq!(streams.main.to_string(), "rtsp://192.168.1.20/main");
    assert_eq!(
        streams.detection.unwrap().to_string(),
        "rtsp://192.168.1.20/sub"
    );
    let asked = camera.asked().join("\n");
    assert!(!asked.contains("secret-word"));
    assert!(
        asked.contains("Created>2001-01-01T03:02:"),
        "the token bears the camera's time"
    );
}

#[tokio::test]
async fn a_wrong_user_and_a_missing_one_are_told_apart() {
    let camera = camera().await;
    let guard = Arc::new(Guard::new(&["127.0.0.1"]).unwrap());
    let service = camera.service().parse().unwrap();
    let wrong = onvif_streams(&service, Some(&user("other")), &guard).await;
    assert_eq!(wrong, Err(Error::WrongPassword));
    let none = onvif_streams(&service, None, &guard).await;
    assert_eq!(none, Err(Error::PasswordWanted));
    let forbidden = onvif_streams(&service, None, &Arc::default()).await;
    assert!(matches!(forbidden, Err(Error::Forbidden { .. })));
}
