//! A provider that takes its time and counts who asks for what.

use std::{
    collections::HashMap,
    ops::RangeInclusive,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Json, Router, extract::State, routing::post};
use serde_json::{Value, json};

#[derive(Clone)]
pub struct Provider {
    pub address: String,
    titles: Arc<Mutex<HashMap<String, usize>>>,
}

#[derive(Clone)]
struct Desk {
    titles: Arc<Mutex<HashMap<String, usize>>>,
    milliseconds: RangeInclusive<u64>,
}

impl Provider {
    /// Answers after a random time out of `milliseconds`.
    pub async fn start(milliseconds: RangeInclusive<u64>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        let titles: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
        let desk = Desk {
            titles: titles.clone(),
            milliseconds,
        };
        let routes = Router::new()
            .route("/v1/chat/completions", post(answer))
            .with_state(desk);
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { address, titles }
    }

    /// Calls so far.
    pub fn calls(&self) -> usize {
        self.titles.lock().unwrap().values().sum()
    }

    /// How often each article was asked for.
    pub fn titles(&self) -> HashMap<String, usize> {
        self.titles.lock().unwrap().clone()
    }

    /// Articles that were asked for at least once.
    pub fn begun(&self) -> usize {
        self.titles.lock().unwrap().len()
    }
}

async fn answer(State(desk): State<Desk>, Json(request): Json<Value>) -> Json<Value> {
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
    // Counted before the wait: who is killed meanwhile has asked all the same.
    *desk.titles.lock().unwrap().entry(title.clone()).or_default() += 1;
    let wait = rand::random_range(desk.milliseconds);
    tokio::time::sleep(Duration::from_millis(wait)).await;
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
