//! Who does which AI function for an account: its connections to providers, and a choice for each function.

use entity::{
    AccountId, ai_choice,
    ai_task::{self, AiFunction, Phase},
    audit_event::AuditAction,
    integration::TestResult,
    provider_setting::{self, Provider as Kind},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::OnConflict,
};

use super::{
    providers::{self, ImageAnswer, ImageRequest, Provider, TextAnswer, TextRequest},
    run,
};
use crate::{
    App, Error, Faults, Result, audit, db,
    scope::{Scope, Scoped},
};

/// Longest name of a model, in characters.
const MAX_MODEL: usize = 200;

/// What a provider's key is sealed for.
fn secret_context(account: AccountId, provider: Kind) -> String {
    match provider {
        // Sealed before an account could have several connections.
        Kind::OpenaiCompatible => format!("provider:{account}"),
        other => format!("provider:{account}:{other}"),
    }
}

/// The account's connections to providers, without their keys.
///
/// # Errors
/// [`Error::Forbidden`] for editors and viewers.
pub async fn connections(app: &App, scope: &Scope) -> Result<Vec<provider_setting::Model>> {
    scope.admin_even_if_read_only()?;
    Ok(provider_setting::Entity::find_in(scope)
        .order_by_asc(provider_setting::Column::Provider)
        .all(&app.db)
        .await?)
}

/// The connection to one provider, without its key.
///
/// # Errors
/// [`Error::NotFound`] when there is none, [`Error::Forbidden`] for editors and viewers.
pub async fn find_connection(app: &App, scope: &Scope, kind: Kind) -> Result<provider_setting::Model> {
    scope.admin_even_if_read_only()?;
    connection(&app.db, scope, kind)
        .await?
        .ok_or(Error::NotFound("The connection"))
}

async fn connection(db: &impl ConnectionTrait, scope: &Scope, kind: Kind) -> Result<Option<provider_setting::Model>> {
    Ok(provider_setting::Entity::find_in(scope)
        .filter(provider_setting::Column::Provider.eq(kind))
        .one(db)
        .await?)
}

