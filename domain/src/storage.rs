//! Files of sites on the local disk: `{site}/images/...`, `{site}/imports/...`.

use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// Where files are kept.
#[derive(Clone, Debug)]
pub struct Storage {
    root: PathBuf,
}

impl Storage {
    /// Opens the folder, making it when missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(root: impl AsRef<Path>) -> Result<Self> {
        std::fs::create_dir_all(root.as_ref())?;
        Ok(Self {
            root: root.as_ref().to_owned(),
        })
    }

    /// Path of `key`. A key is made by us, never by a person; one that would leave the folder is refused all the same.
    ///
    /// # Errors
    /// [`Error::Internal`] for a key with empty, `.` or `..` parts or a leading slash.
    pub fn path(&self, key: &str) -> Result<PathBuf> {
        let safe = !key.is_empty()
            && key
                .split('/')
                .all(|part| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']));
        if !safe {
            return Err(Error::Internal(format!("unsafe storage key {key:?}")));
        }
        Ok(self.root.join(key))
    }

    /// Stores `bytes` whole or not at all: a reader never sees half a file.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn put(&self, key: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path(key)?;
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        let temporary = path.with_extension(format!("{}.part", uuid::Uuid::new_v4().simple()));
        tokio::fs::write(&temporary, bytes).await?;
        tokio::fs::rename(&temporary, &path).await?;
        Ok(())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn get(&self, key: &str) -> Result<Vec<u8>> {
        match tokio::fs::read(self.path(key)?).await {
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::NotFound("The file")),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a file; none is fine.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn delete(&self, key: &str) -> Result<()> {
        match tokio::fs::remove_file(self.path(key)?).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_cannot_leave_the_folder() {
        let storage = Storage {
            root: PathBuf::from("/tmp/x"),
        };
        for key in ["", "../a", "a/../../b", "/etc/passwd", "a//b", "a/.", "a\\..\\b"] {
            assert!(storage.path(key).is_err(), "{key:?} must be refused");
        }
        assert!(storage.path("1/images/2.png").is_ok());
    }
}
