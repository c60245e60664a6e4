//! What AI functions are told: texts of prompts, authors, strategies.

use std::collections::BTreeMap;

use domain::{
    Error,
    ai::functions,
    sites,
    thinker::{authors, prompts, strategies},
    writer::tasks,
};
use entity::{
    AuthorProfileId, SectorId, TaskId,
    ai_prompt::{Input, PreviewRequest, PromptSource},
    ai_task::{AiFunction, Start},
    author_profile,
    sector::SectorPatch,
    strategy::{self, Section},
    task,
    user::Role,
};
use sea_orm::EntityTrait;
use serde_json::json;

use crate::support::{Answer, Ground, Model, Tenant, fields, new_site, page, written};

const CONTENT: AiFunction = AiFunction::GenerateContent;
const GERMAN: &str = "Wer zu Hause guten Kaffee machen will, sollte mit frischen Bohnen und sauberem Wasser beginnen. Die Mühle ist das, was man zuerst kaufen sollte, denn sie hat mehr mit dem Geschmack zu tun als die Maschine. Am besten mahlt man die Bohnen direkt vor dem Brühen und bewahrt sie nicht im Kühlschrank auf. ";

fn text(text: &str) -> Input {
    Input {
        prompt_value: text.to_owned(),
        version: None,
    }
}

fn plan_for(name: &str, sector: Option<SectorId>, prompt: Option<&str>) -> strategy::Input {
    strategy::Input {
        name: name.to_owned(),
        description: String::new(),
        sector_id: sector,
        prompt_types: prompt
            .map(|text| (CONTENT.to_string(), text.to_owned()))
            .into_iter()
            .collect(),
        section_logic: Vec::new(),
        is_active: true,
    }
}

fn author(name: &str, language: &str) -> author_profile::Input {
    author_profile::Input {
        name: name.to_owned(),
        description: "Roasts coffee since 1999".to_owned(),
        tone: "Warm and direct".to_owned(),
        language: language.to_owned(),
    }
}

async fn task_by(ground: &Ground, tenant: &Tenant, title: &str, author: Option<AuthorProfileId>) -> TaskId {
    let input = task::New {
        sector_id: tenant.sector,
        title: title.to_owned(),
        description: String::new(),
        cluster_id: None,
        content_structure: None,
        keywords: title.to_lowercase(),
        target_word_count: Some(600),
        author_profile_id: author,
    };
    tasks::create(&ground.app, &tenant.scope, input)
        .await
        .expect("a task")
        .id
}

/// What the model is asked for a new task of the tenant's sector; the preview must say the same before.
async fn asked(ground: &Ground, tenant: &Tenant, model: &Model) -> (String, PromptSource) {
    let task = ground.task(tenant, &format!("Brewing {}", model.calls())).await;
    let request = PreviewRequest {
        sector_id: tenant.sector,
        prompt_value: None,
    };
    let preview = prompts::preview(&ground.app, &tenant.scope, CONTENT, request)
        .await
        .expect("a preview");
    let done = ground
        .run(tenant, Start::GenerateContent { task_ids: vec![task] })
        .await;
    assert_eq!(done.items_done, 1, "{done:?}");
    let (question, rules) = (model.asked().pop(), model.rules().pop());
    assert_eq!(Some(&preview.user), question.as_ref());
    assert_eq!(Some(&preview.system), rules.as_ref());
    assert!(!preview.is_builtin);
    (preview.user, preview.in_force.source)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nearest_text_wins_and_the_preview_is_what_is_sent() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let model = Model::writer().await;
    ground.use_model(&tenant, &model).await;

    let (question, source) = asked(&ground, &tenant, &model).await;
    assert!(
        question.starts_with("Write the article \"Brewing 0\" for the site Coffee (section Home coffee)."),
        "{question}"
    );
    assert!(question.contains("- brewing 0 ("), "{question}");
    assert_eq!(source, PromptSource::Default);

    prompts::save(app, scope, CONTENT, text("Own \"{title}\" {keywords} {\"json\": {}}"))
        .await
        .expect("saves");
    let (question, source) = asked(&ground, &tenant, &model).await;
    assert!(question.starts_with("Own \"Brewing 1\" - brewing 1"), "{question}");
    assert!(question.ends_with("{\"json\": {}}"), "{question}");
    assert_eq!(source, PromptSource::Account);

    let general = strategies::create(app, scope, plan_for("All", None, Some("All \"{title}\" {keywords}")))
        .await
        .expect("makes");
    let (question, source) = asked(&ground, &tenant, &model).await;
    assert!(question.starts_with("All "), "{question}");
    assert_eq!(source, PromptSource::Strategy);

    let near = plan_for("Near", Some(tenant.sector), Some("Near \"{title}\" {keywords}"));
    let near = strategies::create(app, scope, near).await.expect("makes");
    assert!(asked(&ground, &tenant, &model).await.0.starts_with("Near "));
    let detail = prompts::get(app, scope, CONTENT).await.expect("reads");
    assert_eq!(detail.row.in_force.len(), 1);
    assert!(
        detail.row.in_force[0].why.contains("\"Near\""),
        "{:?}",
        detail.row.in_force
    );
    assert_eq!(detail.row.in_force[0].strategy_id, Some(near.id));
    // A strategy without a text for it leaves the next one in force.
    strategies::update(app, scope, near.id, plan_for("Near", Some(tenant.sector), None))
        .await
        .expect("changes");
    assert!(asked(&ground, &tenant, &model).await.0.starts_with("All "));
    strategies::set_active(app, scope, general.id, false)
        .await
        .expect("switches");
    assert!(asked(&ground, &tenant, &model).await.0.starts_with("Own "));
    prompts::reset(app, scope, CONTENT).await.expect("resets");
    assert_eq!(asked(&ground, &tenant, &model).await.1, PromptSource::Default);
    ground.assert_books().await;
}

