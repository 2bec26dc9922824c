//! Importing and exporting the files of a classic controller's card.

use crate::api::{Api, PASSWORD, entries};
use crate::process::{Serving, eventually, free_port, run};
use crate::verifying::entries_in;
use jiff::civil::DateTime;
use serde_json::json;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use tempfile::{TempDir, tempdir};
use testkit::classic::{Controller, Visitor};

const HEADER: &str = "F_ID,Name,Age,Gender,DOB,A_No,Image,P_No,Address";
pub const LOG_HEADER: &str =
    "F_ID,Name,Age,Gender,DOB,A_No,Image,P_No,Address,RFID,Date,E_Time,Ex_Time,Day,RTI";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn founded() -> TempDir {
    let data = tempdir().unwrap();
    Serving::start(data.path(), &[]).stop().with(0);
    data
}

fn file(data: &Path, name: &str, text: &str) -> String {
    let path = data.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A gate whose boards are at 127.0.0.1.
pub fn gate(api: &Api) {
    let (entry, exit) = (
        api.access_point("In", "entry"),
        api.access_point("Out", "exit"),
    );
    let here = HERE.to_string();
    let gate = json!({
        "name": "North gate", "controller_address": here, "camera_address": here,
        "entry": entry["id"], "exit": exit["id"],
    });
    api.make("gates", &gate);
}

fn with_gate() -> TempDir {
    let data = tempdir().unwrap();
    let mut serving = Serving::start(data.path(), &[]);
    gate(&Api::first(&mut serving));
    serving.stop().with(0);
    data
}

/// The row on the card once the visitor has left.
fn row_with_exit(visitor: &Visitor, entry: DateTime, exit: DateTime) -> String {
    let row = visitor.row(entry);
    let day = entry.strftime("%A").to_string();
    row.replace(
        &format!(",,{day},"),
        &format!(",{},{day},", exit.strftime("%H:%M:%S")),
    )
}

#[test]
fn a_registry_is_imported_once_and_refused_rows_are_named_by_their_line() {
    let data = founded();
    let text = format!(
        "{HEADER}\n7,Asha Rao,34,F,1991-05-17,123456789012,7.jpg,9000000001,12, Hill Road, Pune\n\
         8,Bina\n7,Asha again,,,,,,,\n9,Chitra Sen,,,,,,,\n"
    );
    let csv = file(data.path(), "a_d.csv", &text);
    run(data.path(), &["people", "import", &csv])
        .with(1)
        .saying(
            "people: 2 added, 0 changed, 0 known already; 0 pictures taken over; 2 rows refused",
        )
        .saying("line 3: ")
        .saying("line 4: the same person number (F_ID) stands in line 2")
        .saying("person 7: the last digit of the identity number does not fit the others");
    run(data.path(), &["people", "import", &csv])
        .with(1)
        .saying("people: 0 added, 0 changed, 2 known already");
}

#[test]
fn an_exported_registry_is_the_one_that_was_imported() {
    let data = founded();
    let text = format!(
        "{HEADER}\n7,Asha Rao,34,F,1991-05-17,123456789012,7.jpg,9000000001,12, Hill Road, Pune\n\
         9,Chitra Sen,,,,,,,\n"
    );
    let csv = file(data.path(), "a_d.csv", &text);
    run(data.path(), &["people", "import", &csv]).with(0);
    let exported = run(data.path(), &["people", "export", "--classic"])
        .with(0)
        .out;
    assert_eq!(exported, text);

    let other = founded();
    let csv = file(other.path(), "a_d.csv", &exported);
    run(other.path(), &["people", "import", &csv])
        .with(0)
        .saying("people: 2 added");
    let again = run(other.path(), &["people", "export", "--classic"])
        .with(0)
        .out;
    assert_eq!(again, text);
}

#[test]
fn a_changed_row_changes_the_person_and_nobody_else() {
    let data = founded();
    let row = |name: &str| format!("{HEADER}\n7,{name},,,,,,,\n9,Chitra Sen,,,,,,,\n");
    let csv = file(data.path(), "a_d.csv", &row("Asha Rao"));
    run(data.path(), &["people", "import", &csv]).with(0);
    let csv = file(data.path(), "a_d.csv", &row("Asha Rao-Sen"));
    run(data.path(), &["people", "import", &csv])
        .with(0)
        .saying("people: 0 added, 1 changed, 1 known already");
}

#[test]
fn a_cards_log_is_imported_once() {
    let data = with_gate();
    let at = jiff::civil::date(2026, 3, 2).at(9, 15, 30, 0);
    let later = at.with().hour(17).build().unwrap();
    let asha = Visitor::new("7", "Asha Rao", "4AB3");
    let bina = Visitor::new("8", "Bina Das", "5CD4");
    let rows = [
        row_with_exit(&asha, at, later),
        bina.row(at),
        "8,too short".to_owned(),
    ];
    let csv = file(
        data.path(),
        "log.csv",
        &format!("{LOG_HEADER}\n{}\n", rows.join("\n")),
    );
    let import = ["log", "import", &csv, "--gate", "North gate"];
    run(data.path(), &import)
        .with(1)
        .saying("entries and exits: 3 added, 0 changed, 0 known already")
        .saying("line 4: ");
    let entries = entries_in(data.path());
    run(data.path(), &import)
        .with(1)
        .saying("entries and exits: 0 added, 0 changed, 3 known already");
    assert_eq!(entries_in(data.path()), entries);
    run(data.path(), &["verify"]).with(0);
    // Nobody of the card is known to the site: one alert for all of them, with a notice that counts.
    let serving = Serving::start(data.path(), &[]);
    let api = Api::sign_in(&serving, "warden", PASSWORD).unwrap();
    let alerts = api.get("alerts?open=true");
    assert_eq!(alerts.as_array().unwrap().len(), 1, "{alerts}");
    assert_eq!(alerts[0]["kind"], "card_imported");
    let event = alerts[0]["event"].as_str().unwrap();
    let notice = &api.get(&format!("log/{event}"))["record"]["notice"];
    assert_eq!(notice["gate"]["name"], "North gate");
    assert_eq!(notice["passages"], 3, "{notice}");
    assert_eq!(notice["denied"], 3, "{notice}");
    assert!(
        notice["from"]
            .as_str()
            .unwrap()
            .starts_with("2026-03-02T09:15:30")
    );
    serving.stop().with(0);
}

/// Files under `folder`, however deep.
pub fn files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let count = |path: &Path| if path.is_dir() { files(path) } else { 1 };
    entries.map(|entry| count(&entry.path())).sum()
}

