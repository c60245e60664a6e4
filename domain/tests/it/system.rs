//! The provider's settings and the overview.

use domain::{
    Error,
    ai::{model_prices, providers::Usage, settings},
    publisher, system,
};
use entity::{
    ai_choice,
    ai_task::{AiFunction, Start},
    integration, model_price,
    provider_setting::{self, Input, Provider},
};
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::support::{Answer, FakeWordPress, Ground, Model, ORIGIN, fields, page};

const KEY: &str = "sk-live-abcdef123456WXYZ";

fn input(base_url: &str, key: &str) -> Input {
    Input {
        provider: Provider::OpenaiCompatible,
        base_url: base_url.to_owned(),
        model: " small ".to_owned(),
        image_model: String::new(),
        api_key: key.to_owned(),
    }
}

#[tokio::test]
async fn a_key_is_sealed_masked_and_never_told() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    assert!(settings::connections(app, scope).await.expect("connections").is_empty());
    let saved = settings::save_connection(app, scope, input("https://api.example.com/v1/", KEY))
        .await
        .expect("saves");
    assert_eq!(
        (saved.base_url.as_str(), saved.model.as_str(), saved.key_hint.as_str()),
        ("https://api.example.com/v1", "small", "…WXYZ")
    );
    let wire = serde_json::to_string(&saved).expect("JSON");
    assert!(
        !wire.contains(&saved.secret) && !wire.contains("secret") && !wire.contains(KEY),
        "{wire}"
    );
    let row = provider_setting::Entity::find()
        .one(&app.db)
        .await
        .expect("a query")
        .expect("a row");
    assert!(
        row.secret.len() > 40 && !row.secret.contains("abcdef"),
        "{}",
        row.secret
    );
    // An empty key keeps the stored one, at the same address only.
    let kept = settings::save_connection(app, scope, input("https://api.example.com/v1", ""))
        .await
        .expect("saves");
    assert_eq!((&kept.secret, &kept.key_hint), (&saved.secret, &saved.key_hint));
    let moved = settings::save_connection(app, scope, input("https://elsewhere.example/v1", " "))
        .await
        .expect("saves");
    assert_eq!((moved.secret.as_str(), moved.key_hint.as_str()), ("", ""));
    assert_eq!(
        provider_setting::Entity::find().count(&app.db).await.expect("counts"),
        1
    );
}

#[tokio::test]
async fn a_key_does_not_follow_to_another_server_by_a_detour() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    settings::save_connection(app, scope, input("https://api.example.com/v1", KEY))
        .await
        .expect("saves");
    let there = settings::save_connection(app, scope, input("https://evil.example/v1", ""))
        .await
        .expect("saves");
    assert_eq!(there.secret, "");
}

#[tokio::test]
async fn settings_of_a_provider_are_checked() {
    let ground = Ground::with(|config| config.security.allow_private_addresses = false).await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    for wrong in [
        "",
        "nonsense",
        "ftp://example.com",
        "http://127.0.0.1:11434/v1",
        "http://169.254.169.254/",
        "http://[::1]/",
    ] {
        let error = settings::save_connection(app, scope, input(wrong, KEY))
            .await
            .expect_err(wrong);
        assert_eq!(fields(&error), ["base_url"], "{wrong}");
    }
    let nameless = Input {
        model: " ".to_owned(),
        ..input("https://api.example.com", KEY)
    };
    assert_eq!(
        fields(
            &settings::save_connection(app, scope, nameless)
                .await
                .expect_err("a model")
        ),
        ["model"]
    );
    assert_eq!(
        provider_setting::Entity::find().count(&app.db).await.expect("counts"),
        0
    );
}

