//! What a message says, in the shapes that Anthropic's programs write: a text, or a list of blocks.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The texts of a message; of everything else only that it was there. A block of an unknown type counts for
/// nothing, and so does whatever else stands where a text should: programs invent new shapes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    /// Its text blocks, a blank line between two.
    pub(crate) text: String,
    pub(crate) has_image: bool,
    pub(crate) has_tool_result: bool,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    text: Option<&'a RawValue>,
}

/// The text that `raw` is, if it is one.
pub(crate) fn text_of(raw: &RawValue) -> Option<String> {
    raw.get().starts_with('"').then(|| serde_json::from_str(raw.get()).ok()).flatten()
}

impl Content {
    pub(crate) fn of(raw: &RawValue) -> Self {
        let mut content = Self::default();
        if let Some(text) = text_of(raw) {
            content.text = text;
        } else if raw.get().starts_with('[')
            && let Ok(blocks) = serde_json::from_str::<Vec<&RawValue>>(raw.get())
        {
            for block in blocks {
                content.block(block);
            }
        }
        content
    }

    fn block(&mut self, raw: &RawValue) {
        if let Some(text) = text_of(raw) {
            return self.add(&text);
        }
        let Ok(block) = serde_json::from_str::<Block<'_>>(raw.get()) else { return };
        match block.kind.and_then(text_of).as_deref() {
            None | Some("text") => self.add(&block.text.and_then(text_of).unwrap_or_default()),
            Some("image") => self.has_image = true,
            Some("tool_result") => self.has_tool_result = true,
            Some(_) => {}
        }
    }

    fn add(&mut self, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(text);
    }
}

/// Only from a text in memory: what is borrowed there is never copied.
impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(Self::of)
    }
}
