//! Cameras as they behave in the field, and as they should not, on loopback.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use cameras::{
    Credentials, Error, Feed, Guard, MainStream, Spec, State, first_picture, follow, keep_main,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use testkit::cameras::{HttpCamera, Reply, RtspCamera, Video, mjpeg};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

fn loopback() -> Arc<Guard> {
    Arc::new(Guard::new(&["127.0.0.0/8"]).unwrap())
}

fn spec(address: &str) -> Spec {
    Spec {
        address: address.parse().unwrap(),
        credentials: None,
        frames_per_second: 10,
    }
}

fn with_password(address: &str, password: &str) -> Spec {
    let credentials = Credentials {
        user: "gate".into(),
        password: password.into(),
    };
    Spec {
        credentials: Some(credentials),
        ..spec(address)
    }
}

/// What begins as a JPEG does, with a number in it.
fn jpeg(number: u8) -> Bytes {
    Bytes::from(vec![0xff, 0xd8, 0xff, 0xe0, number, 0xff, 0xd9])
}

async fn http(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> (HttpCamera, String) {
    let camera = HttpCamera::start(0, reply).await.unwrap();
    let address = format!("http://{}/capture", camera.address());
    (camera, address)
}

async fn refused(reply: Reply) -> Error {
    let (_camera, address) = http(move |_| reply.clone()).await;
    first_picture(&spec(&address), &loopback())
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_camera_board_is_asked_for_one_picture_after_another() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let (_camera, address) = http(move |_| {
        let number = counted.fetch_add(1, Ordering::Relaxed);
        Reply::picture(&jpeg(u8::try_from(number).unwrap_or(u8::MAX)))
    })
    .await;
    let feed = Arc::new(Feed::default());
    let mut frames = feed.frames.subscribe();
    let following = tokio::spawn(follow(spec(&address), loopback(), feed.clone()));
    let third = frames.wait_for(|frame| frame.as_ref().is_some_and(|f| f.jpeg == jpeg(2)));
    timeout(PATIENCE, third).await.unwrap().unwrap();
    assert_eq!(feed.status.borrow().state, State::Live);
    following.abort();
}

#[tokio::test]
async fn of_an_mjpeg_stream_that_is_too_fast_only_as_many_pictures_as_wanted_are_taken() {
    let pictures: Vec<Bytes> = (0..=255).map(jpeg).collect();
    let (_camera, address) = http(move |_| mjpeg(&pictures, Duration::from_millis(2))).await;
    let feed = Arc::new(Feed::default());
    let following = tokio::spawn(follow(spec(&address), loopback(), feed.clone()));
    let mut frames = feed.frames.subscribe();
    let mut times = Vec::new();
    while times.len() < 10 {
        timeout(PATIENCE, frames.changed()).await.unwrap().unwrap();
        times.push(frames.borrow_and_update().as_ref().unwrap().at);
    }
    // A machine under load delays pictures; it never makes more of them.
    let over = times[9].duration_since(times[0]);
    assert!(over.as_millis() >= 750, "ten pictures within {over:?}");
    following.abort();
}

#[tokio::test]
async fn a_camera_that_goes_and_comes_back_is_live_again_by_itself() {
    let (camera, address) = http(|_| Reply::picture(&jpeg(1))).await;
    let port = camera.address().port();
    let feed = Arc::new(Feed::default());
    let following = tokio::spawn(follow(spec(&address), loopback(), feed.clone()));
    let mut status = feed.status.subscribe();
    timeout(PATIENCE, status.wait_for(|s| s.state == State::Live))
        .await
        .unwrap()
        .unwrap();
    drop(camera);
    let away = status.wait_for(|s| s.state == State::Waiting);
    let error = timeout(PATIENCE, away)
        .await
        .unwrap()
        .unwrap()
        .error
        .clone();
    assert!(error.is_some());
    let _back = HttpCamera::start(port, |_| Reply::picture(&jpeg(2)))
        .await
        .unwrap();
    let live = status.wait_for(|s| s.state == State::Live && s.error.is_none());
    timeout(PATIENCE, live).await.unwrap().unwrap();
    following.abort();
}

#[tokio::test]
async fn a_wrong_password_and_a_missing_one_are_told_apart() {
    let (_camera, address) = http(|question| {
        // base64 of gate:right
        if question.contains("uthorization: Basic Z2F0ZTpyaWdodA==") {
            return Reply::picture(&jpeg(1));
        }
        Reply::answer(
            "401 Unauthorized",
            &["WWW-Authenticate: Basic realm=\"camera\""],
            b"",
        )
    })
    .await;
    let guard = loopback();
    let none = first_picture(&spec(&address), &guard).await;
    let wrong = first_picture(&with_password(&address, "wrong"), &guard).await;
    let right = first_picture(&with_password(&address, "right"), &guard).await;
    assert_eq!(none, Err(Error::PasswordWanted));
    assert_eq!(wrong, Err(Error::WrongPassword));
    assert_eq!(right.unwrap().jpeg, jpeg(1));
}

#[tokio::test]
async fn a_digest_is_answered_and_the_password_itself_is_never_sent() {
    let (_camera, address) = http(|question| {
        assert!(!question.contains("right"));
        let answered =
            question.contains("uthorization: Digest") && question.contains("username=\"gate\"");
        if answered {
            return Reply::picture(&jpeg(1));
        }
        let asks = "WWW-Authenticate: Digest realm=\"camera\", nonce=\"abc\", qop=\"auth\"";
        Reply::answer("401 Unauthorized", &[asks], b"")
    })
    .await;
    let picture = first_picture(&with_password(&address, "right"), &loopback()).await;
    assert_eq!(picture.unwrap().jpeg, jpeg(1));
}

#[tokio::test]
async fn a_camera_that_leads_to_a_forbidden_address_is_not_followed_there() {
    let location = "Location: http://169.254.169.254/latest/meta-data/";
    let error = refused(Reply::answer("302 Found", &[location], b"")).await;
    assert!(matches!(error, Error::Forbidden { .. }), "{error}");
    let error = refused(Reply::answer(
        "302 Found",
        &["Location: file:///etc/passwd"],
        b"",
    ))
    .await;
    assert!(matches!(error, Error::Redirect(_)), "{error}");
    let error = refused(Reply::answer("302 Found", &["Location: /capture"], b"")).await;
    assert!(matches!(error, Error::Redirect(_)), "{error}");
}

#[tokio::test]
async fn without_leave_this_machine_is_not_connected_to() {
    let (_camera, address) = http(|_| panic!("it was connected to")).await;
    let error = first_picture(&spec(&address), &Arc::default())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Forbidden { .. }), "{error}");
    assert!(error.to_string().contains("cameras.allow"), "{error}");
}