#[test]
fn a_log_that_is_imported_again_keeps_no_picture_a_second_time() {
    let data = with_gate();
    let card = tempdir().unwrap();
    let at = jiff::civil::date(2026, 3, 2).at(9, 15, 30, 0);
    let row = Visitor::new("7", "Asha Rao", "4AB3").row(at);
    let picture = row.rsplit(',').next().unwrap();
    fs::write(card.path().join(picture), [0xff, 0xd8, 0xff, 0xe0]).unwrap();
    let csv = file(data.path(), "log.csv", &format!("{LOG_HEADER}\n{row}\n"));
    let pictures = card.path().to_str().unwrap();
    let import = [
        "log",
        "import",
        &csv,
        "--gate",
        "North gate",
        "--pictures",
        pictures,
    ];
    run(data.path(), &import)
        .with(0)
        .saying("1 added, 0 changed, 0 known already; 1 pictures taken over");
    let kept = files(&data.path().join("pictures"));
    assert_eq!(kept, 1);
    run(data.path(), &import)
        .with(0)
        .saying("0 added, 0 changed, 1 known already; 0 pictures taken over");
    assert_eq!(files(&data.path().join("pictures")), kept);
}

#[test]
fn a_gate_that_does_not_exist_is_refused_and_the_others_are_named() {
    let data = with_gate();
    let csv = file(data.path(), "log.csv", &format!("{LOG_HEADER}\n"));
    run(data.path(), &["log", "import", &csv, "--gate", "East gate"])
        .with(1)
        .saying("there is no gate \"East gate\"; there are: North gate");
}

#[test]
fn a_passage_that_came_live_is_not_doubled_by_its_row_on_the_card() {
    let data = tempdir().unwrap();
    let mqtt = format!("127.0.0.1:{}", free_port());
    let mut serving = Serving::start(data.path(), &["--classic-mqtt", &mqtt]);
    gate(&Api::first(&mut serving));
    let before = entries(&serving);

    let now = jiff::Zoned::now().datetime();
    let (at, left) = (now.saturating_sub(jiff::Span::new().seconds(20)), now);
    let asha = Visitor::new("7", "Asha Rao", "4AB3");
    let board = async {
        let mut board = Controller::connect(HERE, mqtt.parse().unwrap())
            .await
            .unwrap();
        board.line(&asha, at).await.unwrap();
        board.leave(&asha, left).await.unwrap();
        board
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let board = runtime.block_on(board);
    let wanted = before + 2;
    eventually("entry and exit are in the log", || {
        (entries(&serving) >= wanted).then_some(())
    });
    drop(board);
    serving.stop().with(0);
    let kept = entries_in(data.path());

    let row = row_with_exit(&asha, at, left);
    let csv = file(data.path(), "log.csv", &format!("{LOG_HEADER}\n{row}\n"));
    run(
        data.path(),
        &["log", "import", &csv, "--gate", "North gate"],
    )
    .with(0)
    .saying("entries and exits: 0 added, 0 changed, 2 known already");
    assert_eq!(entries_in(data.path()), kept);
}
