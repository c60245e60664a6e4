//! Answers of models: the JSON in a text, whether it follows its schema, and the second question when it does not.

use async_trait::async_trait;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use jsonschema::Validator;
use serde_json::{Value, json};

use super::{
    TextAnswer, TextRequest, Usage,
    transport::{Budget, MAX_IMAGE, Transport, head},
};
use crate::error::{Error, Result};

/// Faults of one answer that are told; the rest usually has the same cause.
const TOLD_FAULTS: usize = 3;

/// What a model said, whatever the protocol.
pub(super) struct Reply {
    /// In words.
    pub text: String,
    /// As JSON, where the protocol carries it as such.
    pub json: Option<Value>,
    /// How it ended.
    pub end: End,
    /// Tokens used.
    pub usage: Usage,
    /// Who answered.
    pub model: Option<String>,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The model was done.
    Whole,
    /// At the limit of tokens.
    CutOff,
    /// It would not, or a filter would not let it.
    Refused,
}

/// Somebody who can be asked for JSON.
#[async_trait]
pub(super) trait Writer: Sync {
    /// The way there.
    fn transport(&self) -> &Transport;
    /// The model that is asked.
    fn model(&self) -> &str;
    /// Asks, with what was said after the question; learns from refusals.
    async fn ask(&self, request: &TextRequest, turns: &[Value], budget: &mut Budget) -> Result<Value>;
    /// Reads what came back.
    fn read(&self, answer: &Value) -> Reply;
}

/// Asks for JSON that follows the request's schema, and once more with the fault when it does not.
///
/// # Errors
/// [`Error::Upstream`]: what kept the answer from coming, or `bad_answer` after the second that is of no use.
pub(super) async fn converse(writer: &impl Writer, request: &TextRequest) -> Result<TextAnswer> {
    let schema = jsonschema::validator_for(&request.schema)
        .map_err(|error| Error::Internal(format!("the schema {}: {error}", request.schema_name)))?;
    let mut budget = Budget::new();
    let mut usage = Usage::default();
    let mut turns = Vec::new();
    let mut repaired = false;
    loop {
        let answer = writer.ask(request, &turns, &mut budget).await?;
        let reply = writer.read(&answer);
        usage.tokens_in = usage.tokens_in.saturating_add(reply.usage.tokens_in.max(0));
        usage.tokens_out = usage.tokens_out.saturating_add(reply.usage.tokens_out.max(0));
        let model = reply.model.clone().filter(|model| !model.is_empty());
        let model = model.unwrap_or_else(|| writer.model().to_owned());
        let fault = match judge(&reply, &schema) {
            Ok(json) => return Ok(TextAnswer { json, usage, model }),
            Err(fault) => fault,
        };
        if repaired {
            let sentence = format!(
                "The model “{model}” gave no usable answer twice: {} Nothing was charged.",
                fault.told
            );
            // Models answer differently every time.
            return Err(writer.transport().error("bad_answer", sentence, true));
        }
        repaired = true;
        let said = match &reply.json {
            Some(json) => json.to_string(),
            None => reply.text,
        };
        if !said.trim().is_empty() {
            turns.push(json!({ "role": "assistant", "content": head(&said, 4000) }));
        }
        turns.push(json!({ "role": "user", "content": fault.asked }));
    }
}

/// Why an answer cannot be used.
struct BadAnswer {
    /// To the person.
    told: String,
    /// To the model.
    asked: String,
}

/// The JSON of a reply, or what is wrong with it.
fn judge(reply: &Reply, schema: &Validator) -> Result<Value, BadAnswer> {
    let bad = |told: &str, asked: &str| BadAnswer {
        told: told.to_owned(),
        asked: asked.to_owned(),
    };
    match reply.end {
        End::Refused => {
            let told = match head(reply.text.trim(), 200) {
                said if said.is_empty() => "it refused.".to_owned(),
                said => format!("it refused (“{said}”)."),
            };
            return Err(bad(
                &told,
                "You did not answer. Answer the task as far as you can, as JSON that follows the schema.",
            ));
        }
        End::CutOff => {
            return Err(bad(
                "it was cut off at the limit of tokens. A higher limit can be chosen in the AI settings.",
                "Your answer was cut off because it was too long. Answer again from the start, complete but shorter, as JSON that follows the schema.",
            ));
        }
        End::Whole => {}
    }
    let found = match &reply.json {
        Some(json) => Some(json.clone()),
        None if reply.text.trim().is_empty() => {
            return Err(bad(
                "it was empty.",
                "Your answer was empty. Answer with JSON that follows the schema.",
            ));
        }
        None => extract(&reply.text),
    };
    let Some(json) = found else {
        return Err(bad(
            "it was not the JSON that was asked for.",
            "Your answer was not valid JSON that follows the schema. Answer again with nothing but that JSON.",
        ));
    };
    match faults(&json, schema) {
        None => Ok(json),
        Some(faults) => Err(BadAnswer {
            told: format!("it does not have the form that was asked for ({faults})."),
            asked: format!(
                "Your answer does not follow the schema: {faults}. Answer again from the start, with nothing but JSON that follows the schema."
            ),
        }),
    }
}

