//! Every route and every server function, called as every role and with every foreign id.
//!
//! One table of calls serves three tests. A route or server function that is missing from it fails them, so nothing new
//! escapes. `docs/PERMISSIONS.md` is the table of who may what; run the tests with `UPDATE_SNAPSHOTS=1` after a change and
//! look at the difference.

mod calls;
mod world;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use calls::Door;
use reqwest::StatusCode;
use serde_json::Value;
use world::{MARKER, TEAM, World};

/// Who calls, and how the column of the table is called.
const CALLERS: [&str; 8] = [
    "nobody",
    "editor elsewhere",
    "viewer",
    "editor",
    "admin",
    "owner",
    "developer",
    "system_bot",
];
/// Keys of the owner, by what they open.
const KEYS: [&str; 5] = ["read", "write", "generate", "publish", "admin"];

#[test]
fn every_route_and_server_function_has_a_call() {
    let known: BTreeSet<String> = calls::all().iter().map(|call| call.name.to_owned()).collect();
    assert_eq!(known.len(), calls::all().len(), "a call stands in the table twice");
    let mut there: BTreeSet<String> = BTreeSet::new();
    let document = server::api::document();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            there.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    for function in world::server_functions().keys() {
        there.insert(format!("fn {function}"));
    }
    for (method, path) in server::serve::page_routes() {
        there.insert(format!("{method} {path}"));
    }
    let missing: Vec<_> = there.difference(&known).collect();
    assert!(missing.is_empty(), "not in the table of calls: {missing:#?}");
    let gone: Vec<_> = known.difference(&there).collect();
    assert!(
        gone.is_empty(),
        "in the table of calls and not there any more: {gone:#?}"
    );
    assert!(there.len() > 180, "only {} routes and functions", there.len());
}