#[tokio::test]
async fn a_test_says_what_is_wrong() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    assert!(
        settings::test_connection(app, scope, Provider::Builtin)
            .await
            .expect("a result")
            .ok,
        "the built-in engine"
    );
    let refusing = Model::start(|_| Answer::Fault(401)).await;
    ground.use_model(&tenant, &refusing).await;
    let result = settings::test_connection(app, scope, Provider::OpenaiCompatible)
        .await
        .expect("a result");
    assert!(!result.ok && result.advice.is_some(), "{result:?}");
    assert!(!format!("{result:?}").contains("sk-secret"), "{result:?}");
    // A key sealed by another installation does not open here; the caller learns no more than that.
    let other = domain::App {
        secrets: std::sync::Arc::new(domain::secrets::Secrets::from_key(&[1; 32])),
        ..app.clone()
    };
    let result = settings::test_connection(&other, scope, Provider::OpenaiCompatible)
        .await
        .expect("a result");
    assert!(!result.ok && !result.message.contains("key"), "{result:?}");
}

#[tokio::test]
async fn the_overview_counts_along_the_pipeline() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let empty = system::overview(app, scope, tenant.site).await.expect("an overview");
    assert_eq!(empty, entity::overview::Overview::default());
    let file = "keyword,volume\nespresso machine,10\nbest espresso machine,20\ncheap espresso machine,5\nzebra,1\n";
    ground
        .import(
            &tenant,
            "a.csv",
            file.as_bytes(),
            entity::keyword_import::ImportMode::Skip,
        )
        .await;
    ground.run(&tenant, Start::auto_cluster(tenant.sector)).await;
    let article = ground.article(&tenant, "Espresso").await;
    ground.task(&tenant, "Open").await;
    ground
        .run(
            &tenant,
            Start::GenerateImagePrompts {
                content_ids: vec![article.id],
            },
        )
        .await;
    let images = domain::writer::content::get(app, scope, article.id)
        .await
        .expect("an article")
        .images;
    ground
        .run(
            &tenant,
            Start::GenerateImages {
                image_ids: vec![images[0].id],
            },
        )
        .await;
    let wordpress = FakeWordPress::start("good").await;
    let made = publisher::save_integration(
        app,
        scope,
        None,
        integration::New {
            site_id: tenant.site,
            base_url: wordpress.base.clone(),
            username: "ada".to_owned(),
            password: "good".to_owned(),
            ..Default::default()
        },
    )
    .await
    .expect("a connection");
    let counted = system::overview(app, scope, tenant.site).await.expect("an overview");
    assert_eq!(counted.integrations, 0, "not tested yet");
    assert!(
        publisher::test_integration(app, scope, made.id)
            .await
            .expect("a result")
            .ok
    );
    let counted = system::overview(app, scope, tenant.site).await.expect("an overview");
    assert_eq!(
        (counted.keywords, counted.keywords_clustered, counted.clusters),
        (4, 3, 1)
    );
    assert_eq!((counted.tasks, counted.tasks_open), (2, 1));
    assert_eq!(
        (counted.content, counted.content_unpublished, counted.published),
        (1, 1, 0)
    );
    assert_eq!(counted.images, 1);
    assert_eq!(counted.images_pending, i64::try_from(images.len()).expect("fits") - 1);
    assert_eq!(counted.integrations, 1);
    assert_eq!(counted.recent.len(), 4);
    assert!(counted.recent.is_sorted_by(|a, b| a.id > b.id));
    // Nobody else's is counted.
    let other = ground.tenant("bob@example.com").await;
    assert_eq!(
        system::overview(app, &other.scope, other.site)
            .await
            .expect("an overview"),
        empty
    );
    assert!(matches!(
        system::overview(app, &other.scope, tenant.site).await,
        Err(Error::NotFound(_))
    ));
}

fn choice(function: AiFunction, provider: Provider) -> ai_choice::Input {
    ai_choice::Input {
        function,
        provider,
        model: String::new(),
        temperature: None,
        max_tokens: None,
    }
}

fn connection(provider: Provider, model: &str, image_model: &str) -> Input {
    Input {
        provider,
        base_url: String::new(),
        model: model.to_owned(),
        image_model: image_model.to_owned(),
        api_key: KEY.to_owned(),
    }
}

