//! The real binary as processes that can be killed.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use domain::{
    App,
    scope::{Origin, Scope},
};

use super::provider::Provider;
use crate::support::Place;

/// A process of the binary, killed when the test ends however it ends.
pub struct Binary(Child);

impl Binary {
    /// A server that answers already. `settings` win over those of the place.
    pub async fn serve(place: &Place, port: u16, settings: &[(&str, &str)]) -> Self {
        let address = format!("127.0.0.1:{port}");
        let mut settings = settings.to_vec();
        settings.push(("IGNY8_SERVER__ADDRESS", &address));
        let binary = Self::spawn(place, "serve", &settings);
        for _ in 0..600 {
            if let Ok(answer) = crate::support::client()
                .get(format!("http://{address}/health"))
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

    /// A worker without a server; when it begins to work shows in what it does.
    pub fn work(place: &Place) -> Self {
        Self::spawn(place, "worker", &[])
    }

    fn spawn(place: &Place, command: &str, settings: &[(&str, &str)]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_igny8"))
            .arg(command)
            .current_dir(&place.folder)
            .envs(place.environment())
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// SIGKILL: nothing is tidied up.
    pub fn kill(mut self) {
        assert_eq!(self.0.try_wait().unwrap(), None, "it ended by itself");
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

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// The services as another process sees them, and who signed up with this address.
pub async fn owner(place: &Place, email: &str) -> (App, Scope) {
    let app = App::connect(place.config()).await.unwrap();
    let user = domain::accounts::find_by_email(&app, email).await.unwrap().unwrap();
    let scope = domain::accounts::scope_of(&app, user.id, &Origin::here("test"))
        .await
        .unwrap();
    (app, scope)
}

/// Chooses the provider for an account, as its settings page does.
pub async fn choose_provider(app: &App, scope: &Scope, provider: &Provider) {
    let input = entity::provider_setting::Input {
        provider: entity::provider_setting::Provider::OpenaiCompatible,
        base_url: provider.address.clone(),
        model: "slow-1".to_owned(),
        image_model: String::new(),
        api_key: "test".to_owned(),
    };
    domain::ai::settings::save_connection(app, scope, input).await.unwrap();
    let choice = entity::ai_choice::Input {
        function: entity::ai_task::AiFunction::GenerateContent,
        provider: entity::provider_setting::Provider::OpenaiCompatible,
        model: String::new(),
        temperature: None,
        max_tokens: None,
    };
    domain::ai::settings::save_choices(app, scope, vec![choice])
        .await
        .unwrap();
}

/// `igny8 reconcile` finds nothing.
pub fn books_are_right(place: &Place) {
    let books = Command::new(env!("CARGO_BIN_EXE_igny8"))
        .arg("reconcile")
        .current_dir(&place.folder)
        .envs(place.environment())
        .output()
        .unwrap();
    assert!(books.status.success(), "{}", String::from_utf8_lossy(&books.stdout));
}
