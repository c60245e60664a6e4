//! What people have decided about keywords since a file brought or changed them is not undone with the file.

use std::sync::{Arc, Mutex};

use domain::{
    jobs::{Job, worker::Worker, worker::run_job},
    planner::{import, keywords, keywords::bulk},
};
use entity::{
    idea,
    keyword::{Filter, Intent, KeywordStatus, Patch, Selection},
    keyword_change,
    keyword_import::{self, ImportMode, ImportReport, ImportStatus},
};
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait};

use crate::support::{Ground, Tenant};

async fn undo(ground: &Ground, tenant: &Tenant, report: &ImportReport) -> keyword_import::Model {
    let (app, scope) = (&ground.app, &tenant.scope);
    import::undo(app, scope, report.import.id).await.expect("asks");
    run_job(&ground.worker(), Job::Import(report.import.id)).await;
    import::find(app, scope, report.import.id).await.expect("an import")
}

fn all(filter: Filter) -> Selection {
    Selection::All {
        filter,
        search: None,
        except: Vec::new(),
    }
}

fn to(intent: Intent) -> Patch {
    Patch {
        intent: Some(intent),
        ..Patch::default()
    }
}

#[tokio::test]
async fn what_was_chosen_for_many_at_once_stays() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let file = "keyword,volume,intent\nby id,1,informational\nby filter,200,informational\nconfirmed,3,\n\
         as it was,4,commercial\nthere and back,5,commercial\nuntouched,6,informational\n";
    let report = ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    let rows = ground.keywords(&tenant).await;
    let ids = |key: &str| Selection::from(vec![rows[key].id]);
    let intent = async |selection: Selection, intent| bulk::set_intent(app, scope, &selection, intent).await;
    intent(ids("by id"), Intent::Transactional).await.expect("changes");
    let loud = Filter {
        volume_min: Some(100),
        ..Default::default()
    };
    intent(all(loud), Intent::Transactional).await.expect("changes");
    assert!(rows["confirmed"].intent_guessed);
    intent(ids("confirmed"), rows["confirmed"].intent)
        .await
        .expect("changes");
    // Said again what the file says: nobody has changed anything.
    intent(ids("as it was"), Intent::Commercial).await.expect("changes");
    bulk::set_status(app, scope, &ids("as it was"), KeywordStatus::Active)
        .await
        .expect("changes");
    for status in [KeywordStatus::Archived, KeywordStatus::Active] {
        bulk::set_status(app, scope, &ids("there and back"), status)
            .await
            .expect("changes");
    }
    let told = keywords::sources(app, scope, rows["by id"].id).await.expect("sources");
    let of = |value: &str| {
        told.iter()
            .find(|source| source.value.as_str() == value)
            .expect("a source")
    };
    assert_eq!(
        (of("intent").text.as_str(), of("intent").import_id, of("intent").line),
        ("Transactional", None, None)
    );
    assert!(of("intent").at > of("volume").at);
    assert_eq!(
        of("volume").import_id,
        Some(report.import.id),
        "the volume is still the file's"
    );
    let told = keywords::sources(app, scope, rows["as it was"].id)
        .await
        .expect("sources");
    assert!(
        told.iter().all(|source| source.import_id == Some(report.import.id)),
        "{told:?}"
    );
    let undone = undo(&ground, &tenant, &report).await;
    assert_eq!(
        (undone.status, undone.removed, undone.kept),
        (ImportStatus::Undone, 2, 4)
    );
    let left = ground.keywords(&tenant).await;
    let keys: Vec<&str> = left.keys().map(String::as_str).collect();
    assert_eq!(keys, ["by filter", "by id", "confirmed", "there and back"]);
}