#[tokio::test]
async fn a_function_goes_only_to_who_is_connected_and_able() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let refused = async |input: ai_choice::Input| {
        let function = input.function;
        let error = settings::save_choices(app, scope, vec![input])
            .await
            .expect_err("refused");
        assert_eq!(fields(&error), [function.as_str()], "{error}");
        error.to_string()
    };
    use AiFunction::{GenerateContent, GenerateIdeas, GenerateImages};
    assert_eq!(
        refused(choice(GenerateContent, Provider::Openai)).await,
        "Connect OpenAI first."
    );
    settings::save_connection(app, scope, connection(Provider::Anthropic, "claude-sonnet-4-5", ""))
        .await
        .expect("connects");
    settings::save_connection(app, scope, connection(Provider::Runware, "", "runware:97@1"))
        .await
        .expect("connects");
    settings::save_connection(app, scope, connection(Provider::Openai, "gpt-5", ""))
        .await
        .expect("connects");
    assert_eq!(
        refused(choice(GenerateImages, Provider::Anthropic)).await,
        "Anthropic cannot make pictures."
    );
    assert_eq!(
        refused(choice(GenerateContent, Provider::Runware)).await,
        "Runware cannot write."
    );
    assert_eq!(
        refused(choice(GenerateImages, Provider::Openai)).await,
        "Say which model makes the pictures."
    );
    for (temperature, max_tokens) in [
        (Some(201), None),
        (Some(-1), None),
        (None, Some(255)),
        (None, Some(128_001)),
    ] {
        refused(ai_choice::Input {
            temperature,
            max_tokens,
            ..choice(GenerateIdeas, Provider::Anthropic)
        })
        .await;
    }
    // All of the list or nothing.
    let mixed = vec![
        choice(GenerateIdeas, Provider::Anthropic),
        choice(GenerateContent, Provider::Runware),
    ];
    settings::save_choices(app, scope, mixed).await.expect_err("refused");
    let all = settings::choices(app, scope).await.expect("choices");
    assert_eq!(all.len(), AiFunction::ALL.len());
    assert!(all.iter().all(|choice| choice.provider == Provider::Builtin));
    let saved = settings::save_choices(
        app,
        scope,
        vec![
            choice(GenerateIdeas, Provider::Anthropic),
            choice(GenerateImages, Provider::Runware),
        ],
    )
    .await
    .expect("chooses");
    let chosen = |function| {
        let row = saved.iter().find(|row| row.function == function);
        row.expect("a row").provider
    };
    assert_eq!(chosen(GenerateIdeas), Provider::Anthropic);
    assert_eq!(chosen(GenerateImages), Provider::Runware);
    assert_eq!(chosen(GenerateContent), Provider::Builtin);
}

#[tokio::test]
async fn without_its_connection_a_function_is_the_built_in_engine_s_again() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let model = Model::writer().await;
    ground.use_model(&tenant, &model).await;
    let found = settings::find_connection(app, scope, Provider::OpenaiCompatible)
        .await
        .expect("is there");
    assert_eq!(found.key_hint, "…6789");
    settings::delete_connection(app, scope, Provider::OpenaiCompatible)
        .await
        .expect("removes");
    let choices = settings::choices(app, scope).await.expect("choices");
    assert!(choices.iter().all(|choice| choice.provider == Provider::Builtin));
    for gone in [
        settings::find_connection(app, scope, Provider::OpenaiCompatible)
            .await
            .map(|_| ()),
        settings::delete_connection(app, scope, Provider::OpenaiCompatible).await,
    ] {
        assert!(matches!(gone, Err(Error::NotFound(_))));
    }
    let article = ground.article(&tenant, "Espresso").await;
    assert!(!article.html_content.is_empty());
    assert_eq!(model.calls(), 0, "nobody is asked any more");
}

