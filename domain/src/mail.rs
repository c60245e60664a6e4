//! Mail going out: written down in the same transaction as what it tells, sent by a worker, tried again when the mail
//! server is away.

use chrono::Duration;
use entity::{AccountId, MailId, mail, mail::MailStatus};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart, header},
    transport::smtp,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};

use crate::{App, Error, Result, jobs::Job};

/// Times that a mail is tried before it is given up; the waits add up to about two hours.
const TRIES: i32 = 8;
/// Time for the whole conversation with the mail server.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);
/// Days for which the list of sent mails is kept.
const KEPT_DAYS: i64 = 30;

/// Writes a mail down. After the commit, [`push`] hands it to a worker; a crash in between is made good by the sweeper.
///
/// # Errors
/// When the database fails.
pub(crate) async fn queue(
    app: &App,
    db: &impl ConnectionTrait,
    account: Option<AccountId>,
    recipient: &str,
    subject: &str,
    text: &str,
    link: Option<&str>,
) -> Result<MailId> {
    let now = crate::now();
    let body = serde_json::to_string(&Body {
        text: text.to_owned(),
        link: link.map(str::to_owned),
    })?;
    let row = mail::Entity::insert(mail::ActiveModel {
        account_id: Set(account),
        recipient: Set(recipient.to_owned()),
        subject: Set(subject.to_owned()),
        body: Set(app.secrets.seal("mail", &body)?),
        status: Set(MailStatus::Queued),
        attempts: Set(0),
        error: Set(String::new()),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(db)
    .await?;
    Ok(row.id)
}

/// Hands a mail to a worker.
pub(crate) async fn push(app: &App, id: MailId) {
    app.queue.push_or_leave(Job::Mail(id), &format!("mail:{id}:0")).await;
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Body {
    text: String,
    link: Option<String>,
}

/// Time before the next try: half a minute, then twice as long each time.
fn wait(attempts: i32) -> Duration {
    Duration::seconds(30_i64 << u32::try_from(attempts.clamp(0, 10)).unwrap_or(0))
}

/// Sends a mail: a worker's job.
///
/// # Errors
/// When the database fails; what the mail server says is on the row.
pub async fn run(app: &App, id: MailId) -> Result<()> {
    use mail::Column as C;
    let Some(row) = mail::Entity::find_by_id(id).one(&app.db).await? else {
        return Ok(());
    };
    if row.status != MailStatus::Queued {
        return Ok(());
    }
    // Whoever counts the try sends it; a message that comes twice finds it counted.
    let taken = mail::Entity::update_many()
        .col_expr(C::Attempts, Expr::value(row.attempts + 1))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(id))
        .filter(C::Status.eq(MailStatus::Queued))
        .filter(C::Attempts.eq(row.attempts))
        .exec(&app.db)
        .await?;
    if taken.rows_affected != 1 {
        return Ok(());
    }
    let body: Body = serde_json::from_str(&app.secrets.unseal("mail", &row.body)?)?;
    let sent = tokio::time::timeout(TIMEOUT, send(app, &row, &body))
        .await
        .unwrap_or_else(|_| Err(Fault::again("the mail server did not answer in time")));
    let (status, error) = match sent {
        Ok(()) => (MailStatus::Sent, String::new()),
        Err(fault) if fault.may_pass && row.attempts + 1 < TRIES => (MailStatus::Queued, fault.text),
        Err(fault) => (MailStatus::Failed, fault.text),
    };
    if !error.is_empty() {
        tracing::warn!(mail = id.0, attempt = row.attempts + 1, %error, "a mail could not be sent");
    }
    let mut update = mail::Entity::update_many()
        .col_expr(C::Status, Expr::value(status.as_str()))
        .col_expr(C::Error, Expr::value(error))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(id));
    if status != MailStatus::Queued {
        // A link in it is as good as a password.
        update = update.col_expr(C::Body, Expr::value(""));
    }
    update.exec(&app.db).await?;
    Ok(())
}

struct Fault {
    text: String,
    may_pass: bool,
}

impl Fault {
    fn again(text: impl std::fmt::Display) -> Self {
        Self {
            text: text.to_string(),
            may_pass: true,
        }
    }

    fn final_(text: impl std::fmt::Display) -> Self {
        Self {
            text: text.to_string(),
            may_pass: false,
        }
    }
}

async fn send(app: &App, row: &mail::Model, body: &Body) -> Result<(), Fault> {
    let link = body.link.as_deref().unwrap_or_default();
    let plain = format!("{}{link}\n", body.text);
    if app.config.mail.url.is_empty() {
        tracing::info!(
            to = row.recipient,
            subject = row.subject,
            "no mail server is set; the mail reads:\n{plain}"
        );
        return Ok(());
    }
    let from: Mailbox = app
        .config
        .mail
        .from
        .parse()
        .map_err(|error| Fault::again(format!("the sender in the settings is no address: {error}")))?;
    let host = url::Url::parse(&app.config.server.base_url())
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_else(|| "localhost".to_owned());
    let message = Message::builder()
        .from(from)
        .to(row
            .recipient
            .parse()
            .map_err(|error| Fault::final_(format!("the address is not one: {error}")))?)
        .subject(&row.subject)
        // The same however often it is tried, so that mail programs show it once.
        .message_id(Some(format!(
            "<igny8-{}-{}@{host}>",
            row.id,
            row.created_at.timestamp()
        )))
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(plain, html(body)))
        .map_err(Fault::final_)?;
    let mailer = AsyncSmtpTransport::<Tokio1Executor>::from_url(&app.config.mail.url)
        .map_err(|error| Fault::again(format!("the address of the mail server is not one: {error}")))?
        .timeout(Some(TIMEOUT))
        .build();
    match mailer.send(message).await {
        Ok(_) => Ok(()),
        Err(error) if is_final(&error) => Err(Fault::final_(error)),
        Err(error) => Err(Fault::again(error)),
    }
}