#[tokio::test]
async fn each_save_is_a_version_that_can_be_put_back() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let function = AiFunction::GenerateIdeas;
    let fresh = prompts::get(app, scope, function).await.expect("reads");
    assert_eq!((fresh.row.version, fresh.row.is_own), (0, false));
    assert_eq!(fresh.prompt_value, fresh.default_value);
    // Going back to where one is makes no version.
    assert_eq!(
        prompts::reset(app, scope, function).await.expect("resets").row.version,
        0
    );
    let first = Input {
        prompt_value: " First {keywords}\r\nand more ".to_owned(),
        version: Some(0),
    };
    let saved = prompts::save(app, scope, function, first.clone()).await.expect("saves");
    assert_eq!(saved.prompt_value, "First {keywords}\nand more");
    assert_eq!(saved.row.version, 1);
    let late = prompts::save(
        app,
        scope,
        function,
        Input {
            prompt_value: "Late {keywords}".to_owned(),
            ..first.clone()
        },
    )
    .await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
    // The same again is no change.
    let again = Input { version: None, ..first };
    assert_eq!(
        prompts::save(app, scope, function, again)
            .await
            .expect("saves")
            .row
            .version,
        1
    );
    prompts::save(app, scope, function, text("Second {keywords}"))
        .await
        .expect("saves");
    let reset = prompts::reset(app, scope, function).await.expect("resets");
    assert_eq!((reset.row.version, reset.row.is_own), (3, false));
    assert_eq!(reset.prompt_value, reset.default_value);
    let restored = prompts::restore(app, scope, function, 1).await.expect("restores");
    assert_eq!((restored.row.version, restored.row.is_own), (4, true));
    assert_eq!(restored.prompt_value, "First {keywords}\nand more");
    let versions = prompts::versions(app, scope, function, &page(10))
        .await
        .expect("reads")
        .results;
    let numbers: Vec<i32> = versions.iter().map(|row| row.version).collect();
    assert_eq!(numbers, [4, 3, 2, 1]);
    assert_eq!(versions[1].prompt_value, None);
    let missing = prompts::restore(app, scope, function, 9).await;
    assert!(matches!(missing, Err(Error::NotFound(_))), "{missing:?}");
    // Another function has a history of its own.
    let other = prompts::get(app, scope, CONTENT).await.expect("reads");
    assert_eq!(other.row.version, 0);
    let unknown = prompts::named("no_such_function");
    assert!(matches!(unknown, Err(Error::NotFound(_))), "{unknown:?}");
}