/// Makes or changes the connection to a provider. An empty key keeps the stored one, unless the address changes: a
/// stored key is never sent to a server that it was not given for.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::Forbidden`] for editors and viewers.
pub async fn save_connection(
    app: &App,
    scope: &Scope,
    input: provider_setting::Input,
) -> Result<provider_setting::Model> {
    scope.admin()?;
    let known = connection(&app.db, scope, input.provider).await?;
    let base_url = input.base_url.trim().trim_end_matches('/').to_owned();
    let key = input.api_key.trim().to_owned();
    let (model, image_model) = (input.model.trim().to_owned(), input.image_model.trim().to_owned());
    let kept = known.filter(|known| known.base_url == base_url);
    let url = url::Url::parse(&base_url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let mut faults = Faults::new();
    faults
        .check(
            input.provider != Kind::Builtin,
            "provider",
            "The built-in engine needs no connection.",
        )
        .check(
            url.is_some() || (base_url.is_empty() && input.provider.home().is_some()),
            "base_url",
            "Enter the address of the interface, such as https://api.openai.com/v1.",
        )
        .check(
            !key.is_empty() || kept.is_some() || input.provider == Kind::OpenaiCompatible,
            "api_key",
            "Paste the key that the provider gave you.",
        )
        .check(
            !input.provider.writes() || !model.is_empty(),
            "model",
            "Enter the name of the text model.",
        )
        .check(
            input.provider != Kind::Runware || !image_model.is_empty(),
            "image_model",
            "Enter the name of the model, such as runware:97@1.",
        )
        .check(
            model.chars().count() <= MAX_MODEL,
            "model",
            format!("Use at most {MAX_MODEL} characters."),
        )
        .check(
            image_model.chars().count() <= MAX_MODEL,
            "image_model",
            format!("Use at most {MAX_MODEL} characters."),
        );
    faults.finish()?;
    if let Some(url) = &url {
        app.http
            .check_url(url)
            .map_err(|fault| Error::field("base_url", fault.public_message()))?;
    }
    let (secret, hint) = if key.is_empty() {
        kept.map(|kept| (kept.secret, kept.key_hint)).unwrap_or_default()
    } else {
        let characters = key.chars().count();
        let last: String = key.chars().skip(characters.saturating_sub(4)).collect();
        (
            app.secrets.seal(&secret_context(scope.account, input.provider), &key)?,
            format!("…{last}"),
        )
    };
    use provider_setting::Column as C;
    let txn = db::begin_write(&app.db).await?;
    provider_setting::Entity::insert(provider_setting::ActiveModel {
        account_id: Set(scope.account),
        provider: Set(input.provider),
        base_url: Set(base_url),
        model: Set(model.clone()),
        image_model: Set(image_model.clone()),
        secret: Set(secret),
        key_hint: Set(hint),
        updated_at: Set(crate::now()),
        ..Default::default()
    })
    .on_conflict(
        OnConflict::columns([C::AccountId, C::Provider])
            .update_columns([C::BaseUrl, C::Model, C::ImageModel, C::Secret, C::KeyHint, C::UpdatedAt])
            .to_owned(),
    )
    .exec_without_returning(&txn)
    .await?;
    let models: Vec<&str> = [model.as_str(), image_model.as_str()]
        .into_iter()
        .filter(|model| !model.is_empty())
        .collect();
    let detail = format!("{}: {}", input.provider.label(), models.join(", "));
    audit::record(
        &txn,
        scope,
        AuditAction::ProviderChanged,
        "provider_setting",
        None,
        detail,
    )
    .await?;
    txn.commit().await?;
    connection(&app.db, scope, input.provider)
        .await?
        .ok_or(Error::NotFound("The connection"))
}

/// Forgets a connection and its key. Functions that used it go back to the built-in engine.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for editors and viewers.
pub async fn delete_connection(app: &App, scope: &Scope, kind: Kind) -> Result<()> {
    scope.admin()?;
    let txn = db::begin_write(&app.db).await?;
    let gone = provider_setting::Entity::delete_in(scope)
        .filter(provider_setting::Column::Provider.eq(kind))
        .exec(&txn)
        .await?;
    if gone.rows_affected == 0 {
        return Err(Error::NotFound("The connection"));
    }
    ai_choice::Entity::delete_in(scope)
        .filter(ai_choice::Column::Provider.eq(kind))
        .exec(&txn)
        .await?;
    let detail = format!("{} removed", kind.label());
    audit::record(
        &txn,
        scope,
        AuditAction::ProviderChanged,
        "provider_setting",
        None,
        detail,
    )
    .await?;
    txn.commit().await?;
    Ok(())
}

/// Asks a provider for a sign of life; says what is wrong when there is none.
///
/// # Errors
/// [`Error::NotFound`] without a connection, [`Error::Forbidden`]; faults of the other side are in the result.
pub async fn test_connection(app: &App, scope: &Scope, kind: Kind) -> Result<TestResult> {
    scope.admin()?;
    let outcome = if kind == Kind::Builtin {
        Ok("The built-in engine is ready. It works offline and needs no key.".to_owned())
    } else {
        let found = connection(&app.db, scope, kind)
            .await?
            .ok_or(Error::NotFound("The connection"))?;
        match open(app, &found, "", "") {
            Ok(provider) => provider.test().await,
            Err(error) => Err(error),
        }
    };
    Ok(match outcome {
        Ok(message) => TestResult {
            ok: true,
            message,
            advice: None,
        },
        Err(error) => {
            let advice = match error.code() {
                "auth" => Some("Make a new key at the provider and paste it here."),
                "model" => Some("Check the name of the model in the provider's list."),
                "quota" => Some("Top up or raise the limit at the provider."),
                "network" | "timeout" => Some("Check the address, and that the server runs."),
                "rate_limited" | "server_error" => Some("Try again in a minute."),
                "bad_answer" => Some("Choose another model: this one does not answer as it was asked."),
                "private_address" => {
                    Some("The operator of this installation can allow addresses of the local network in its settings.")
                }
                _ => None,
            };
            TestResult {
                ok: false,
                message: error.public_message(),
                advice: advice.map(str::to_owned),
            }
        }
    })
}

/// Who does each function: one row for each, the built-in engine where nothing was chosen.
///
/// # Errors
/// [`Error::Forbidden`] for editors and viewers.
pub async fn choices(app: &App, scope: &Scope) -> Result<Vec<ai_choice::Model>> {
    scope.admin_even_if_read_only()?;
    let mut stored = ai_choice::Entity::find_in(scope).all(&app.db).await?;
    let now = crate::now();
    Ok(AiFunction::ALL
        .iter()
        .map(|function| {
            let known = stored.iter().position(|row| row.function == *function);
            known.map(|at| stored.swap_remove(at)).unwrap_or(ai_choice::Model {
                id: entity::AiChoiceId(0),
                account_id: scope.account,
                function: *function,
                provider: Kind::Builtin,
                model: String::new(),
                temperature: None,
                max_tokens: None,
                updated_at: now,
            })
        })
        .collect())
}

/// Chooses who does some functions; all of the list or nothing.
///
/// # Errors
/// [`Error::Invalid`] by field, whose name is the function's; [`Error::Forbidden`] for editors and viewers.
pub async fn save_choices(app: &App, scope: &Scope, inputs: Vec<ai_choice::Input>) -> Result<Vec<ai_choice::Model>> {
    scope.admin()?;
    use ai_choice::Column as C;
    let txn = db::begin_write(&app.db).await?;
    let mut faults = Faults::new();
    for input in &inputs {
        let field = input.function.as_str();
        let pictures = input.function == AiFunction::GenerateImages;
        let able = if pictures {
            input.provider.draws()
        } else {
            input.provider.writes()
        };
        let stored = match input.provider {
            Kind::Builtin => None,
            kind => connection(&txn, scope, kind).await?,
        };
        faults
            .check(
                able,
                field,
                format!(
                    "{} cannot {}.",
                    input.provider.label(),
                    if pictures { "make pictures" } else { "write" }
                ),
            )
            .check(
                input.provider == Kind::Builtin || stored.is_some(),
                field,
                format!("Connect {} first.", input.provider.label()),
            )
            .check(
                !pictures
                    || !able
                    || !input.model.trim().is_empty()
                    || stored.as_ref().is_none_or(|stored| !stored.image_model.is_empty()),
                field,
                "Say which model makes the pictures.",
            )
            .check(
                input.model.chars().count() <= MAX_MODEL,
                field,
                format!("Use at most {MAX_MODEL} characters for the model."),
            )
            .check(
                input
                    .temperature
                    .is_none_or(|temperature| (0..=200).contains(&temperature)),
                field,
                "The temperature goes from 0 to 2.",
            )
            .check(
                input.max_tokens.is_none_or(|tokens| (256..=128_000).contains(&tokens)),
                field,
                "The token limit goes from 256 to 128,000.",
            );
    }
    faults.finish()?;
    for input in inputs {
        ai_choice::Entity::insert(ai_choice::ActiveModel {
            account_id: Set(scope.account),
            function: Set(input.function),
            provider: Set(input.provider),
            model: Set(input.model.trim().to_owned()),
            temperature: Set(input.temperature),
            max_tokens: Set(input.max_tokens),
            updated_at: Set(crate::now()),
            ..Default::default()
        })
        .on_conflict(
            OnConflict::columns([C::AccountId, C::Function])
                .update_columns([C::Provider, C::Model, C::Temperature, C::MaxTokens, C::UpdatedAt])
                .to_owned(),
        )
        .exec_without_returning(&txn)
        .await?;
        audit::record(
            &txn,
            scope,
            AuditAction::ProviderChanged,
            "ai_choice",
            None,
            format!("{}: {}", input.function.label(), input.provider.label()),
        )
        .await?;
    }
    txn.commit().await?;
    choices(app, scope).await
}

/// A provider with what the account chose for one function.
pub struct Chosen {
    provider: Box<dyn Provider>,
    temperature: Option<f32>,
    max_tokens: Option<u32>,
    /// The task whose phase moves on with the answer.
    task: Option<(App, ai_task::Model)>,
}

impl Chosen {
    /// Tells a task when its answer has come.
    pub(super) fn telling(mut self, app: &App, task: &ai_task::Model) -> Self {
        self.task = Some((app.clone(), task.clone()));
        self
    }
}

#[async_trait::async_trait]
impl Provider for Chosen {
    fn kind(&self) -> Kind {
        self.provider.kind()
    }

    fn name(&self) -> String {
        self.provider.name()
    }

    async fn text(&self, request: &TextRequest) -> Result<TextAnswer> {
        let mut request = request.clone();
        request.temperature = self.temperature.or(request.temperature);
        request.max_tokens = self.max_tokens.unwrap_or(request.max_tokens);
        let answer = self.provider.text(&request).await?;
        if let Some((app, task)) = &self.task {
            run::set_phase(app, task, Phase::Parse).await?;
        }
        Ok(answer)
    }

    async fn image(&self, request: &ImageRequest) -> Result<ImageAnswer> {
        self.provider.image(request).await
    }

    async fn test(&self) -> Result<String> {
        self.provider.test().await
    }
}

/// Who does `function` for the account, none for the built-in engine.
///
/// # Errors
/// When the stored key does not open or the address is refused.
pub(crate) async fn chosen(app: &App, scope: &Scope, function: AiFunction) -> Result<Option<Chosen>> {
    let Some(choice) = ai_choice::Entity::find_in(scope)
        .filter(ai_choice::Column::Function.eq(function))
        .one(&app.db)
        .await?
        .filter(|choice| choice.provider != Kind::Builtin)
    else {
        return Ok(None);
    };
    let Some(found) = connection(&app.db, scope, choice.provider).await? else {
        return Ok(None);
    };
    Ok(Some(Chosen {
        provider: open(app, &found, &choice.model, &choice.model)?,
        temperature: choice.temperature.map(|hundredths| hundredths as f32 / 100.0),
        max_tokens: choice.max_tokens.and_then(|tokens| u32::try_from(tokens).ok()),
        task: None,
    }))
}

/// The functions that a provider is asked for; the built-in engine does the others.
///
/// # Errors
/// When the database fails.
pub(crate) async fn asked(db: &impl ConnectionTrait, scope: &Scope) -> Result<Vec<AiFunction>> {
    let connected: Vec<Kind> = provider_setting::Entity::find_in(scope)
        .all(db)
        .await?
        .into_iter()
        .map(|connection| connection.provider)
        .collect();
    let choices = ai_choice::Entity::find_in(scope).all(db).await?;
    Ok(choices
        .into_iter()
        .filter(|choice| choice.provider != Kind::Builtin && connected.contains(&choice.provider))
        .map(|choice| choice.function)
        .collect())
}

/// A provider of the account, asked with one model for all.
///
/// # Errors
/// [`Error::Invalid`] without a connection; as [`chosen`].
pub(crate) async fn provider_of(app: &App, scope: &Scope, kind: Kind, model: &str) -> Result<Box<dyn Provider>> {
    let found = connection(&app.db, scope, kind)
        .await?
        .ok_or_else(|| Error::field("provider", format!("Connect {} in the settings first.", kind.label())))?;
    open(app, &found, model, model)
}

fn open(app: &App, to: &provider_setting::Model, model: &str, image_model: &str) -> Result<Box<dyn Provider>> {
    let key = if to.secret.is_empty() {
        String::new()
    } else {
        app.secrets
            .unseal(&secret_context(to.account_id, to.provider), &to.secret)?
    };
    let or = |chosen: &str, usual: &str| {
        if chosen.is_empty() {
            usual.to_owned()
        } else {
            chosen.to_owned()
        }
    };
    providers::connect(
        app.http.clone(),
        &providers::Connection {
            kind: to.provider,
            base_url: to.base_url.clone(),
            key,
            model: or(model, &to.model),
            image_model: or(image_model, &to.image_model),
        },
    )
}
