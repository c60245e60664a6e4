//! Browser sessions in our own database.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{scope::Origin, secrets::hash_token};
use entity::{UserId, session};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use tower_sessions::{
    Session, SessionStore,
    cookie::time::OffsetDateTime,
    session::{Id, Record},
    session_store::{Error, Result},
};

/// The key under which a session keeps who is signed in.
pub const USER: &str = app::accounts::SESSION_USER;
/// The key under which a session keeps the account that an operator looks into.
pub const VISITING: &str = app::accounts::SESSION_VISITING;
/// The key under which a session keeps where and when it was last seen.
const SEEN: &str = "seen";
/// Time between two notes of a session being seen: a row written for each request would make reading as dear as writing.
const SEEN_EVERY: chrono::Duration = chrono::Duration::minutes(5);

/// Where and when a session was last seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    since: Option<DateTime<Utc>>,
    at: Option<DateTime<Utc>>,
    ip_address: String,
    user_agent: String,
}

/// Notes where and when a session is seen. Its end moves with it.
pub async fn seen(session: &Session, origin: &Origin) {
    let before: Seen = session.get(SEEN).await.ok().flatten().unwrap_or_default();
    let now = domain::now();
    let fresh = before.at.is_some_and(|at| now - at < SEEN_EVERY);
    if fresh && before.ip_address == origin.ip_address && before.user_agent == origin.user_agent {
        return;
    }
    let seen = Seen {
        since: before.since.or(Some(now)),
        at: Some(now),
        ip_address: origin.ip_address.clone(),
        user_agent: origin.user_agent.clone(),
    };
    if let Err(error) = session.insert(SEEN, seen).await {
        tracing::warn!(%error, "a session could not be noted as seen");
    }
}

/// Sessions as rows. The row's name is a hash: who reads the database cannot take over a session.
#[derive(Clone, Debug)]
pub struct Sessions {
    db: DatabaseConnection,
}

impl Sessions {
    /// Keeps sessions in `db`.
    pub fn new(db: DatabaseConnection) -> Self {
        Self { db }
    }

    /// Removes what has ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_expired(&self) -> Result<()> {
        session::Entity::delete_many()
            .filter(session::Column::ExpiresAt.lt(domain::now()))
            .exec(&self.db)
            .await
            .map_err(backend)?;
        Ok(())
    }
}

fn backend(error: impl std::fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

fn name(id: &Id) -> String {
    hash_token(&id.to_string())
}

fn row(record: &Record) -> Result<session::ActiveModel> {
    let data = serde_json::to_vec(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
    let ends = chrono::DateTime::from_timestamp(record.expiry_date.unix_timestamp(), 0)
        .ok_or_else(|| Error::Encode("a session ends beyond all time".to_owned()))?;
    let seen: Seen = record
        .data
        .get(SEEN)
        .and_then(|value| serde_json::from_value(value.clone()).ok())
        .unwrap_or_default();
    Ok(session::ActiveModel {
        id: Set(name(&record.id)),
        data: Set(data),
        user_id: Set(record.data.get(USER).and_then(serde_json::Value::as_i64).map(UserId)),
        expires_at: Set(ends),
        created_at: Set(seen.since),
        last_seen_at: Set(seen.at),
        ip_address: Set(seen.ip_address),
        user_agent: Set(seen.user_agent),
    })
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        loop {
            let inserted = session::Entity::insert(row(record)?)
                .exec_without_returning(&self.db)
                .await;
            match inserted {
                Ok(_) => return Ok(()),
                // Two sessions must never share a name, however unlikely.
                Err(error) if domain::Error::is_unique_violation(&error) => record.id = Id::default(),
                Err(error) => return Err(backend(error)),
            }
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        // One that was ended meanwhile, by its person or by a new password, stays ended: no row is made again here.
        session::Entity::update_many()
            .set(row(record)?)
            .filter(session::Column::Id.eq(name(&record.id)))
            .exec(&self.db)
            .await
            .map_err(backend)?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = session::Entity::find_by_id(name(id))
            .one(&self.db)
            .await
            .map_err(backend)?;
        let Some(found) = found.filter(|row| row.expires_at > domain::now()) else {
            return Ok(None);
        };
        Ok(Some(Record {
            id: *id,
            data: serde_json::from_slice(&found.data).map_err(|error| Error::Decode(error.to_string()))?,
            expiry_date: OffsetDateTime::from_unix_timestamp(found.expires_at.timestamp()).map_err(backend)?,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        session::Entity::delete_by_id(name(id))
            .exec(&self.db)
            .await
            .map_err(backend)?;
        Ok(())
    }
}
