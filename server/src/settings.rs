//! Reading the settings: defaults, then `Leptos.toml`, then the environment.

use domain::config::Config;
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};

/// The file that settings are read from, in the folder that the server is started in.
pub const FILE: &str = "Leptos.toml";

/// Settings in force. `IGNY8_DATABASE__URL` stands for `url` in `[database]`, and so on.
///
/// # Errors
/// When the file or a variable cannot be read as what it stands for; the message names it.
pub fn load() -> anyhow::Result<Config> {
    load_from(FILE)
}

/// Settings with the file at `path`.
///
/// # Errors
/// As [`load`].
pub fn load_from(path: &str) -> anyhow::Result<Config> {
    Ok(Figment::from(Serialized::defaults(Config::default()))
        .merge(Toml::file(path))
        .merge(Env::prefixed("IGNY8_").split("__"))
        .extract()?)
}

/// What a person may see of the settings: secrets masked.
pub fn masked(config: &Config) -> Config {
    let mut shown = config.clone();
    if !shown.security.key.is_empty() {
        shown.security.key = "********".to_owned();
    }
    shown.database.url = mask_password(&shown.database.url);
    shown.jobs.database_url = mask_password(&shown.jobs.database_url);
    shown.mail.url = mask_password(&shown.mail.url);
    shown
}

fn mask_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    // The last one: a password may hold another.
    match rest.rsplit_once('@') {
        Some((who, host)) => {
            let name = who.split(':').next().unwrap_or_default();
            format!("{scheme}://{name}:********@{host}")
        }
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked() {
        let mut config = Config::default();
        config.database.url = "postgres://app:hunter2@db/igny8".to_owned();
        config.security.key = "abc".to_owned();
        config.mail.url = "smtps://me%40example.com:pass@word9@mail.example.com".to_owned();
        let shown = format!("{:?}", masked(&config));
        assert!(
            !shown.contains("hunter2") && !shown.contains("abc") && !shown.contains("word9"),
            "{shown}"
        );
        assert_eq!(mask_password("sqlite://data/x.db"), "sqlite://data/x.db");
    }

    #[test]
    fn the_shipped_file_agrees_with_the_build() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let read = |name: &str| -> toml::Table {
            let text = std::fs::read_to_string(format!("{root}/{name}")).expect("file");
            text.parse().expect("TOML")
        };
        let build = read("Cargo.toml")["workspace"]["metadata"]["leptos"][0]
            .as_table()
            .expect("table")
            .clone();
        let run = read("Leptos.toml")["package"]["metadata"]["leptos"]
            .as_table()
            .expect("table")
            .clone();
        let common: Vec<_> = run.iter().filter(|(key, _)| build.contains_key(*key)).collect();
        assert!(
            common.len() >= 5,
            "the files share too few keys for the comparison to mean anything"
        );
        for (key, value) in common {
            assert_eq!(value, &build[key], "{key} differs between Leptos.toml and Cargo.toml");
        }
    }

    #[test]
    fn the_shipped_file_is_understood() {
        let config = load_from(concat!(env!("CARGO_MANIFEST_DIR"), "/../Leptos.toml")).expect("settings");
        let text = |config: &Config| serde_json::to_value(config).expect("JSON");
        assert_eq!(
            text(&config),
            text(&Config::default()),
            "the shipped file says what holds without it"
        );
    }
}