#[tokio::test]
async fn what_a_person_writes_is_checked_by_field() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    for (wrong, told) in [
        ("  ", "Enter a text"),
        ("Write {titel} for {keywords}", "{titel} means nothing here"),
        ("Write about {keywords}", "{title} must be in the text"),
        (
            &format!("{{title}} {{keywords}} {}", "x".repeat(20_000)),
            "at most 20000",
        ),
    ] {
        let error = prompts::save(app, scope, CONTENT, text(wrong)).await.expect_err(wrong);
        assert_eq!(fields(&error), ["prompt_value"]);
        assert!(error.to_string().contains(told), "{error}");
        let error = strategies::create(app, scope, plan_for("S", None, Some(wrong)))
            .await
            .expect_err(wrong);
        assert_eq!(fields(&error), ["prompt_types.generate_content"]);
    }
    let mut wrong = plan_for(" ", None, None);
    wrong.prompt_types = BTreeMap::from([("poem".to_owned(), "x".to_owned())]);
    wrong.section_logic = vec![
        Section::default(),
        Section {
            heading: "x".to_owned(),
            purpose: String::new(),
            words: Some(5),
        },
    ];
    let error = strategies::create(app, scope, wrong).await.expect_err("faults");
    assert_eq!(
        fields(&error),
        ["name", "section_logic", "section_logic", "prompt_types.poem"]
    );
    authors::create(app, scope, author("Ada Brown", "de"))
        .await
        .expect("makes");
    let error = authors::create(app, scope, author("ADA brown ", "xx"))
        .await
        .expect_err("faults");
    assert_eq!(fields(&error), ["name", "language"]);
    // Every default passes its own check, and names only what its function fills in.
    for row in prompts::list(app, scope).await.expect("a list") {
        let template = functions::template(row.prompt_type).expect("a text");
        assert_eq!(template.check(template.text), Default::default(), "{}", row.label);
        assert_eq!(template.function, row.prompt_type);
    }
}

