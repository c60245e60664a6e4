//! Keywords through the REST interface.

use reqwest::{Method, StatusCode, multipart};
use serde_json::json;

use crate::support::{Caller, Server};

async fn import(caller: &Caller, sector: i64, name: &str, bytes: Vec<u8>) -> (StatusCode, serde_json::Value) {
    let form = multipart::Form::new()
        .text("sector_id", sector.to_string())
        .part("file", multipart::Part::bytes(bytes).file_name(name.to_owned()));
    let answer = caller
        .client
        .post(format!("{}/api/v1/planner/keywords/import_csv/", caller.base))
        .bearer_auth(&caller.token)
        .multipart(form)
        .send()
        .await
        .unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn imported(caller: &Caller, id: i64) -> serde_json::Value {
    for _ in 0..600 {
        let state = caller.get(&format!("/api/v1/planner/keywords/imports/{id}/")).await["data"].clone();
        if matches!(state["status"].as_str(), Some("completed" | "failed" | "cancelled")) {
            return state;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the import did not end");
}

#[tokio::test]
async fn a_keyword_planner_export_in_utf_16_is_imported() {
    let server = Server::start().await;
    let caller = Caller::sign_up(&server.base, "ann@example.com").await;
    let (_, sector) = caller.make_site().await;
    let text = "Keyword Stats 2026-06-09 at 21_25_18\n\"May 1, 2025 - April 30, 2026\"\nKeyword\tCurrency\tAvg. monthly searches\tCompetition\nespresso machine\tUSD\t1K – 10K\tHigh\nmoka pot\tUSD\t500\tLow\n";
    let mut bytes = vec![0xFF, 0xFE];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let (status, body) = import(&caller, sector, "Keyword Stats.csv", bytes).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let state = imported(&caller, body["data"]["id"].as_i64().unwrap()).await;
    assert_eq!(
        (state["status"].as_str(), state["added"].as_i64()),
        (Some("completed"), Some(2)),
        "{state}"
    );
    let list = caller
        .get(&format!("/api/v1/planner/keywords/?sector_id={sector}&search=espresso"))
        .await;
    assert_eq!(list["count"], 1);
    let row = &list["results"][0];
    assert_eq!(
        (row["volume_low"].as_i64(), row["volume_high"].as_i64()),
        (Some(1_000), Some(10_000)),
        "{row}"
    );
    assert_eq!(row["volume_estimated"], true);
    assert!(
        row["difficulty"].is_null(),
        "competition is not keyword difficulty: {row}"
    );
}

#[tokio::test]
async fn files_that_are_no_keyword_lists_are_refused_with_the_reason() {
    let server = Server::start().await;
    let caller = Caller::sign_up(&server.base, "ann@example.com").await;
    let (_, sector) = caller.make_site().await;
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    for (name, bytes) in [
        ("cat.png", png),
        ("empty.csv", Vec::new()),
        (
            "pages.csv",
            b"Top pages,Clicks,Impressions,CTR,Position\nhttps://a.example/,1,2,3%,4\n".to_vec(),
        ),
    ] {
        let (status, body) = import(&caller, sector, name, bytes).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {body}");
        assert_eq!(body["errors"][0]["field"], "file", "{name}: {body}");
    }
    assert_eq!(caller.get("/api/v1/planner/keywords/").await["count"], 0);
}

#[tokio::test]
async fn a_field_beside_the_file_has_its_bound() {
    let server = Server::start().await;
    let caller = Caller::sign_up(&server.base, "ann@example.com").await;
    let form = multipart::Form::new().text("mapping", "x".repeat(64 * 1024 + 1));
    let answer = caller
        .client
        .post(format!("{}/api/v1/planner/keywords/import_csv/", caller.base))
        .bearer_auth(&caller.token)
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn lists_filter_order_and_page() {
    let server = Server::start().await;
    let caller = Caller::sign_up(&server.base, "ann@example.com").await;
    let (_, sector) = caller.make_site().await;
    let rows: String = (0..30)
        .map(|n| format!("keyword {n:02},{},{},informational\n", n * 10, n * 3))
        .collect();
    let (_, body) = import(
        &caller,
        sector,
        "k.csv",
        format!("keyword,volume,difficulty,intent\n{rows}").into_bytes(),
    )
    .await;
    imported(&caller, body["data"]["id"].as_i64().unwrap()).await;
    let page = caller
        .get("/api/v1/planner/keywords/?page_size=10&page=2&ordering=-volume&volume_min=50")
        .await;
    assert_eq!(page["count"], 25);
    assert_eq!(page["results"][0]["volume"], 190);
    assert!(page["next"].as_str().unwrap().contains("page=3"));
    assert!(page["previous"].as_str().unwrap().contains("volume_min=50"));
    let (status, body) = caller
        .call(Method::GET, "/api/v1/planner/keywords/?ordering=password", None)
        .await;
    assert_eq!(
        (status, body["errors"][0]["field"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("ordering"))
    );
    let (status, csv) = caller
        .call(Method::GET, "/api/v1/planner/keywords/export_csv/?volume_min=50", None)
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(csv.as_str().unwrap().lines().count(), 26);
}

#[tokio::test]
async fn exported_formulas_stay_text() {
    let server = Server::start().await;
    let caller = Caller::sign_up(&server.base, "ann@example.com").await;
    let (_, sector) = caller.make_site().await;
    caller
        .post(
            "/api/v1/planner/keywords/",
            json!({"sector_id": sector, "keyword": "=cmd|' /C calc'!A0"}),
        )
        .await;
    let (_, csv) = caller
        .call(Method::GET, "/api/v1/planner/keywords/export_csv/", None)
        .await;
    let row = csv.as_str().unwrap().lines().nth(1).unwrap().to_owned();
    assert!(!row.starts_with('=') && !row.starts_with("\"="), "{row}");
}

#[tokio::test]
async fn figures_are_cleared_by_null_and_filters_must_be_spelled_right() {
    let server = Server::start().await;
    let caller = Caller::sign_up(&server.base, "ann@example.com").await;
    let (site, sector) = caller.make_site().await;
    let added = caller
        .post(
            "/api/v1/planner/keywords/bulk_create/",
            json!({"sector_id": sector, "keywords": ["moka pot", "drip tray", "Moka Pot"]}),
        )
        .await;
    assert_eq!(
        (&added["data"]["added"], &added["data"]["skipped"]),
        (&json!(2), &json!(1))
    );
    let list = caller.get("/api/v1/planner/keywords/?search=moka").await;
    let path = format!("/api/v1/planner/keywords/{}/", list["results"][0]["id"]);
    for (patch, volume, difficulty) in [
        (json!({"volume": 70, "difficulty": 5}), json!(70), json!(5)),
        (json!({"volume": null}), json!(null), json!(5)),
        (json!({}), json!(null), json!(5)),
    ] {
        let (status, body) = caller.call(Method::PUT, &path, Some(patch)).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        assert_eq!(
            (&body["data"]["volume"], &body["data"]["difficulty"]),
            (&volume, &difficulty)
        );
    }
    let stale = json!({"volume": 1, "seen": "2020-01-01T00:00:00Z"});
    let (status, body) = caller.call(Method::PUT, &path, Some(stale)).await;
    assert_eq!(
        (status, &body["code"]),
        (StatusCode::PRECONDITION_FAILED, &json!("precondition_failed"))
    );
    // One letter too many would mean everything.
    for wrong in [
        json!({"filter": {"sites_id": site}}),
        json!({"ids": [1], "filter": {}}),
        json!({}),
    ] {
        let (status, body) = caller
            .call(Method::POST, "/api/v1/planner/keywords/bulk_delete/", Some(wrong))
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
    let changed = caller
        .post(
            "/api/v1/planner/keywords/bulk_update_status/",
            json!({"filter": {"site_id": site}, "search": "moka", "status": "archived"}),
        )
        .await;
    assert_eq!(changed["data"]["count"], 1);
    let gone = caller
        .post(
            "/api/v1/planner/keywords/bulk_delete/",
            json!({"filter": {"site_id": site, "status": "active"}}),
        )
        .await;
    assert_eq!(gone["data"]["count"], 1);
    assert_eq!(caller.get("/api/v1/planner/keywords/").await["count"], 1);
}
