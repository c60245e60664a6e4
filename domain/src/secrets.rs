//! The installation's key: encrypts credentials at rest, signs tokens.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use rand::RngCore;
use sha2::{Digest, Sha256};

use crate::{Error, Result, config};

/// Prefix of every sealed text, so that a later scheme can tell its own from today's.
const SCHEME: &str = "v1:";

/// The installation's key.
pub struct Secrets {
    cipher: XChaCha20Poly1305,
    signing: [u8; 32],
}

impl Secrets {
    /// Takes the key from the settings, or from the key file, which is made (mode 0600) when missing.
    ///
    /// # Errors
    /// When the key is not 64 hex digits or the file cannot be read or made.
    pub fn open(config: &config::Security) -> Result<Self> {
        let text = if config.key.is_empty() {
            read_or_make(&config.key_file)?
        } else {
            config.key.clone()
        };
        let key =
            from_hex(text.trim()).ok_or_else(|| Error::Internal("the key must be 64 hexadecimal digits".to_owned()))?;
        Ok(Self::from_key(&key))
    }

    /// A key at hand.
    pub fn from_key(key: &[u8; 32]) -> Self {
        // Two uses, two keys: what signs tokens must not be what encrypts credentials.
        let signing = Sha256::new_with_prefix(b"igny8 token signing")
            .chain_update(key)
            .finalize();
        let sealing = Sha256::new_with_prefix(b"igny8 credentials")
            .chain_update(key)
            .finalize();
        Self {
            cipher: XChaCha20Poly1305::new(&sealing),
            signing: signing.into(),
        }
    }

    /// Key for token signatures.
    pub fn signing_key(&self) -> &[u8; 32] {
        &self.signing
    }

    /// Encrypts `plain`. `context` (such as `integration:7`) must be given again to open it, so that a sealed
    /// text copied to another row does not open there.
    ///
    /// # Errors
    /// Never in practice; the cipher's interface can fail.
    pub fn seal(&self, context: &str, plain: &str) -> Result<String> {
        let mut nonce = [0_u8; 24];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload {
            msg: plain.as_bytes(),
            aad: context.as_bytes(),
        };
        let sealed = self
            .cipher
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| Error::Internal("a secret could not be encrypted".to_owned()))?;
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed);
        Ok(format!("{SCHEME}{}", STANDARD_NO_PAD.encode(bytes)))
    }

    /// Decrypts what [`Secrets::seal`] made.
    ///
    /// # Errors
    /// When it was sealed with another key or for another context, or was changed.
    pub fn unseal(&self, context: &str, sealed: &str) -> Result<String> {
        let fail = || {
            Error::Internal(format!(
                "a stored secret ({context}) does not open with this installation's key"
            ))
        };
        let text = sealed.strip_prefix(SCHEME).ok_or_else(fail)?;
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| fail())?;
        let (nonce, body) = bytes.split_at_checked(24).ok_or_else(fail)?;
        let payload = Payload {
            msg: body,
            aad: context.as_bytes(),
        };
        let plain = self
            .cipher
            .decrypt(XNonce::from_slice(nonce), payload)
            .map_err(|_| fail())?;
        String::from_utf8(plain).map_err(|_| fail())
    }
}

/// 32 random bytes as hex: tokens, keys.
pub fn random_token() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    to_hex(&bytes)
}

/// SHA-256 as hex: what is stored of a token.
pub fn hash_token(token: &str) -> String {
    to_hex(&Sha256::digest(token.as_bytes()))
}

fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut key = [0_u8; 32];
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).ok()?;
    }
    Some(key)
}

fn read_or_make(path: &str) -> Result<String> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = std::path::Path::new(path).parent() {
        std::fs::create_dir_all(folder)?;
    }
    let made = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Ok(mut file) => {
            let key = random_token();
            file.write_all(key.as_bytes())?;
            file.sync_all()?;
            Ok(key)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(std::fs::read_to_string(path)?),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_opens_only_with_its_key_and_context() {
        let secrets = Secrets::from_key(&[7; 32]);
        let sealed = secrets.seal("integration:1", "abcd efgh").expect("seals");
        assert!(!sealed.contains("abcd"));
        assert_eq!(secrets.unseal("integration:1", &sealed).expect("opens"), "abcd efgh");
        assert!(secrets.unseal("integration:2", &sealed).is_err());
        assert!(Secrets::from_key(&[8; 32]).unseal("integration:1", &sealed).is_err());
    }

    #[test]
    fn the_key_file_is_private_and_stays() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("igny8-key-{}", random_token()));
        let path = folder.join("secret.key");
        let config = config::Security {
            key_file: path.to_string_lossy().into_owned(),
            ..Default::default()
        };
        let sealed = Secrets::open(&config)
            .and_then(|s| s.seal("x", "y"))
            .expect("first start");
        assert_eq!(
            std::fs::metadata(&path).expect("exists").permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            Secrets::open(&config)
                .and_then(|s| s.unseal("x", &sealed))
                .expect("second start"),
            "y"
        );
        std::fs::remove_dir_all(folder).expect("clean up");
    }
}