#[tokio::test]
async fn one_strategy_at_a_time_is_in_force() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let first = strategies::create(app, scope, plan_for("First", Some(tenant.sector), None))
        .await
        .expect("makes");
    // One for all sectors is another matter.
    strategies::create(app, scope, plan_for("General", None, None))
        .await
        .expect("makes");
    let mut second = plan_for("Second", Some(tenant.sector), None);
    let refused = strategies::create(app, scope, second.clone()).await;
    assert!(
        matches!(&refused, Err(Error::Conflict(why)) if why.contains("\"First\"")),
        "{refused:?}"
    );
    second.is_active = false;
    let second = strategies::create(app, scope, second).await.expect("makes");
    let refused = strategies::set_active(app, scope, second.id, true).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    strategies::set_active(app, scope, first.id, false)
        .await
        .expect("switches");
    let now = strategies::set_active(app, scope, second.id, true)
        .await
        .expect("switches");
    assert_eq!((now.is_active, now.sector_name.as_deref()), (true, Some("Home coffee")));
    // Those of sites that an editor may not see are hidden, those for all are not.
    let editor = ground.member(&tenant, Role::Editor, &[]).await;
    let seen = strategies::list(app, &editor, &page(10)).await.expect("a page");
    let names: Vec<&str> = seen.results.iter().map(|row| row.name.as_str()).collect();
    assert_eq!((names.as_slice(), seen.count), (["General"].as_slice(), 1));
    let hidden = strategies::get(app, &editor, second.id).await;
    assert!(matches!(hidden, Err(Error::NotFound(_))), "{hidden:?}");
    strategies::delete(app, scope, second.id).await.expect("deletes");
    assert_eq!(strategies::list(app, scope, &page(10)).await.expect("a page").count, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_author_of_the_task_comes_before_that_of_the_sector() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let model = Model::start(|question| {
        let mut article: serde_json::Value = serde_json::from_str(&written(question)).expect("JSON");
        if question.contains("Language: German.") {
            article["html"] = json!(format!("<h2>Kaffee</h2><p>{}</p>", GERMAN.repeat(2)));
        }
        Answer::Text(article.to_string())
    })
    .await;
    ground.use_model(&tenant, &model).await;
    let ada = authors::create(app, scope, author("Ada", "de"))
        .await
        .expect("makes")
        .id;
    let bob = authors::create(app, scope, author("Bob", "")).await.expect("makes").id;
    let patch = |author| SectorPatch {
        author_profile_id: Some(author),
        ..Default::default()
    };
    sites::update_sector(app, scope, tenant.sector, patch(ada))
        .await
        .expect("changes");

    let write = async |title: &str, author: Option<AuthorProfileId>| {
        let task = task_by(&ground, &tenant, title, author).await;
        let done = ground
            .run(&tenant, Start::GenerateContent { task_ids: vec![task] })
            .await;
        assert_eq!(done.items_done, 1, "{done:?}");
        (
            model.asked().pop().expect("a question"),
            model.rules().pop().expect("rules"),
        )
    };
    let (question, rules) = write("One", None).await;
    assert!(question.contains("Language: German."), "{question}");
    assert!(
        question.contains("Author: Ada. Roasts coffee since 1999. Tone: Warm and direct."),
        "{question}"
    );
    assert!(rules.contains("write in German"), "{rules}");
    let (question, _) = write("Two", Some(bob)).await;
    assert!(question.contains("Author: Bob."), "{question}");
    assert!(
        question.contains("Language: the language of the keywords, English where they leave it open."),
        "{question}"
    );
    // One that is gone counts as none: first the task's, then the sector's.
    let three = task_by(&ground, &tenant, "Three", Some(bob)).await;
    authors::delete(app, scope, bob).await.expect("deletes");
    let stored = tasks::get(app, scope, three).await.expect("a task");
    assert_eq!(stored.author_profile_id, None);
    assert!(write("Four", None).await.0.contains("Author: Ada."));
    authors::delete(app, scope, ada).await.expect("deletes");
    let sector = sites::sector(app, scope, tenant.sector).await.expect("a sector");
    assert_eq!(sector.author_profile_id, None);
    assert!(write("Five", None).await.0.contains("Author: nobody in particular"));
    // 0 clears it.
    let eve = authors::create(app, scope, author("Eve", "")).await.expect("makes").id;
    sites::update_sector(app, scope, tenant.sector, patch(eve))
        .await
        .expect("changes");
    let cleared = sites::update_sector(app, scope, tenant.sector, patch(AuthorProfileId(0))).await;
    assert_eq!(cleared.expect("changes").author_profile_id, None);
    let input = task::New {
        author_profile_id: Some(bob),
        ..task::New {
            sector_id: tenant.sector,
            title: "x".to_owned(),
            description: String::new(),
            cluster_id: None,
            content_structure: None,
            keywords: String::new(),
            target_word_count: None,
            author_profile_id: None,
        }
    };
    let refused = tasks::create(app, scope, input).await.expect_err("no such author");
    assert_eq!(fields(&refused), ["author_profile_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sections_reach_the_question_and_the_built_in_draft() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let mut input = plan_for("Guides", Some(tenant.sector), None);
    input.description = "Honest guides".to_owned();
    input.section_logic = vec![
        Section {
            heading: "In short".to_owned(),
            purpose: "Say who should read on".to_owned(),
            words: Some(120),
        },
        Section {
            heading: "What it costs".to_owned(),
            ..Default::default()
        },
    ];
    strategies::create(app, scope, input).await.expect("makes");
    let draft = ground.article(&tenant, "Moka pots").await;
    let headings: Vec<&str> = draft
        .html_content
        .split("<h2>")
        .skip(1)
        .filter_map(|rest| rest.split("</h2>").next())
        .collect();
    assert_eq!(headings, ["In short", "What it costs"], "{}", draft.html_content);
    let model = Model::writer().await;
    ground.use_model(&tenant, &model).await;
    let (question, _) = asked(&ground, &tenant, &model).await;
    assert!(
        question.contains("1. In short: Say who should read on (about 120 words)\n2. What it costs\n"),
        "{question}"
    );
    assert!(question.contains("Approach: Guides: Honest guides."), "{question}");
    // Another sector of the account has nothing of it.
    let second = sites::create(app, scope, new_site("Tea", &["Green tea"]))
        .await
        .expect("a site");
    let other = Tenant {
        user: tenant.user.clone(),
        scope: scope.clone(),
        site: second.site.id,
        sector: second.sectors[0].id,
    };
    let (question, _) = asked(&ground, &other, &model).await;
    assert!(!question.contains("In short"), "{question}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_each_function_and_tries_a_text() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let all: Vec<AiFunction> = prompts::list(app, scope)
        .await
        .expect("a list")
        .into_iter()
        .map(|row| row.prompt_type)
        .collect();
    let show = async |function: AiFunction, prompt_value: Option<&str>| {
        let request = PreviewRequest {
            sector_id: tenant.sector,
            prompt_value: prompt_value.map(str::to_owned),
        };
        prompts::preview(app, scope, function, request)
            .await
            .expect("a preview")
    };
    // Nothing is there yet, and the built-in engine does everything.
    for function in &all {
        let preview = show(*function, None).await;
        assert!(preview.about.is_none() && preview.is_builtin, "{function}: {preview:?}");
    }
    let file = "keyword,volume\nespresso machine,10\nbest espresso machine,20\ncheap espresso machine,5\n";
    let mode = entity::keyword_import::ImportMode::Skip;
    ground.import(&tenant, "a.csv", file.as_bytes(), mode).await;
    let start = Start::auto_cluster(tenant.sector);
    ground.run(&tenant, start).await;
    let article = ground.article(&tenant, "Espresso").await;
    let start = Start::GenerateImagePrompts {
        content_ids: vec![article.id],
    };
    ground.run(&tenant, start).await;
    for (function, holds) in [
        (AiFunction::AutoCluster, "best espresso machine"),
        (AiFunction::GenerateIdeas, "20 searches a month"),
        (CONTENT, "\"Espresso\""),
        (AiFunction::GenerateImagePrompts, "Article: Espresso"),
        (AiFunction::GenerateImages, "No text, letters or logos"),
    ] {
        let preview = show(function, None).await;
        assert!(preview.user.contains(holds), "{function}: {preview:?}");
        assert!(preview.about.is_some(), "{function}");
        // Nothing in braces is left of the default.
        let template = functions::template(function).expect("a text");
        for variable in template.variables {
            assert!(
                !preview.user.contains(&format!("{{{}}}", variable.name)),
                "{function}: {}",
                preview.user
            );
        }
        // Every variable that is promised has a value.
        let every: Vec<String> = template
            .variables
            .iter()
            .map(|variable| format!("{{{}}}", variable.name))
            .collect();
        let tried = show(function, Some(&every.join("|"))).await;
        assert!(
            every.iter().all(|name| !tried.user.contains(name.as_str())),
            "{function}: {}",
            tried.user
        );
    }
    // Trying changes nothing.
    assert_eq!(
        entity::ai_prompt::Entity::find()
            .all(&app.db)
            .await
            .expect("rows")
            .len(),
        0
    );
    let elsewhere = PreviewRequest {
        sector_id: SectorId(999_999),
        prompt_value: None,
    };
    let refused = prompts::preview(app, scope, CONTENT, elsewhere).await;
    assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_article_comes_out_usable() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let model = Model::start(|question| {
        let mut article: serde_json::Value = serde_json::from_str(&written(question)).expect("JSON");
        let html = article["html"].as_str().unwrap_or_default().to_owned();
        article["html"] = json!(format!(
            "<h1>Good Beans</h1><p>See <a href=\"https://made.up/a\">this</a> and <a href=\"/b\">that</a>.</p><img src=\"https://made.up/c.png\">{html}"
        ));
        Answer::Text(article.to_string())
    })
    .await;
    ground.use_model(&tenant, &model).await;
    let task = ground.task(&tenant, "Good beans").await;
    let done = ground
        .run(&tenant, Start::GenerateContent { task_ids: vec![task] })
        .await;
    assert_eq!(done.items_done, 1, "{done:?}");
    let summary = done.summary.as_deref().unwrap_or_default();
    assert!(
        summary.starts_with("1 article written. 2 links that the model made up were removed; 1 picture"),
        "{summary}"
    );
    let article = ground.article_of(task).await;
    let html = &article.html_content;
    for bad in ["<h1", "Good Beans</h2>", "<a ", "<img", "made.up"] {
        assert!(!html.contains(bad), "{bad} in {html}");
    }
    assert!(html.contains("See this and that."), "{html}");
    let result = ground.items(&done.task_id).await[0].result.clone().expect("a result");
    let result: serde_json::Value = serde_json::from_str(&result).expect("JSON");
    assert_eq!(
        result["notes"],
        json!([
            "2 links that the model made up were removed",
            "1 picture that the model made up was removed"
        ])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_article_in_another_language_is_asked_for_once_more() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    // Answers in English first; to "Stubborn" always.
    let model = Model::start(|question| {
        let mut article: serde_json::Value = serde_json::from_str(&written(question)).expect("JSON");
        if question.ends_with("Your last answer was in English. Write in German.") && !question.contains("Stubborn") {
            article["html"] = json!(format!("<h2>Kaffee</h2><p>{}</p>", GERMAN.repeat(2)));
        }
        Answer::Text(article.to_string())
    })
    .await;
    ground.use_model(&tenant, &model).await;
    let ada = authors::create(app, scope, author("Ada", "de"))
        .await
        .expect("makes")
        .id;
    let good = task_by(&ground, &tenant, "Willing", Some(ada)).await;
    let done = ground
        .run(&tenant, Start::GenerateContent { task_ids: vec![good] })
        .await;
    assert_eq!((done.items_done, model.calls()), (1, 2), "{done:?}");
    assert!(ground.article_of(good).await.html_content.contains("Kaffee"));
    let bad = task_by(&ground, &tenant, "Stubborn", Some(ada)).await;
    let before = ground.balance(scope).await;
    let done = ground
        .run(&tenant, Start::GenerateContent { task_ids: vec![bad] })
        .await;
    assert_eq!((done.items_failed, model.calls()), (1, 4), "{done:?}");
    let item = ground.items(&done.task_id).await.remove(0);
    assert_eq!(item.error_code.as_deref(), Some("bad_answer"));
    let why = item.error.expect("a reason");
    assert!(why.contains("is written in English instead of German"), "{why}");
    assert_eq!(ground.balance(scope).await, before);
    ground.assert_books().await;
}
