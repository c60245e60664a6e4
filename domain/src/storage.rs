//! Files on the local disk: those of sites (`{site}/images/...`, `{site}/imports/...`) and of accounts
//! (`accounts/{account}/image-tests/...`).

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

    /// Removes a folder with all that is in it; none is fine.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn delete_folder(&self, key: &str) -> Result<()> {
        match tokio::fs::remove_dir_all(self.path(key)?).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Keys of all files in a folder and its folders, in order. Files that are just being written are left out.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn list(&self, folder: &str) -> Result<Vec<String>> {
        let mut keys = Vec::new();
        let mut open = vec![folder.to_owned()];
        while let Some(folder) = open.pop() {
            let entries = match std::fs::read_dir(self.path(&folder)?) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                other => other?,
            };
            for entry in entries {
                let entry = entry?;
                let Ok(name) = entry.file_name().into_string() else {
                    continue;
                };
                let key = format!("{folder}/{name}");
                if entry.file_type()?.is_dir() {
                    open.push(key);
                } else if !name.ends_with(".part") {
                    keys.push(key);
                }
            }
        }
        keys.sort();
        Ok(keys)
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub fn open(&self, key: &str) -> Result<std::fs::File> {
        match std::fs::File::open(self.path(key)?) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::NotFound("The file")),
            other => Ok(other?),
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
