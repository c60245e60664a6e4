//! Kills the real binary in the middle of its work and looks at what is left.

mod processes;
mod provider;
mod storm;

use serde_json::json;

use self::{
    processes::{Binary, books_are_right, choose_provider, free_port, owner},
    provider::Provider,
};
use crate::support::{Caller, Place};

const ARTICLES: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_in_the_middle_repeats_nothing_and_charges_once() {
    let provider = Provider::start(250..=250).await;

    let place = Place::new().await;
    let port = free_port();
    let binary = Binary::serve(&place, port, &[]).await;
    let caller = Caller::sign_up(&format!("http://127.0.0.1:{port}"), "ann@example.com").await;
    let (_, sector) = caller.make_site().await;
    let (app, scope) = owner(&place, "ann@example.com").await;
    choose_provider(&app, &scope, &provider).await;
    let mut tasks = Vec::new();
    for number in 0..ARTICLES {
        let made = caller
            .post(
                "/api/v1/writer/tasks/",
                json!({"sector_id": sector, "title": format!("Coffee {number}")}),
            )
            .await;
        tasks.push(made["data"]["id"].clone());
    }
    let started = caller
        .post("/api/v1/writer/tasks/auto_generate_content/", json!({"ids": tasks}))
        .await;
    let task = started["data"]["task_id"].as_str().unwrap().to_owned();
    // Some are written, some are being written, some wait.
    let before = loop {
        let progress = caller
            .get(&format!("/api/v1/system/settings/task_progress/{task}/"))
            .await;
        let done = progress["data"]["items_done"].as_i64().unwrap();
        if done >= 5 {
            break done;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    binary.kill();
    assert!(
        before < i64::try_from(ARTICLES).unwrap(),
        "the run was over before it could be killed"
    );

    let binary = Binary::serve(&place, port, &[]).await;
    let done = caller.wait(&task).await;
    assert_eq!(done["status"], "completed", "{done}");
    assert_eq!(done["items_done"].as_u64(), Some(ARTICLES as u64), "{done}");
    assert_eq!(done["credits_settled"].as_i64(), Some(3 * ARTICLES as i64));

    let articles = caller.get("/api/v1/writer/content/?page_size=200").await;
    assert_eq!(articles["count"].as_u64(), Some(ARTICLES as u64));
    let ledger = caller.get("/api/v1/billing/credits/transactions/?page_size=200").await;
    assert_eq!(
        ledger["count"].as_u64(),
        Some(ARTICLES as u64 + 1),
        "opening credits and one row for each article"
    );
    let balance = caller.get("/api/v1/billing/credits/balance/").await;
    assert_eq!(balance["data"]["available"].as_i64(), Some(1000 - 3 * ARTICLES as i64));
    assert_eq!(balance["data"]["reserved"], 0);
    // Only what was in hand when the process died may be asked for twice: five units of one site at most.
    let calls = provider.calls();
    assert!(
        (ARTICLES..=ARTICLES + 5).contains(&calls),
        "{calls} calls for {ARTICLES} articles"
    );
    let most = provider.titles().into_values().max().unwrap();
    assert!(most <= 2, "one article was asked for {most} times");
    binary.kill();
    books_are_right(&place);
}