/// Where an answer leaves its schema; none when it follows it. Values stay out: they may be whole articles.
fn faults(json: &Value, schema: &Validator) -> Option<String> {
    let all: Vec<String> = schema
        .iter_errors(json)
        .take(TOLD_FAULTS)
        .map(|fault| {
            let place = match fault.instance_path().as_str() {
                "" => "the answer".to_owned(),
                path => path.trim_start_matches('/').to_owned(),
            };
            format!("{place}: {}", head(&fault.masked().to_string(), 300))
        })
        .collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// JSON in a text: alone, after a model's thoughts, in a Markdown fence, or amid prose.
fn extract(text: &str) -> Option<Value> {
    let parse = |text: &str| {
        serde_json::from_str::<Value>(text.trim())
            .ok()
            .filter(|json| json.is_array() || json.is_object())
    };
    let text = text.trim().trim_start_matches('\u{feff}');
    let text = match text.strip_prefix("<think>") {
        Some(thoughts) => thoughts.split_once("</think>").map_or("", |(_, rest)| rest),
        None => text,
    };
    if let Some(json) = parse(text) {
        return Some(json);
    }
    // The last fence: earlier ones are examples. The language stands on the fence's own line.
    if let Some(fenced) = text
        .split("```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| {
            let body = block.split_once('\n').map_or(block, |(_, body)| body);
            parse(block).or_else(|| parse(body))
        })
        .last()
    {
        return Some(fenced);
    }
    // From the first bracket to the last of its kind, and nothing smaller: a piece out of the middle
    // of a broken answer is worse than none.
    let mut kinds = [('{', '}'), ('[', ']')];
    kinds.sort_by_key(|(open, _)| text.find(*open).unwrap_or(usize::MAX));
    kinds.into_iter().find_map(|(open, close)| {
        let (start, end) = (text.find(open)?, text.rfind(close)?);
        text.get(start..=end).and_then(parse)
    })
}

/// The file of a picture and its type, from an answer that carries it or says where it is.
///
/// # Errors
/// [`Error::Upstream`] with `bad_answer` for what is no picture, or what kept it from being fetched.
pub(super) async fn picture(
    transport: &Transport,
    encoded: Option<&str>,
    url: Option<&str>,
    budget: &mut Budget,
) -> Result<(Vec<u8>, &'static str)> {
    let encoded = encoded.filter(|encoded| !encoded.is_empty());
    let bytes = match (encoded, url) {
        (Some(encoded), _) => decode(encoded).map_err(|why| transport.bad_answer(why))?,
        (None, Some(url)) if url.starts_with("data:") => decode(url).map_err(|why| transport.bad_answer(why))?,
        (None, Some(url)) => transport.download(url, budget).await?,
        (None, None) => return Err(transport.bad_answer("answered without a picture.")),
    };
    match picture_type(&bytes) {
        Some(mime_type) => Ok((bytes, mime_type)),
        None => Err(transport.bad_answer("answered with a file that is no PNG, JPEG, WebP or GIF.")),
    }
}

/// The bytes of a picture in base64, alone or as a data address.
fn decode(encoded: &str) -> Result<Vec<u8>, &'static str> {
    // The part in front of the comma says nothing that the bytes do not say better.
    let encoded = match encoded.strip_prefix("data:") {
        Some(rest) => match rest.split_once(',') {
            Some((head, data)) if head.ends_with(";base64") => data,
            _ => return Err("answered with something that is no picture."),
        },
        None => encoded,
    };
    let clean: String = encoded
        .chars()
        .filter(|character| !character.is_ascii_whitespace())
        .collect();
    let bytes = STANDARD
        .decode(&clean)
        .or_else(|_| STANDARD_NO_PAD.decode(&clean))
        .map_err(|_| "answered with a picture that cannot be read.")?;
    if bytes.len() > MAX_IMAGE {
        return Err("answered with a picture that is too large.");
    }
    Ok(bytes)
}