/// The mail server will say the same next time. A refused sign-in is not final: the operator repairs the settings.
fn is_final(error: &smtp::Error) -> bool {
    error.is_permanent()
        && error
            .status()
            .is_none_or(|code| !matches!(u16::from(code), 530 | 534 | 535 | 538))
}

/// Tells automatic answers to stay away (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn html(body: &Body) -> String {
    let text = body
        .text
        .trim()
        .split("\n\n")
        .map(|part| format!("<p>{}</p>", crate::html::escape(part).replace('\n', "<br>")))
        .collect::<String>();
    let link = body
        .link
        .as_ref()
        .map(|link| {
            let link = crate::html::escape(link);
            format!("<p><a href=\"{link}\">{link}</a></p>")
        })
        .unwrap_or_default();
    format!("<!doctype html><html><body style=\"font-family:sans-serif;line-height:1.5\">{text}{link}</body></html>")
}

/// Pushes mails whose time has come again, or whose message was lost; forgets old ones.
pub(crate) async fn sweep(app: &App) -> Result<()> {
    use mail::Column as C;
    let now = crate::now();
    let waiting = mail::Entity::find()
        .filter(C::Status.eq(MailStatus::Queued))
        .filter(C::UpdatedAt.lt(now - Duration::seconds(10)))
        .limit(200)
        .all(&app.db)
        .await?;
    for row in waiting {
        if row.attempts == 0 || row.updated_at + wait(row.attempts) < now {
            let key = format!("mail:{}:{}:{}", row.id, row.attempts, now.timestamp() / 30);
            app.queue.push(Job::Mail(row.id), &key).await?;
        }
    }
    mail::Entity::delete_many()
        .filter(C::Status.ne(MailStatus::Queued))
        .filter(C::UpdatedAt.lt(now - Duration::days(KEPT_DAYS)))
        .exec(&app.db)
        .await?;
    Ok(())
}

/// Connects to the mail server and says what is wrong, if anything is. `None` when mails go to the log.
///
/// # Errors
/// [`Error::Upstream`] with the server's words.
pub async fn test(app: &App) -> Result<Option<()>> {
    if app.config.mail.url.is_empty() {
        return Ok(None);
    }
    let fault = |code: &'static str, message: String| Error::Upstream {
        provider: "mail".to_owned(),
        code,
        message,
        retryable: true,
    };
    let mailer = AsyncSmtpTransport::<Tokio1Executor>::from_url(&app.config.mail.url)
        .map_err(|error| {
            fault(
                "settings",
                format!("The address of the mail server is not one: {error}"),
            )
        })?
        .timeout(Some(TIMEOUT))
        .build::<Tokio1Executor>();
    match mailer.test_connection().await {
        Ok(true) => Ok(Some(())),
        Ok(false) => Err(fault(
            "network",
            "The mail server did not accept the connection.".to_owned(),
        )),
        Err(error) => Err(fault("network", format!("The mail server cannot be used: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double() {
        assert_eq!(wait(0), Duration::seconds(30));
        assert_eq!(wait(3), Duration::seconds(240));
    }

    #[test]
    fn what_people_typed_is_no_mark_up() {
        let html = html(&Body {
            text: "Team <b>x</b>\n\nhello".to_owned(),
            link: Some("https://a.example/?a=1&b=\"2".to_owned()),
        });
        assert!(html.contains("&lt;b&gt;") && !html.contains("<b>"), "{html}");
        assert!(!html.contains("b=\"2"), "{html}");
    }
}
