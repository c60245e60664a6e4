//! Pages and server functions as a browser without scripts sees them.

use reqwest::{Client, StatusCode, header};
use sea_orm::ConnectionTrait as _;

use crate::support::Server;

/// A browser says that it wants a page; only then does a redirect lead somewhere.
fn client() -> Client {
    domain::http::install_crypto();
    let accept = [(header::ACCEPT, header::HeaderValue::from_static("text/html"))]
        .into_iter()
        .collect();
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .default_headers(accept)
        .build()
        .unwrap()
}

/// Signs up through the page's own form; the client and the session's cookie.
async fn visitor(server: &Server) -> (Client, String) {
    let client = client();
    let page = client.get(format!("{}/signup", server.base)).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let html = page.text().await.unwrap();
    let action = html
        .split("action=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("the page has a form")
        .to_owned();
    let names: Vec<String> = html
        .split("name=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect();
    let fill = |wanted: &str| {
        names
            .iter()
            .find(|name| name.contains(wanted))
            .unwrap_or_else(|| panic!("no field {wanted} in {names:?}"))
            .clone()
    };
    let answer = client
        .post(format!("{}{action}", server.base))
        .header(header::ORIGIN, &server.base)
        .form(&[
            (fill("email"), "ann@example.com"),
            (fill("password"), "correct horse battery"),
            (fill("account_name"), "Crema"),
        ])
        .send()
        .await
        .unwrap();
    assert!(
        answer.status().is_redirection() || answer.status().is_success(),
        "{}",
        answer.status()
    );
    let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    (client, cookie.split(';').next().unwrap().to_owned())
}

#[tokio::test]
async fn who_is_not_signed_in_is_sent_to_the_sign_in_page() {
    let server = Server::start().await;
    for path in ["/", "/planner/keywords", "/writer/content", "/credits", "/settings"] {
        let answer = client().get(format!("{}{path}", server.base)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FOUND, "{path}");
        assert!(
            answer.headers()[header::LOCATION]
                .to_str()
                .unwrap()
                .starts_with("/signin"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn every_page_is_rendered_on_the_server_for_who_is_signed_in() {
    let server = Server::start().await;
    let (client, cookie) = visitor(&server).await;
    for path in [
        "/",
        "/planner/keywords",
        "/planner/keywords/import",
        "/planner/clusters",
        "/planner",
        "/planner/clusters/group",
        "/planner/ideas",
        "/planner/keyword-opportunities",
        "/planner/keyword-opportunities?view=library",
        "/planner/keyword-opportunities?view=collisions",
        "/writer/tasks",
        "/writer/content",
        "/writer/images",
        "/publish",
        "/credits",
        "/sites",
        "/settings",
    ] {
        let answer = client
            .get(format!("{}{path}", server.base))
            .header(header::COOKIE, &cookie)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let html = answer.text().await.unwrap();
        assert!(html.contains("<h1"), "{path} has no headline without scripts");
        assert!(html.contains("1,000"), "{path} does not show the credits");
    }
    let answer = client
        .get(format!("{}/no/such/page", server.base))
        .header(header::COOKIE, &cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_write_from_another_site_is_refused() {
    let server = Server::start().await;
    let (client, cookie) = visitor(&server).await;
    let answer = client
        .post(format!("{}/upload/imports/1?offset=0", server.base))
        .header(header::COOKIE, &cookie)
        .header(header::ORIGIN, "https://evil.example")
        .body("x")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn files_and_events_want_a_session() {
    let server = Server::start().await;
    for path in [
        "/files/images/1",
        "/events/tasks/x",
        "/events/imports/1",
        "/download/imports/1/rejects.csv",
    ] {
        let answer = client().get(format!("{}{path}", server.base)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn a_database_that_is_away_is_told_to_people_as_a_page_and_signs_nobody_out() {
    let server = Server::start().await;
    let (client, cookie) = visitor(&server).await;
    let rename = |from: &str, to: &str| format!("ALTER TABLE {from} RENAME TO {to}");
    let open = |accept: &'static str| {
        client
            .get(format!("{}/planner/keywords", server.base))
            .header(header::COOKIE, &cookie)
            .header(header::ACCEPT, accept)
            .send()
    };
    for table in ["sessions", "users"] {
        server
            .app
            .db
            .execute_unprepared(&rename(table, &format!("{table}_away")))
            .await
            .unwrap();
        let answer = open("text/html,*/*").await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let kind = answer.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        assert!(kind.starts_with("text/html"), "{kind}");
        let policy = answer.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(policy.contains("style-src"), "{policy}");
        let html = answer.text().await.unwrap();
        assert!(html.contains("try again") && !html.contains("sessions"), "{html}");
        let answer = open("application/json").await.unwrap();
        assert!(answer.status().is_server_error());
        assert!(!answer.text().await.unwrap().contains("<html"));
        server
            .app
            .db
            .execute_unprepared(&rename(&format!("{table}_away"), table))
            .await
            .unwrap();
    }
    // Still signed in when it is back.
    assert_eq!(open("text/html").await.unwrap().status(), StatusCode::OK);
}
