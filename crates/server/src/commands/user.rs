//! `gatebook user`.

use crate::cli::User;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::founding::act;
use crate::site::Site;
use anyhow::{Result, bail};
use api::ports::Clock;
use model::Act;
use std::process::ExitCode;
use store::{Accounts, Put, Write};

pub async fn run(config: Config, User::Reset { name }: User) -> Result<ExitCode> {
    let site = Site::open(&config.data_dir, &config.database).await?;
    let Some(before) = site.store.user_by_name(&name).await? else {
        bail!("nobody signs in as {name:?}; the names are on the page under Settings, Users");
    };
    let now = SystemClock.now();
    let (invitation, path) = api::one_time_link(before.id, now)?;
    // Without a password nobody signs in; taking it away ends the sessions.
    let user = store::User {
        password_hash: None,
        disabled: false,
        ..before.clone()
    };
    let id = user.id;
    let writes = vec![Write::User(Put::change(before, user)), invitation];
    act(&site.store, Act::UserPut { user: id }, writes, now).await?;
    site.store.close().await?;
    println!("Set a new password (once): {}{path}", config.address());
    Ok(ExitCode::SUCCESS)
}
