//! File, environment and flags; and what `doctor` says of them.

use crate::process::{Ended, Serving, free_port, gatebook, run};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::tempdir;

fn doctor(data: &Path) -> Ended {
    let quiet = [
        "doctor",
        "--set",
        "http.listen=127.0.0.1:0",
        "--set",
        "mqtt.listen=127.0.0.1:0",
    ];
    run(data, &quiet)
}

#[test]
fn an_unknown_key_in_the_file_stops_the_start_and_is_named() {
    let data = tempdir().unwrap();
    fs::write(
        data.path().join("gatebook.toml"),
        "[http]\nlissten = \"127.0.0.1:1\"\n",
    )
    .unwrap();
    run(data.path(), &["serve"]).with(78).saying("lissten");
}

#[test]
fn a_file_that_is_not_toml_stops_the_start_and_says_where() {
    let data = tempdir().unwrap();
    fs::write(data.path().join("gatebook.toml"), "[http\nlisten = 3\n").unwrap();
    run(data.path(), &["serve"]).with(78).saying("line 1");
}

#[test]
fn a_configuration_file_that_is_missing_is_named() {
    let data = tempdir().unwrap();
    run(data.path(), &["serve", "--config", "elsewhere.toml"])
        .with(78)
        .saying("elsewhere.toml");
}

#[test]
fn a_value_of_the_wrong_kind_stops_the_start_and_is_named() {
    let data = tempdir().unwrap();
    run(data.path(), &["serve", "--set", "vision.threads=many"])
        .with(78)
        .saying("vision.threads: ");
}

#[test]
fn an_unknown_word_on_the_command_line_is_wrong_use() {
    let data = tempdir().unwrap();
    run(data.path(), &["serv"]).with(2);
}

#[test]
fn the_environment_overrides_the_file_and_flags_override_both() {
    let data = tempdir().unwrap();
    let [file, environment, flag] = [(); 3].map(|()| format!("127.0.0.1:{}", free_port()));
    let text = format!("[http]\nlisten = \"{file}\"\n[mqtt]\nlisten = \"127.0.0.1:0\"\n");
    fs::write(data.path().join("gatebook.toml"), text).unwrap();

    let from_file = Serving::spawn(gatebook(data.path(), &["serve"]));
    assert!(
        from_file.address.ends_with(port(&file)),
        "{}",
        from_file.address
    );
    from_file.stop().with(0);

    let mut command = gatebook(data.path(), &["serve"]);
    command.env("GATEBOOK_HTTP_LISTEN", &environment);
    let from_environment = Serving::spawn(command);
    assert!(from_environment.address.ends_with(port(&environment)));
    from_environment.stop().with(0);

    let mut command = gatebook(data.path(), &["serve", "--listen", &flag]);
    command.env("GATEBOOK_HTTP_LISTEN", &environment);
    let from_flag = Serving::spawn(command);
    assert!(
        from_flag.address.ends_with(port(&flag)),
        "{}",
        from_flag.address
    );
    from_flag.stop().with(0);
}

fn port(address: &str) -> &str {
    address.strip_prefix("127.0.0.1").unwrap()
}

#[test]
fn doctor_finds_nothing_wrong_with_a_good_site() {
    let data = tempdir().unwrap();
    Serving::start(data.path(), &[]).stop().with(0);
    doctor(data.path()).with(0).saying("Nothing is wrong.");
}

#[test]
fn a_camera_for_roll_calls_that_is_not_there_is_named_at_the_start_and_by_doctor() {
    let data = tempdir().unwrap();
    let nobody = "6f9619ff-8b86-4d01-b42d-00c04fc964ff";
    let setting = format!("vision.roll_call=[\"{nobody}\"]");
    let serving = Serving::start(data.path(), &["--set", &setting]);
    serving.stop().with(0).saying(nobody);
    let doctor = [
        "doctor",
        "--set",
        "http.listen=127.0.0.1:0",
        "--set",
        &setting,
    ];
    run(data.path(), &doctor).with(1).saying(nobody);
}

#[test]
fn doctor_names_a_key_that_others_can_read_and_what_to_do() {
    let data = tempdir().unwrap();
    Serving::start(data.path(), &[]).stop().with(0);
    let key = data.path().join("keys/site.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    doctor(data.path()).with(1).saying("site.key: chmod 600");
}

#[test]
fn doctor_names_what_is_wrong_in_the_configuration() {
    let data = tempdir().unwrap();
    fs::write(
        data.path().join("gatebook.toml"),
        "[mqqt]\nlisten = \"127.0.0.1:1\"\n",
    )
    .unwrap();
    doctor(data.path()).with(1).saying("mqqt");
}

#[test]
fn plain_http_off_loopback_is_refused_without_a_proxy() {
    let data = tempdir().unwrap();
    run(
        data.path(),
        &["serve", "--listen", "0.0.0.0:0", "--set", "http.tls=off"],
    )
    .with(78)
    .saying("http.trusted_proxies");
}
