//! Runware: pictures of many models behind one address, each with its price in the answer.

use entity::provider_setting::Provider as Kind;
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Connection, ImageAnswer, ImageRequest, Pace, Provider, TextAnswer, TextRequest, Usage, answer,
    transport::{Budget, Call, Dialect, Failure, Transport},
};
use crate::{error::Result, http::Http};

static DIALECT: Dialect = Dialect {
    speaks: "Runware's interface",
    example: "https://api.runware.ai/v1",
    tails: &[],
    key_header: AUTHORIZATION,
    key_prefix: "Bearer ",
    headers: &[],
};

/// All tasks go to the address itself.
const TASKS: &str = "";

/// Runware.
pub(super) struct Runware {
    transport: Transport,
    image_model: String,
}

impl Runware {
    /// Makes ready.
    ///
    /// # Errors
    /// As [`Transport::new`].
    pub fn new(http: Http, to: &Connection, pace: Pace) -> Result<Self> {
        Ok(Self {
            transport: Transport::new(http, to, pace, &DIALECT)?,
            image_model: to.image_model.trim().to_owned(),
        })
    }

    async fn draw(&self, prompt: &str, (width, height): (u32, u32), budget: &mut Budget) -> Result<Value, Failure> {
        loop {
            // A new name for each try: Runware refuses one that it has seen.
            let body = json!([{
                "taskType": "imageInference", "taskUUID": Uuid::new_v4().to_string(), "model": self.image_model,
                "positivePrompt": prompt, "width": width, "height": height, "numberResults": 1,
                "outputType": "base64Data", "outputFormat": "PNG", "includeCost": true,
            }]);
            match self.transport.call(Call::picture(TASKS, &body)).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => self.transport.rest(failure, budget).await?,
            }
        }
    }
}

#[async_trait::async_trait]
impl Provider for Runware {
    fn kind(&self) -> Kind {
        self.transport.kind()
    }

    fn name(&self) -> String {
        self.transport.name().to_owned()
    }

    async fn text(&self, _: &TextRequest) -> Result<TextAnswer> {
        let sentence =
            "Runware makes pictures and writes no texts. Choose another provider for them in the AI settings.";
        Err(self.transport.error("bad_request", sentence.to_owned(), false))
    }

    async fn image(&self, request: &ImageRequest) -> Result<ImageAnswer> {
        let mut budget = Budget::new();
        let wanted = (side(request.width), side(request.height));
        let answer = match self.draw(&request.prompt, wanted, &mut budget).await {
            // Some models know a handful of sizes only, and all of those know this one.
            Err(failure) if failure.refuses(&["width", "height", "dimension"]) && wanted != (1024, 1024) => {
                self.draw(&request.prompt, (1024, 1024), &mut budget).await
            }
            other => other,
        };
        let answer = answer.map_err(|failure| failure.error)?;
        let Some(item) = answer["data"].get(0) else {
            return Err(self.transport.other_protocol());
        };
        let encoded = item["imageBase64Data"].as_str();
        let url = item["imageURL"].as_str().or(item["imageDataURI"].as_str());
        let (bytes, mime_type) = answer::picture(&self.transport, encoded, url, &mut budget).await?;
        Ok(ImageAnswer {
            bytes,
            mime_type,
            usage: Usage {
                // A price in dollars with its fractions of a cent.
                cost_usd_micros: item["cost"].as_f64().map(|usd| (usd * 1e6).round() as i64),
                ..Usage::default()
            },
            model: self.image_model.clone(),
        })
    }

    /// Shows the key and asks for nothing, which costs nothing.
    async fn test(&self) -> Result<String> {
        let body = json!([{ "taskType": "authentication", "apiKey": self.transport.key() }]);
        let answer = self.transport.call(Call::probe(TASKS, &body)).await;
        let answer = answer.map_err(|failure| failure.error)?;
        if answer["data"].is_array() {
            Ok(format!(
                "{} answers and takes the key. The model “{}” shows itself with the first picture.",
                self.transport.name(),
                self.image_model
            ))
        } else {
            Err(self.transport.other_protocol())
        }
    }
}

/// A side as Runware takes it: a multiple of 64 from 128 to 2048.
fn side(pixels: u32) -> u32 {
    (pixels.clamp(128, 2048) + 32) / 64 * 64
}

#[cfg(test)]
mod tests {
    use super::side;

    #[test]
    fn sides_are_multiples_of_64() {
        for (asked, given) in [
            (0, 128),
            (1, 128),
            (630, 640),
            (1200, 1216),
            (1536, 1536),
            (1823, 1792),
            (2047, 2048),
            (u32::MAX, 2048),
        ] {
            assert_eq!(side(asked), given);
        }
    }
}
