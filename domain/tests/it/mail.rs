//! Mail: written down, sealed, tried again; and against a real mail server, which scripts/mail.sh starts.

use domain::{accounts::passwords, config::Config, jobs::Job, jobs::worker::run_job};
use entity::{MailId, mail, mail::MailStatus};
use sea_orm::EntityTrait;

use crate::support::{Ground, ORIGIN};

async fn row(ground: &Ground, id: MailId) -> mail::Model {
    mail::Entity::find_by_id(id)
        .one(&ground.app.db)
        .await
        .expect("a query")
        .expect("a mail")
}

async fn latest(ground: &Ground) -> mail::Model {
    let mut rows = mail::Entity::find().all(&ground.app.db).await.expect("mails");
    rows.sort_by_key(|row| row.id);
    rows.pop().expect("a mail")
}

#[tokio::test]
async fn a_mail_is_sealed_until_it_is_sent_and_empty_after() {
    let ground = Ground::new().await;
    ground.tenant("ann@example.com").await;
    passwords::forgot(&ground.app, "ann@example.com", &ORIGIN)
        .await
        .expect("writes a mail");
    let waiting = latest(&ground).await;
    assert_eq!(waiting.status, MailStatus::Queued);
    assert!(
        !waiting.body.contains("token") && !waiting.body.contains("http"),
        "{}",
        waiting.body
    );
    // Without a mail server it goes to the log, which counts as sent.
    run_job(&ground.worker(), Job::Mail(waiting.id)).await;
    let sent = row(&ground, waiting.id).await;
    assert_eq!(
        (sent.status, sent.body.as_str(), sent.attempts),
        (MailStatus::Sent, "", 1)
    );
    // A message that comes twice sends nothing twice.
    run_job(&ground.worker(), Job::Mail(waiting.id)).await;
    assert_eq!(row(&ground, waiting.id).await.attempts, 1);
}

#[tokio::test]
async fn a_mail_server_that_is_away_is_tried_again_later() {
    let ground = Ground::with(|config| config.mail.url = "smtp://127.0.0.1:1".to_owned()).await;
    ground.tenant("ann@example.com").await;
    let mail = latest(&ground).await;
    run_job(&ground.worker(), Job::Mail(mail.id)).await;
    let waiting = row(&ground, mail.id).await;
    assert_eq!((waiting.status, waiting.attempts), (MailStatus::Queued, 1));
    assert!(!waiting.error.is_empty() && !waiting.body.is_empty());
    for _ in 0..20 {
        run_job(&ground.worker(), Job::Mail(mail.id)).await;
    }
    let given_up = row(&ground, mail.id).await;
    assert_eq!(
        (given_up.status, given_up.attempts, given_up.body.as_str()),
        (MailStatus::Failed, 8, "")
    );
    assert!(domain::mail::test(&ground.app).await.is_err());
}

mod mail_real {
    use super::*;

    fn environment(name: &str) -> String {
        std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run scripts/mail.sh run -- cargo test"))
    }

    fn with_server(password: &str) -> impl FnOnce(&mut Config) {
        let address = format!("smtp://igny8:{password}@127.0.0.1:{}", environment("TEST_SMTP_PLAIN"));
        move |config| {
            config.mail.url = address;
            config.mail.from = "Team Crema <plan@example.com>".to_owned();
            config.server.public_url = "https://plan.example.com".to_owned();
        }
    }

    /// Mails that the server took for an address, oldest first.
    fn taken(recipient: &str) -> Vec<String> {
        let mut files: Vec<_> = std::fs::read_dir(environment("TEST_SMTP_FOLDER"))
            .expect("a folder")
            .map(|entry| entry.expect("a file").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
            .collect();
        files.sort();
        files
            .iter()
            .map(|path| std::fs::read_to_string(path).expect("a mail"))
            .filter(|mail| mail.contains(&format!("To: {recipient}")))
            .collect()
    }

    /// Quoted-printable undone, as far as our mails use it.
    fn plain(mail: &str) -> String {
        mail.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=")
    }

    #[tokio::test]
    #[ignore = "needs the mail server of scripts/mail.sh"]
    async fn a_mail_arrives_whole_with_its_link() {
        let ground = Ground::with(with_server("p%40ss%20word")).await;
        ground.tenant("zoe@example.com").await;
        passwords::forgot(&ground.app, "zoe@example.com", &ORIGIN)
            .await
            .expect("writes a mail");
        let link = ground.last_link("zoe@example.com").await;
        assert!(link.starts_with("https://plan.example.com/reset?token="), "{link}");
        let mail = latest(&ground).await;
        run_job(&ground.worker(), Job::Mail(mail.id)).await;
        let sent = row(&ground, mail.id).await;
        assert_eq!((sent.status, sent.error.as_str()), (MailStatus::Sent, ""));
        let arrived = taken("zoe@example.com");
        let text = plain(arrived.last().expect("a mail"));
        for part in [
            "From: \"Team Crema\" <plan@example.com>",
            "Subject: Set a new password",
            "Auto-Submitted: auto-generated",
            "Content-Type: multipart/alternative",
            "Content-Type: text/plain",
            "Content-Type: text/html",
        ] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
        assert_eq!(
            text.matches(&link).count(),
            3,
            "once in words, as an address and as its text: {text}"
        );
        assert!(text.contains(&format!("<igny8-{}-", mail.id)), "{text}");
        assert!(domain::mail::test(&ground.app).await.expect("answers").is_some());
    }

    #[tokio::test]
    #[ignore = "needs the mail server of scripts/mail.sh"]
    async fn what_may_pass_is_tried_again_and_what_may_not_is_given_up() {
        let ground = Ground::with(with_server("p%40ss%20word")).await;
        for (recipient, status) in [
            ("later@example.com", MailStatus::Queued),
            ("never@example.com", MailStatus::Failed),
            ("drop@example.com", MailStatus::Queued),
        ] {
            ground.tenant(recipient).await;
            let mail = latest(&ground).await;
            run_job(&ground.worker(), Job::Mail(mail.id)).await;
            let after = row(&ground, mail.id).await;
            assert_eq!(after.status, status, "{recipient}: {}", after.error);
            assert!(!after.error.is_empty());
        }
        // A wrong password is the operator's to repair: the mail waits.
        let ground = Ground::with(with_server("wrong")).await;
        ground.tenant("ann@example.com").await;
        let mail = latest(&ground).await;
        run_job(&ground.worker(), Job::Mail(mail.id)).await;
        assert_eq!(row(&ground, mail.id).await.status, MailStatus::Queued);
        assert!(domain::mail::test(&ground.app).await.is_err());
    }

    #[tokio::test]
    #[ignore = "needs the mail server of scripts/mail.sh"]
    async fn a_server_whose_certificate_nobody_vouches_for_gets_no_mail() {
        let address = format!("smtps://127.0.0.1:{}", environment("TEST_SMTP_TLS"));
        let ground = Ground::with(|config| config.mail.url = address).await;
        ground.tenant("untrusted@example.com").await;
        let mail = latest(&ground).await;
        run_job(&ground.worker(), Job::Mail(mail.id)).await;
        let after = row(&ground, mail.id).await;
        assert_eq!(after.status, MailStatus::Queued, "{}", after.error);
        assert!(taken("untrusted@example.com").is_empty());
    }
}
