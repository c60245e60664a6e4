//! Browser sessions in our own database.

use async_trait::async_trait;
use domain::secrets::hash_token;
use entity::{UserId, session};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, sea_query::OnConflict};
use tower_sessions::{
    SessionStore,
    cookie::time::OffsetDateTime,
    session::{Id, Record},
    session_store::{Error, Result},
};

/// The key under which a session keeps who is signed in.
pub const USER: &str = "user_id";

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
    Ok(session::ActiveModel {
        id: Set(name(&record.id)),
        data: Set(data),
        user_id: Set(record.data.get(USER).and_then(serde_json::Value::as_i64).map(UserId)),
        expires_at: Set(ends),
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
        use session::Column as C;
        session::Entity::insert(row(record)?)
            .on_conflict(
                OnConflict::column(C::Id)
                    .update_columns([C::Data, C::UserId, C::ExpiresAt])
                    .to_owned(),
            )
            .exec_without_returning(&self.db)
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