#[tokio::test]
async fn an_intent_that_people_settled_on_is_not_taken_back_to_an_older_one() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let first =
        "keyword,volume,intent\nsingly,10,informational\nin bulk,10,informational\nby the file,10,informational\n";
    ground
        .import(&tenant, "a.csv", first.as_bytes(), ImportMode::Skip)
        .await;
    let second = "keyword,volume,intent\nsingly,20,commercial\nin bulk,20,commercial\nby the file,20,commercial\n";
    let report = ground
        .import(&tenant, "b.csv", second.as_bytes(), ImportMode::Update)
        .await;
    let rows = ground.keywords(&tenant).await;
    // Away and back to what the file says: now it is a person who says so.
    for intent in [Intent::Navigational, Intent::Commercial] {
        keywords::update(app, scope, rows["singly"].id, to(intent))
            .await
            .expect("changes");
        bulk::set_intent(app, scope, &vec![rows["in bulk"].id].into(), intent)
            .await
            .expect("changes");
    }
    let undone = undo(&ground, &tenant, &report).await;
    assert_eq!((undone.status, undone.restored), (ImportStatus::Undone, 3));
    let left = ground.keywords(&tenant).await;
    let now: Vec<_> = ["by the file", "in bulk", "singly"]
        .into_iter()
        .map(|key| (left[key].intent, left[key].volume))
        .collect();
    assert_eq!(
        now,
        [
            (Intent::Informational, Some(10)),
            (Intent::Commercial, Some(10)),
            (Intent::Commercial, Some(10)),
        ]
    );
    // A later file is a later source again.
    let third = "keyword,intent\nin bulk,transactional\n";
    let third = ground
        .import(&tenant, "c.csv", third.as_bytes(), ImportMode::Update)
        .await;
    let told = keywords::sources(app, scope, rows["in bulk"].id)
        .await
        .expect("sources");
    let intent = told
        .iter()
        .find(|source| source.value.as_str() == "intent")
        .expect("a source");
    assert_eq!(intent.import_id, Some(third.import.id));
}

#[tokio::test]
async fn a_choice_for_many_takes_a_few_statements_and_no_line_for_each() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let mut file = "keyword\n".to_owned();
    for number in 0..12_000 {
        file.push_str(&format!("pot {number}\n"));
    }
    let report = ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    let mut app = ground.app.clone();
    let sent = Arc::new(Mutex::new(0));
    let sink = sent.clone();
    app.db
        .set_metric_callback(move |_| *sink.lock().expect("no panic before") += 1);
    let changed = bulk::set_intent(&app, &tenant.scope, &all(Filter::default()), Intent::Transactional)
        .await
        .expect("changes");
    assert_eq!(changed, 12_000);
    let sent = *sent.lock().expect("no panic before");
    assert!(sent < 40, "{sent} statements");
    let lines = keyword_change::Entity::find()
        .count(&ground.app.db)
        .await
        .expect("a count");
    assert_eq!(lines, 0);
    let undone = undo(&ground, &tenant, &report).await;
    assert_eq!((undone.removed, undone.kept), (0, 12_000));
    let left = ground.keywords(&tenant).await;
    assert_eq!(left.len(), 12_000);
    assert!(
        left.values()
            .all(|row| row.intent == Intent::Transactional && row.import_id.is_none())
    );
}

#[tokio::test]
async fn an_undo_reads_the_texts_of_a_site_once_and_a_page_at_a_time() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let mut file = "keyword\n".to_owned();
    for number in 0..2_600 {
        file.push_str(&format!("coffee {number}\n"));
    }
    let report = ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    let now = domain::now();
    // Three pages of ideas; each names one keyword of the file, and one that is not there.
    for part in (0..1_100).collect::<Vec<_>>().chunks(100) {
        let ideas = part.iter().map(|number| idea::ActiveModel {
            account_id: Set(tenant.scope.account),
            site_id: Set(tenant.site),
            sector_id: Set(tenant.sector),
            idea_title: Set(format!("Idea {number}")),
            description: Set(String::new()),
            target_keywords: Set(format!("Coffee  {}, nowhere {number}", number * 2)),
            created_at: Set(now),
            updated_at: Set(now),
            content_type: Set("post".to_owned()),
            content_structure: Set("guide".to_owned()),
            estimated_word_count: Set(1_000),
            status: Set(idea::IdeaStatus::New),
            ..Default::default()
        });
        idea::Entity::insert_many(ideas)
            .exec_without_returning(&ground.app.db)
            .await
            .expect("ideas");
    }
    import::undo(&ground.app, &tenant.scope, report.import.id)
        .await
        .expect("asks");
    let mut app = ground.app.clone();
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = seen.clone();
    app.db
        .set_metric_callback(move |info| sink.lock().expect("no panic before").push(info.statement.sql.clone()));
    run_job(&Worker::new(app), Job::Import(report.import.id)).await;
    let done = import::find(&ground.app, &tenant.scope, report.import.id)
        .await
        .expect("an import");
    assert_eq!(
        (done.status, done.removed, done.kept),
        (ImportStatus::Undone, 1_500, 1_100)
    );
    let left = ground.keywords(&tenant).await;
    assert!(left.contains_key("coffee 2198") && !left.contains_key("coffee 2199"));
    let texts: Vec<String> = seen
        .lock()
        .expect("no panic before")
        .iter()
        .filter(|sql| sql.contains("FROM \"ideas\""))
        .cloned()
        .collect();
    assert!(texts.iter().all(|sql| sql.contains("LIMIT")), "{texts:?}");
    // Each page, then whether more have come: at its end and before each piece of the keywords.
    assert!(texts.len() < 15, "{} statements", texts.len());
}