/// What an answer says about permission.
fn verdict(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "sign in",
        403 => "no",
        404 => "hidden",
        // Let in; what came of it is another matter.
        200..=399 | 402 | 409 | 412 | 422 | 429 => "yes",
        _ => "FAULT",
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_may_what_the_documentation_says() {
    let mut world = World::new().await;
    let mut doors: BTreeMap<Door, Vec<(String, Vec<&'static str>)>> = BTreeMap::new();
    for call in calls::all() {
        let mut row = Vec::new();
        for caller in CALLERS {
            let status = world.call(&call, caller).await.0;
            assert_ne!(verdict(status), "FAULT", "{} as {caller}: {status}", call.name);
            row.push(verdict(status));
            if call.spoils && status.is_success() {
                world.renew().await;
            }
        }
        if call.door == Door::Rest && call.needs_account() {
            for key in KEYS {
                let status = world.call_with_key(&call, key).await.0;
                row.push(verdict(status));
                if call.spoils && status.is_success() {
                    world.renew().await;
                }
            }
        }
        doors.entry(call.door).or_default().push((call.name.to_owned(), row));
    }
    let text = page(doors);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/PERMISSIONS.md");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    for (now, kept) in text.lines().zip(kept.lines()) {
        assert_eq!(
            now, kept,
            "permissions have changed: run with UPDATE_SNAPSHOTS=1 and look at the difference"
        );
    }
    assert_eq!(
        text.lines().count(),
        kept.lines().count(),
        "docs/PERMISSIONS.md has other rows"
    );
}

const HEAD: &str = "\
# Who may what

Made by calling every route and every server function as every role; a test does so again and compares
(`server/tests/it/walk.rs`). The rules themselves stand in `domain/src/scope.rs`.

- **yes**: let in (what comes of it depends on the input) · **no**: refused (403) · **hidden**: answers as if it were not
  there (404) · **sign in**: 401
- *editor elsewhere* is an editor of the same account without a grant for the site.
- Whatever the role, nobody reaches another account: its things are hidden. Operators (developers, and owners and admins of
  a system account) enter an account explicitly, which its log records.
- An API key has the rights of its person, narrowed to its scopes: the columns under *owner's key*. `write`, `generate`,
  `publish` and `admin` bring `read`; all but `read` bring `write`.
";

fn page(doors: BTreeMap<Door, Vec<(String, Vec<&'static str>)>>) -> String {
    let mut text = HEAD.to_owned();
    for (door, rows) in doors {
        let (title, first, with_keys) = match door {
            Door::Rest => ("REST interface", "Route", true),
            Door::Function => ("Server functions of the pages", "Function", false),
            Door::Page => ("Files and events of the pages", "Route", false),
        };
        text.push_str(&format!("\n## {title}\n\n| {first} | {} |", CALLERS.join(" | ")));
        if with_keys {
            text.push_str(&KEYS.map(|key| format!(" owner's key: {key} |")).concat());
        }
        let columns = 1 + CALLERS.len() + if with_keys { KEYS.len() } else { 0 };
        text.push_str(&format!("\n|{}\n", "---|".repeat(columns)));
        for (name, mut row) in rows {
            if with_keys && row.len() == CALLERS.len() {
                // Called before anybody is known: keys make no difference.
                row.extend(["–"; KEYS.len()]);
            }
            let name = name.trim_start_matches("fn ");
            text.push_str(&format!("| `{name}` | {} |\n", row.join(" | ")));
        }
    }
    text
}

/// What a caller learns: everything of an answer but what names the request or the moment.
fn told(mut answer: (StatusCode, Value)) -> (StatusCode, Value) {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.remove("request_id");
                map.values_mut().for_each(strip);
            }
            Value::Array(list) => list.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut answer.1);
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_account_s_ids_answer_as_missing_ones_and_change_nothing() {
    let mut world = World::new().await;
    // Neither the stranger's own account nor password is to change on the way.
    world.ids.insert("password", "wrong horse battery".to_owned());
    let account = world.ids["account"].clone();
    world.ids.insert("other_account", account);
    world.settle().await;
    let before = world.snapshot().await;
    let missing = world.missing();
    let mut walked = 0;
    for call in calls::all() {
        // The owner of another account, and a colleague who was not granted the site.
        for caller in ["stranger", "editor elsewhere"] {
            let foreign = told(world.call(&call, caller).await);
            let text = foreign.1.to_string();
            assert!(
                !text.contains(MARKER),
                "{} tells {caller} of the site: {text}",
                call.name
            );
            let colleague = caller != "stranger";
            assert!(
                colleague || !text.contains(TEAM),
                "{} tells of the account: {text}",
                call.name
            );
            assert!(!foreign.0.is_server_error(), "{} as {caller}: {foreign:?}", call.name);
            if call.has_ids() && !(colleague && call.shared) {
                let none = told(world.call_with_ids(&call, caller, &missing).await);
                // The answers must not tell which of the two it was.
                assert_eq!(
                    normalised(&foreign, &world.ids),
                    normalised(&none, &missing),
                    "{} tells {caller} a foreign id from a missing one",
                    call.name
                );
                walked += 1;
            }
        }
    }
    world.settle().await;
    let after = world.snapshot().await;
    for (table, rows) in &before {
        assert_eq!(rows, &after[table], "{table} was changed from outside");
    }
    assert!(walked > 150, "only {walked} calls with ids");
}

/// An answer with the ids that were asked for taken out: they may be repeated in it.
fn normalised(answer: &(StatusCode, Value), ids: &HashMap<&'static str, String>) -> (StatusCode, String) {
    let mut text = answer.1.to_string();
    let mut values: Vec<&String> = ids.values().collect();
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    for value in values.into_iter().filter(|value| value.len() > 6) {
        text = text.replace(value.as_str(), "ID");
    }
    (answer.0, text)
}

#[tokio::test]
async fn pages_of_another_account_s_things_show_nothing_of_them() {
    let world = World::new().await;
    let mut walked = 0;
    for path in server::serve::page_paths() {
        let path = path
            .replace(
                "/planner/clusters/{id}",
                &format!("/planner/clusters/{}", world.ids["cluster"]),
            )
            .replace("/jobs/{task_id}", &format!("/jobs/{}", world.ids["ai_task"]))
            .replace(
                "/writer/content/{id}",
                &format!("/writer/content/{}", world.ids["content"]),
            )
            .replace("{prompt_type}", "generate_content")
            .replace("/sites/{id}/", &format!("/sites/{}/", world.ids["site"]));
        assert!(!path.contains(['{', ':']), "{path}: say which id it shows");
        for caller in ["stranger", "editor elsewhere"] {
            let (status, html) = world.page(&path, caller).await;
            assert!(!status.is_server_error(), "{path} as {caller}: {status}");
            let told = html.contains(MARKER) || (caller == "stranger" && html.contains(TEAM));
            assert!(!told, "{path} shows {caller} what is not theirs");
        }
        // The marker is there for those who may see it, or the test proves nothing.
        if path.contains(&world.ids["content"]) && path.contains("/writer/content/") {
            assert!(world.page(&path, "owner").await.1.contains(MARKER), "{path}");
        }
        walked += 1;
    }
    assert!(walked > 20, "only {walked} pages");
}
