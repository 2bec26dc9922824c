//! Which engine the sites of these tests are on: their file, or with `GATEBOOK_TEST_ENGINE=postgres` the test
//! server, each in a database of its own. Tests need not know which.

use crate::postgres::new_database;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Where a site's database is named; a copy of the directory is a site on the same database.
const NAME: &str = "test-database";

/// Whether the sites are on the test server.
pub fn on_a_server() -> bool {
    std::env::var("GATEBOOK_TEST_ENGINE").is_ok_and(|engine| engine == "postgres")
}

/// The database of the site in `data`, made if need be; none for a file.
pub fn database(data: &Path) -> Option<String> {
    if !on_a_server() {
        return None;
    }
    let place = data.join(NAME);
    if let Ok(url) = fs::read_to_string(&place) {
        return Some(url);
    }
    let url = new_database();
    // A disk that is full to the last byte keeps no name; then there is one database for each start.
    let _ = fs::write(&place, &url);
    Some(url)
}

/// Gives the site in `data`, whose directory was copied while it was stopped, a copy of its database too.
pub fn copied(data: &Path) {
    let Some(url) = database(data) else {
        return;
    };
    let name = |url: &str| {
        let path = url.split('?').next().unwrap();
        path.rsplit('/').next().unwrap().to_owned()
    };
    let own = new_database();
    let (from, to) = (name(&url), name(&own));
    crate::postgres::psql(&format!("DROP DATABASE {to}"));
    crate::postgres::psql(&format!("CREATE DATABASE {to} TEMPLATE {from}"));
    fs::write(data.join(NAME), own).unwrap();
}

/// Runs one statement on a database of the test server: what it gives, without decoration.
pub fn psql(url: &str, sql: &str) -> String {
    let mut psql = Command::new("psql");
    psql.args([
        url,
        "--tuples-only",
        "--no-align",
        "--set",
        "ON_ERROR_STOP=1",
        "--command",
        sql,
    ]);
    let done = psql.output().unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}