/// The type of a picture by its first bytes.
fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        Some("image/gif")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_found_where_models_put_it() {
        let expected = Some(json!({ "a": [1, { "b": "}" }] }));
        for text in [
            r#"{"a":[1,{"b":"}"}]}"#,
            "```json\n{\"a\":[1,{\"b\":\"}\"}]}\n```",
            "```{\"a\":[1,{\"b\":\"}\"}]}```",
            "Here is [the] answer:\n{\"a\":[1,{\"b\":\"}\"}]}\nGood luck!",
            "<think>{\"x\":1} no</think>\n\n{\"a\":[1,{\"b\":\"}\"}]}",
            "For example:\n```json\n{\"a\":0}\n```\nand so:\n```json\n{\"a\":[1,{\"b\":\"}\"}]}\n```",
        ] {
            assert_eq!(extract(text), expected, "{text}");
        }
        for text in [
            "",
            "no",
            "\"text\"",
            "12",
            "{\"items\":[{\"a\":1},{\"b",
            "<think>{\"a\":1}",
        ] {
            assert_eq!(extract(text), None, "{text}");
        }
    }

    fn said(text: &str) -> Reply {
        Reply {
            text: text.to_owned(),
            json: None,
            end: End::Whole,
            usage: Usage::default(),
            model: None,
        }
    }

    #[test]
    fn a_piece_of_an_answer_is_no_answer() {
        let schema = jsonschema::validator_for(&json!({ "type": "object" })).expect("a schema");
        assert!(judge(&said("{\"a\" 1, \"items\": [1, 2]}"), &schema).is_err());
        assert!(judge(&said("[{\"a\":1}]"), &schema).is_err());
        assert!(judge(&said("{\"a\":1}"), &schema).is_ok());
    }

    #[test]
    fn an_answer_follows_its_schema_to_the_letter() {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["ideas"],
            "properties": { "ideas": { "type": "array", "minItems": 1, "items": {
                "type": "object", "additionalProperties": false, "required": ["title", "kind"],
                "properties": { "title": { "type": "string" }, "kind": { "type": "string", "enum": ["page", "post"] },
                    "words": { "type": ["integer", "null"] } } } } }
        });
        let schema = jsonschema::validator_for(&schema).expect("a schema");
        let told = |json: Value| faults(&json, &schema);
        assert_eq!(
            told(json!({ "ideas": [{ "title": "a", "kind": "page", "words": null }] })),
            None
        );
        for (json, place, why) in [
            (json!({}), "the answer", "required"),
            (json!({ "ideas": [] }), "ideas", "less than 1 item"),
            (
                json!({ "ideas": [{ "title": "a" }] }),
                "ideas/0",
                "\"kind\" is a required",
            ),
            (
                json!({ "ideas": [{ "title": 1, "kind": "page" }] }),
                "ideas/0/title",
                "type \"string\"",
            ),
            (
                json!({ "ideas": [{ "title": "a", "kind": "novel" }] }),
                "ideas/0/kind",
                "\"page\"",
            ),
            (
                json!({ "ideas": [{ "title": "a", "kind": "page", "words": 1.5 }] }),
                "ideas/0/words",
                "integer",
            ),
            (
                json!({ "ideas": [{ "title": "a", "kind": "page" }], "more": 1 }),
                "the answer",
                "Additional properties",
            ),
        ] {
            let fault = told(json.clone()).unwrap_or_default();
            assert!(
                fault.starts_with(&format!("{place}: ")) && fault.contains(why),
                "{json}: {fault}"
            );
        }
        // The value itself is not repeated.
        let long = told(json!({ "ideas": [{ "title": ["x".repeat(10_000)], "kind": "page" }] })).expect("a fault");
        assert!(long.len() < 200, "{long}");
    }

    #[test]
    fn pictures_are_told_by_their_bytes() {
        assert_eq!(picture_type(b"\x89PNG\r\n\x1a\n..."), Some("image/png"));
        assert_eq!(picture_type(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(picture_type(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(picture_type(b"GIF89a"), Some("image/gif"));
        assert_eq!(picture_type(b"<svg xmlns="), None);
        assert_eq!(picture_type(b""), None);
    }
}
