//! Kills the real binary in the middle of a run and looks at what is left.

use std::{
    collections::HashMap,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, extract::State, routing::post};
use serde_json::{Value, json};

use crate::support::{Caller, Place};

const ARTICLES: usize = 20;

/// A model that takes its time and counts who asks for what.
#[derive(Clone, Default)]
struct Model {
    calls: Arc<AtomicUsize>,
    titles: Arc<Mutex<HashMap<String, usize>>>,
}

async fn answer(State(model): State<Model>, Json(request): Json<Value>) -> Json<Value> {
    model.calls.fetch_add(1, Ordering::SeqCst);
    let asked = request["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|m| m["content"].as_str())
        .collect::<String>();
    let title = asked
        .split("Write the article \"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap()
        .to_owned();
    *model.titles.lock().unwrap().entry(title.clone()).or_default() += 1;
    tokio::time::sleep(Duration::from_millis(250)).await;
    let article = json!({
        "html": format!("<h2>{title}</h2><p>{}</p>", "A sentence about brewing coffee at home. ".repeat(20)),
        "meta_title": title, "meta_description": "About coffee.", "primary_keyword": title,
        "secondary_keywords": [], "excerpt": "About coffee.",
    });
    Json(json!({
        "model": "slow-1",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": article.to_string()}}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 200},
    }))
}

/// The binary, killed when the test ends however it ends.
struct Binary(Child);

impl Binary {
    async fn start(place: &Place, port: u16) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_igny8"))
            .arg("serve")
            .current_dir(&place.folder)
            .envs(place.environment())
            .env("IGNY8_SERVER__ADDRESS", format!("127.0.0.1:{port}"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let binary = Self(child);
        for _ in 0..600 {
            if let Ok(answer) = crate::support::client()
                .get(format!("http://127.0.0.1:{port}/health"))
                .send()
                .await
                && answer.status().is_success()
            {
                return binary;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server did not start");
    }

    fn kill(mut self) {
        // SIGKILL: nothing is tidied up.
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_in_the_middle_repeats_nothing_and_charges_once() {
    let model = Model::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let provider = format!("http://{}/v1", listener.local_addr().unwrap());
    let routes = Router::new()
        .route("/v1/chat/completions", post(answer))
        .with_state(model.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });

    let place = Place::new().await;
    let port = free_port();
    let binary = Binary::start(&place, port).await;
    let caller = Caller::sign_up(&format!("http://127.0.0.1:{port}"), "ann@example.com").await;
    let (_, sector) = caller.make_site().await;
    choose_provider(&place, &provider).await;
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
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    binary.kill();
    assert!(
        before < i64::try_from(ARTICLES).unwrap(),
        "the run was over before it could be killed"
    );

    let binary = Binary::start(&place, port).await;
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
    let calls = model.calls.load(Ordering::SeqCst);
    assert!(
        (ARTICLES..=ARTICLES + 5).contains(&calls),
        "{calls} calls for {ARTICLES} articles"
    );
    let most = *model.titles.lock().unwrap().values().max().unwrap();
    assert!(most <= 2, "one article was asked for {most} times");
    binary.kill();

    let books = Command::new(env!("CARGO_BIN_EXE_igny8"))
        .arg("reconcile")
        .current_dir(&place.folder)
        .envs(place.environment())
        .output()
        .unwrap();
    assert!(books.status.success(), "{}", String::from_utf8_lossy(&books.stdout));
}

/// Chooses the provider for the account, as its settings page does.
async fn choose_provider(place: &Place, address: &str) {
    let app = domain::App::connect(place.config()).await.unwrap();
    let user = domain::accounts::find_by_email(&app, "ann@example.com")
        .await
        .unwrap()
        .unwrap();
    let scope = domain::accounts::scope_of(&app, user.id, &domain::scope::Origin::here("test"))
        .await
        .unwrap();
    let input = entity::provider_setting::Input {
        provider: entity::provider_setting::Provider::OpenaiCompatible,
        base_url: address.to_owned(),
        model: "slow-1".to_owned(),
        image_model: String::new(),
        api_key: "test".to_owned(),
    };
    domain::ai::settings::save_connection(&app, &scope, input)
        .await
        .unwrap();
    let choice = entity::ai_choice::Input {
        function: entity::ai_task::AiFunction::GenerateContent,
        provider: entity::provider_setting::Provider::OpenaiCompatible,
        model: String::new(),
        temperature: None,
        max_tokens: None,
    };
    domain::ai::settings::save_choices(&app, &scope, vec![choice])
        .await
        .unwrap();
}