#[tokio::test]
async fn temperature_and_token_limit_reach_the_model() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let model = Model::writer().await;
    ground.use_model(&tenant, &model).await;
    ground.article(&tenant, "Espresso").await;
    let usual = model.bodies().pop().expect("a request");
    assert!(usual.get("temperature").is_none(), "{usual}");
    let input = ai_choice::Input {
        model: "large-model".to_owned(),
        temperature: Some(70),
        max_tokens: Some(4_321),
        ..choice(AiFunction::GenerateContent, Provider::OpenaiCompatible)
    };
    settings::save_choices(app, scope, vec![input]).await.expect("chooses");
    ground.article(&tenant, "Filter coffee").await;
    let sent = model.bodies().pop().expect("a request");
    assert_eq!(sent["model"], "large-model");
    let temperature = sent["temperature"].as_f64().expect("a temperature");
    assert!((temperature - 0.7).abs() < 1e-6, "{temperature}");
    let limit = sent
        .get("max_tokens")
        .or(sent.get("max_completion_tokens"))
        .expect("a limit");
    assert_eq!(limit, 4_321);
}

#[tokio::test]
async fn prices_of_models_are_set_by_operators_and_stay_as_history() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let price = |model: &str, tokens_in_micros: i64| model_price::Input {
        provider: Provider::Anthropic,
        model: model.to_owned(),
        tokens_in_micros,
        tokens_out_micros: 0,
        image_micros: 0,
    };
    let search = entity::ListQuery {
        search: Some("Walrus".to_owned()),
        ..page(50)
    };
    assert!(matches!(
        model_prices::save(app, &tenant.scope, price("walrus-1", 1)).await,
        Err(Error::Forbidden(_))
    ));
    assert!(matches!(
        model_prices::list(app, &tenant.scope, &search).await,
        Err(Error::Forbidden(_))
    ));
    domain::accounts::operator::appoint(app, "ann@example.com", false)
        .await
        .expect("appoints");
    let boss = domain::accounts::scope_of(app, tenant.user.id, &ORIGIN)
        .await
        .expect("a scope");
    for (input, field) in [
        (price(" ", 1), "model"),
        (price("walrus-1", -1), "tokens_in_micros"),
        (
            model_price::Input {
                provider: Provider::Builtin,
                ..price("walrus-1", 1)
            },
            "provider",
        ),
    ] {
        let error = model_prices::save(app, &boss, input).await.expect_err(field);
        assert_eq!(fields(&error), [field]);
    }
    model_prices::save(app, &boss, price("walrus-1", 2_000_000))
        .await
        .expect("sets");
    model_prices::save(app, &boss, price("walrus-1", 3_000_000))
        .await
        .expect("sets");
    model_prices::save(app, &boss, price("walrus-1-mini", 1_000_000))
        .await
        .expect("sets");
    let found = model_prices::list(app, &boss, &search).await.expect("prices");
    let rows: Vec<_> = found
        .results
        .iter()
        .map(|row| (row.price.model.as_str(), row.price.tokens_in_micros, row.in_force))
        .collect();
    assert_eq!(
        rows,
        [
            ("walrus-1", 3_000_000, true),
            ("walrus-1", 2_000_000, false),
            ("walrus-1-mini", 1_000_000, true)
        ]
    );
    let used = Usage {
        tokens_in: 1_000_000,
        ..Usage::default()
    };
    let cost = async |model: &str, used: &Usage| {
        model_prices::cost(&app.db, Provider::Anthropic, model, used, 0)
            .await
            .expect("a look")
    };
    assert_eq!(cost("walrus-1-2026", &used).await, Some(3_000_000));
    assert_eq!(cost("walrus-1-mini", &used).await, Some(1_000_000));
    assert_eq!(cost("penguin", &used).await, None);
    let said = Usage {
        cost_usd_micros: Some(7),
        ..used
    };
    assert_eq!(cost("walrus-1", &said).await, Some(7), "the provider knows best");
}