#[tokio::test]
async fn answers_that_are_no_pictures_are_refused_in_words() {
    let page = Reply::answer("200 OK", &["Content-Type: text/html"], b"<html>");
    assert_eq!(refused(page).await, Error::NotPictures("text/html".into()));
    let gif = Reply::answer("200 OK", &["Content-Type: image/jpeg"], b"GIF89a");
    assert!(matches!(refused(gif).await, Error::NotPictures(_)));
    assert_eq!(
        refused(Reply::answer("404 Not Found", &[], b"")).await,
        Error::Status(404)
    );
    assert!(matches!(
        refused(Reply::Bytes("SSH-2.0-x\r\n".into())).await,
        Error::Damaged(_)
    ));
}

#[tokio::test]
async fn a_gigabyte_and_a_length_that_is_a_lie_are_refused() {
    let endless = |first: &'static str| Reply::Endless {
        first: Bytes::from_static(first.as_bytes()),
        again: vec![Bytes::from(vec![b'x'; 256 * 1024])],
        pause: Duration::ZERO,
    };
    let pictures = endless("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n");
    assert!(matches!(refused(pictures).await, Error::TooLarge { .. }));
    let part = endless(
        "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=b\r\n\r\n--b\r\n\r\n",
    );
    assert!(matches!(refused(part).await, Error::TooLarge { .. }));
    let head = endless("HTTP/1.1 200 OK\r\nX: ");
    assert!(matches!(refused(head).await, Error::Damaged(_)));
    let short = "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 100\r\n\r\nabc";
    assert_eq!(refused(Reply::Bytes(short.into())).await, Error::Ended);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_over_rtsp_that_has_no_end_and_an_answer_of_gigabytes_are_cut_on_their_way() {
    // What stands before the picture, and one of forty megabytes.
    let mut film = include_bytes!("films/counting.h264").to_vec();
    let first = film.windows(4).position(|four| four == [0, 0, 1, 0x65]);
    film.truncate(first.unwrap() + 4);
    film.resize(40 * 1024 * 1024, 0xff);
    let camera = RtspCamera::start(0, video("H264", &film)).await.unwrap();
    let too_large = Error::TooLarge {
        what: "a picture of the stream",
        limit: 16 * 1024 * 1024,
    };
    let spec = spec(&format!("rtsp://{}/film", camera.address()));
    assert_eq!(
        first_picture(&spec, &loopback()).await.unwrap_err(),
        too_large
    );
    let lie = HttpCamera::start(0, |_| {
        Reply::Endless {
        first: Bytes::from_static(
            b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Type: application/sdp\r\nContent-Length: 4000000000\r\n\r\n",
        ),
        again: vec![Bytes::from(vec![b'x'; 256 * 1024])],
        pause: Duration::ZERO,
    }
    });
    let lie = lie.await.unwrap();
    let spec = Spec {
        address: format!("rtsp://{}/film", lie.address()).parse().unwrap(),
        ..spec
    };
    assert_eq!(
        first_picture(&spec, &loopback()).await.unwrap_err(),
        too_large
    );
}

