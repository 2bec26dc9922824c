//! Prints the OpenAPI document; the committed copy is written by
//! `cargo run --release -p gatebook-api > crates/api/openapi.json`.

fn main() -> Result<(), serde_json::Error> {
    let document = api::openapi();
    println!("{}", serde_json::to_string_pretty(&document)?);
    Ok(())
}
