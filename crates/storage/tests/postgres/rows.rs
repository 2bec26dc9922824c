//! Every row of every table, read from either engine past the store.

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use tokio_postgres::NoTls;

/// Rows by table, in an order of their own: bytes as hexadecimal digits, numbers as text.
pub type Tables = BTreeMap<String, Vec<Vec<Option<String>>>>;

/// What the database file of a site holds.
pub async fn of_file(site: &Path) -> Tables {
    let url = format!("sqlite://{}", site.join("gatebook.db").display());
    let mut file = SqliteConnection::connect(&url).await.unwrap();
    let mut tables = Tables::new();
    for (table, columns) in columns(&mut file).await {
        let shown = columns.iter().map(|name| {
            format!(
                "CASE typeof(\"{name}\") WHEN 'blob' THEN lower(hex(\"{name}\")) \
                 ELSE CAST(\"{name}\" AS TEXT) END"
            )
        });
        let shown: Vec<_> = shown.collect();
        let sql = format!("SELECT {} FROM {table}", shown.join(", "));
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut file).await;
        let rows = rows.unwrap().into_iter();
        let row = |row: sqlx::sqlite::SqliteRow| (0..row.len()).map(|n| row.get(n)).collect();
        tables.insert(table, sorted(rows.map(row).collect()));
    }
    tables
}

/// What a database on a server holds of the same columns as the file of `site`.
pub async fn of_server(url: &str, site: &Path) -> Tables {
    let file = format!("sqlite://{}", site.join("gatebook.db").display());
    let mut file = SqliteConnection::connect(&file).await.unwrap();
    let (server, line) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let line = tokio::spawn(line);
    let mut tables = Tables::new();
    for (table, columns) in columns(&mut file).await {
        let kinds = "SELECT data_type FROM information_schema.columns \
                     WHERE table_schema = current_schema() AND table_name = $1 AND column_name = $2";
        let mut shown = Vec::new();
        for name in &columns {
            let kind = server.query_one(kinds, &[&table, name]).await.unwrap();
            shown.push(match kind.get(0) {
                "bytea" => format!("encode(\"{name}\", 'hex')"),
                _ => format!("\"{name}\"::text"),
            });
        }
        let sql = format!("SELECT {} FROM {table}", shown.join(", "));
        let rows = server.query(&sql, &[]).await.unwrap().into_iter();
        let row = |row: tokio_postgres::Row| (0..row.len()).map(|n| row.get(n)).collect();
        tables.insert(table, sorted(rows.map(row).collect()));
    }
    drop(server);
    line.await.unwrap().unwrap();
    tables
}

/// The tables of a site with their columns, without those generated from others.
async fn columns(file: &mut SqliteConnection) -> BTreeMap<String, Vec<String>> {
    let sql = "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c \
               WHERE t.type = 'table' AND t.name NOT LIKE '!_%' ESCAPE '!' \
               AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid";
    let mut tables = BTreeMap::<String, Vec<String>>::new();
    for row in sqlx::query(sql).fetch_all(file).await.unwrap() {
        tables.entry(row.get(0)).or_default().push(row.get(1));
    }
    tables
}

fn sorted(mut rows: Vec<Vec<Option<String>>>) -> Vec<Vec<Option<String>>> {
    rows.sort();
    rows
}

/// Asserts that both hold the same, table by table.
#[track_caller]
pub fn assert_same(there: &Tables, here: &Tables) {
    assert!(there.keys().eq(here.keys()));
    for (table, rows) in here {
        assert_eq!(&there[table], rows, "{table}");
    }
}