fn video(encoding: &'static str, film: &[u8]) -> Video {
    Video {
        encoding,
        film: film.to_vec(),
        pause: Duration::from_millis(40),
        pictures: None,
        authorization: None,
    }
}

fn size_of(jpeg: &[u8]) -> (usize, usize) {
    let mut decoder =
        zune_jpeg::JpegDecoder::new(zune_jpeg::zune_core::bytestream::ZCursor::new(jpeg));
    decoder.decode().unwrap();
    decoder.dimensions().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn h264_with_and_without_b_frames_and_h265_become_pictures() {
    assert!(
        cameras::decoders().ffmpeg.is_some(),
        "this test wants ffmpeg: scripts/setup-test.sh"
    );
    let films = [
        ("H264", &include_bytes!("films/plain.h264")[..]),
        ("H264", include_bytes!("films/reordered.h264")),
        ("H265", include_bytes!("films/plain.h265")),
    ];
    for (encoding, film) in films {
        let camera = RtspCamera::start(0, video(encoding, film)).await.unwrap();
        let spec = spec(&format!("rtsp://{}/film", camera.address()));
        let picture = first_picture(&spec, &loopback()).await.unwrap();
        assert_eq!(size_of(&picture.jpeg), (320, 240), "{encoding}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_slower_than_wanted_gives_each_picture_once() {
    let slow = Video {
        pause: Duration::from_millis(400),
        ..video("H264", include_bytes!("films/plain.h264"))
    };
    let camera = RtspCamera::start(0, slow).await.unwrap();
    let feed = Arc::new(Feed::default());
    let spec = spec(&format!("rtsp://{}/film", camera.address()));
    let following = tokio::spawn(follow(spec, loopback(), feed.clone()));
    let mut frames = feed.frames.subscribe();
    let mut times = Vec::new();
    while times.len() < 8 {
        timeout(PATIENCE, frames.changed()).await.unwrap().unwrap();
        times.push(frames.borrow_and_update().as_ref().unwrap().at);
    }
    // Ten a second are wanted. A machine under load delays pictures; it never makes more of them.
    let over = times[7].duration_since(times[1]);
    assert!(over.as_millis() >= 1_800, "six pictures within {over:?}");
    following.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_larger_than_is_taken_is_made_smaller() {
    // 3840x2160: with more detail than here its JPEG would have more than a megabyte.
    let large = Video {
        pause: Duration::from_millis(200),
        ..video("H265", include_bytes!("films/large.h265"))
    };
    let camera = RtspCamera::start(0, large).await.unwrap();
    let spec = spec(&format!("rtsp://{}/film", camera.address()));
    let picture = first_picture(&spec, &loopback()).await.unwrap();
    assert_eq!(size_of(&picture.jpeg), (1920, 1080));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_ends_is_begun_again() {
    let film = Video {
        pictures: Some(75),
        ..video("H264", include_bytes!("films/plain.h264"))
    };
    let camera = RtspCamera::start(0, film).await.unwrap();
    let feed = Arc::new(Feed::default());
    let spec = spec(&format!("rtsp://{}/film", camera.address()));
    let following = tokio::spawn(follow(spec, loopback(), feed.clone()));
    let mut status = feed.status.subscribe();
    for state in [State::Live, State::Waiting, State::Live, State::Waiting] {
        timeout(PATIENCE, status.wait_for(|s| s.state == state))
            .await
            .unwrap()
            .unwrap();
    }
    following.abort();
}

/// A smaller stream that is live.
fn live() -> Arc<Feed> {
    let feed = Feed::default();
    feed.status.send_modify(|status| status.state = State::Live);
    Arc::new(feed)
}

#[tokio::test]
async fn a_main_stream_is_not_asked_while_the_smaller_one_is_away() {
    let camera = RtspCamera::start(0, video("H264", include_bytes!("films/counting.h264")));
    let camera = camera.await.unwrap();
    let spec = spec(&format!("rtsp://{}/film", camera.address()));
    let (main, feed) = (
        Arc::new(MainStream::new(PATIENCE)),
        Arc::new(Feed::default()),
    );
    let keeping = tokio::spawn(keep_main(spec, loopback(), main.clone(), feed.clone()));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(camera.connections(), 0);
    feed.status.send_modify(|status| status.state = State::Live);
    let mut status = main.status.subscribe();
    let live = status.wait_for(|s| s.state == State::Live);
    timeout(PATIENCE, live).await.unwrap().unwrap();
    keeping.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_main_stream_that_cannot_be_decoded_in_time_says_so_and_is_spared_for_a_while() {
    let camera = RtspCamera::start(0, video("H264", include_bytes!("films/counting.h264")));
    let camera = camera.await.unwrap();
    let spec = spec(&format!("rtsp://{}/film", camera.address()));
    let main = Arc::new(MainStream::new(Duration::ZERO));
    let keeping = tokio::spawn(keep_main(spec, loopback(), main.clone(), live()));
    let mut status = main.status.subscribe();
    let live = status.wait_for(|s| s.state == State::Live);
    timeout(PATIENCE, live).await.unwrap().unwrap();
    assert_eq!(main.trouble(), None);
    let late = main.picture_at(Instant::now()).await.unwrap_err();
    assert!(late.to_string().contains("key frame interval"), "{late}");
    assert_eq!(main.trouble(), Some(late));
    assert_eq!(main.picture_at(Instant::now()).await, Ok(None));
    keeping.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_main_stream_the_picture_of_a_moment_is_had_for_some_seconds() {
    let film = video("H264", include_bytes!("films/counting.h264"));
    let camera = RtspCamera::start(0, film).await.unwrap();
    let spec = spec(&format!("rtsp://{}/film", camera.address()));
    let main = Arc::new(MainStream::new(PATIENCE));
    let before = Instant::now();
    let keeping = tokio::spawn(keep_main(spec, loopback(), main.clone(), live()));
    let mut status = main.status.subscribe();
    timeout(PATIENCE, status.wait_for(|s| s.state == State::Live))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(main.picture_at(before).await, Ok(None));
    let moment = Instant::now();
    let first = main.picture_at(moment).await.unwrap().unwrap();
    assert_eq!(size_of(&first), (640, 480));
    // Whatever comes later changes nothing about what was to be seen then.
    tokio::time::sleep(Duration::from_millis(400)).await;
    let again = main.picture_at(moment).await.unwrap().unwrap();
    assert_eq!(first, again);
    let later = main.picture_at(Instant::now()).await.unwrap().unwrap();
    assert_ne!(first, later);
    keeping.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_main_stream_that_went_away_has_no_picture_and_is_begun_again() {
    let film = Video {
        pictures: Some(50),
        ..video("H264", include_bytes!("films/counting.h264"))
    };
    let camera = RtspCamera::start(0, film).await.unwrap();
    let spec = spec(&format!("rtsp://{}/film", camera.address()));
    let main = Arc::new(MainStream::new(PATIENCE));
    let keeping = tokio::spawn(keep_main(spec, loopback(), main.clone(), live()));
    let mut status = main.status.subscribe();
    for state in [State::Live, State::Waiting] {
        timeout(PATIENCE, status.wait_for(|s| s.state == state))
            .await
            .unwrap()
            .unwrap();
    }
    assert_eq!(main.picture_at(Instant::now()).await, Ok(None));
    timeout(PATIENCE, status.wait_for(|s| s.state == State::Live))
        .await
        .unwrap()
        .unwrap();
    keeping.abort();
}

#[tokio::test]
async fn a_main_stream_over_http_is_refused_in_words() {
    let main = Arc::new(MainStream::new(PATIENCE));
    let spec = spec("http://127.0.0.1/capture");
    let keeping = tokio::spawn(keep_main(spec, loopback(), main.clone(), live()));
    let mut status = main.status.subscribe();
    let failed = status.wait_for(|s| s.error.is_some());
    let error = timeout(PATIENCE, failed)
        .await
        .unwrap()
        .unwrap()
        .error
        .clone();
    assert!(error.unwrap().to_string().contains("over RTSP"));
    keeping.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn over_rtsp_too_a_wrong_password_says_so() {
    let wants = |authorization: &str| Video {
        authorization: Some(authorization.into()),
        ..video("H264", include_bytes!("films/plain.h264"))
    };
    // base64 of gate:right
    let camera = RtspCamera::start(0, wants("Basic Z2F0ZTpyaWdodA=="))
        .await
        .unwrap();
    let address = format!("rtsp://{}/film", camera.address());
    let guard = loopback();
    let none = first_picture(&spec(&address), &guard).await;
    let wrong = first_picture(&with_password(&address, "wrong"), &guard).await;
    let right = first_picture(&with_password(&address, "right"), &guard).await;
    assert_eq!(none, Err(Error::PasswordWanted));
    assert_eq!(wrong, Err(Error::WrongPassword));
    assert!(right.is_ok(), "{right:?}");
}

#[tokio::test]
async fn where_nobody_is_nobody_answers() {
    let camera = HttpCamera::start(0, |_| Reply::picture(b"")).await.unwrap();
    let address = camera.address();
    drop(camera);
    tokio::task::yield_now().await;
    for scheme in ["http", "rtsp"] {
        let error = first_picture(&spec(&format!("{scheme}://{address}/")), &loopback()).await;
        assert!(
            matches!(error, Err(Error::NoAnswer { .. })),
            "{scheme}: {error:?}"
        );
    }
}
