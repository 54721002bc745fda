//! A JSON file of somebody else's: read strictly, changed one member at a time, all other bytes kept.

use std::path::{Path, PathBuf};

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstObject, CstRootNode};
use serde_json::Value;

use super::SetupError;
use super::write;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Claude Code reads strict JSON: what it would refuse must not be "mended" by us.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// A JSON file and the changes made to it in memory. No `Debug`: clients keep tokens and keys in these files.
pub(super) struct JsonFile {
    /// The path as the client knows it.
    pub(super) path: PathBuf,
    /// Where a link leads: the link stays, its target changes.
    pub(super) target: PathBuf,
    /// The bytes on disk; `None` where there is no file.
    pub(super) before: Option<Vec<u8>>,
    text: String,
    value: Value,
}

impl JsonFile {
    /// Reads a file; one that is missing counts as an empty object.
    pub(super) fn read(path: &Path) -> Result<Self, SetupError> {
        let target = write::follow(path)?;
        let before = write::read(&target)?;
        let not_json = |reason: String| SetupError::NotJson { path: path.to_owned(), reason };
        let text = match &before {
            None => "{}\n".to_owned(),
            Some(bytes) => {
                String::from_utf8(bytes.clone()).map_err(|_| not_json("it is not UTF-8 text".to_owned()))?
            }
        };
        let value: Value =
            serde_json::from_str(without_mark(&text)).map_err(|error| not_json(error.to_string()))?;
        if !value.is_object() {
            return Err(SetupError::NotAnObject { path: path.to_owned(), member: "the whole".to_owned() });
        }
        Ok(Self { path: path.to_owned(), target, before, text, value })
    }

    /// The member's value.
    pub(super) fn get(&self, pointer: &[String]) -> Option<&Value> {
        pointer.iter().try_fold(&self.value, |value, name| value.get(name))
    }

    /// Whether the file holds nothing but an empty object.
    pub(super) fn is_empty_object(&self) -> bool {
        self.value.as_object().is_some_and(serde_json::Map::is_empty)
    }

    /// The whole text with all changes.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Sets a member; says how many objects around it had to be made.
    pub(super) fn set(&mut self, pointer: &[String], value: &Value) -> Result<usize, SetupError> {
        let (last, parents) = pointer.split_last().expect("a pointer names at least one member");
        let mut wanted = self.value.clone();
        let mut place = &mut wanted;
        for (depth, name) in parents.iter().enumerate() {
            place = place
                .as_object_mut()
                .ok_or_else(|| self.not_an_object(&pointer[..depth]))?
                .entry(name)
                .or_insert_with(|| Value::Object(serde_json::Map::new()));
        }
        let around = place.as_object_mut().ok_or_else(|| self.not_an_object(parents))?;
        around.insert(last.clone(), value.clone());

        let root = self.parse()?;
        let mut object = self.root_object(&root)?;
        let mut made = 0;
        for name in parents {
            object = if let Some(member) = object.get(name) {
                member.object_value().ok_or_else(|| self.ambiguous())?
            } else {
                made += 1;
                spread_if_empty(&object);
                object.object_value_or_set(name)
            };
        }
        if let Some(member) = object.get(last) {
            member.set_value(input(value));
        } else {
            spread_if_empty(&object);
            object.append(last, input(value));
        }
        self.accept(&root, wanted)?;
        Ok(made)
    }

    /// Removes a member, and of the objects around it, innermost first, up to `parents` that are then empty.
    pub(super) fn remove(&mut self, pointer: &[String], parents: usize) -> Result<(), SetupError> {
        let mut pointer = pointer;
        let mut spare = parents;
        loop {
            let (last, around) = pointer.split_last().expect("a pointer names at least one member");
            let mut wanted = self.value.clone();
            let place = around.iter().try_fold(&mut wanted, |value, name| value.get_mut(name));
            let Some(object) = place.and_then(Value::as_object_mut) else { return Ok(()) };
            if object.remove(last).is_none() {
                return Ok(());
            }
            let emptied = object.is_empty();

            let root = self.parse()?;
            let mut object = self.root_object(&root)?;
            for name in around {
                object = object.object_value(name).ok_or_else(|| self.ambiguous())?;
            }
            object.get(last).ok_or_else(|| self.ambiguous())?.remove();
            self.accept(&root, wanted)?;
            if !emptied || spare == 0 || around.is_empty() {
                return Ok(());
            }
            spare -= 1;
            pointer = around;
        }
    }

    fn parse(&self) -> Result<CstRootNode, SetupError> {
        CstRootNode::parse(without_mark(&self.text), &STRICT)
            .map_err(|error| SetupError::NotJson { path: self.path.clone(), reason: error.to_string() })
    }

    fn root_object(&self, root: &CstRootNode) -> Result<CstObject, SetupError> {
        root.object_value().ok_or_else(|| self.not_an_object(&[]))
    }

    /// Takes the new text over if it means exactly what was wanted. It does not where a name stands twice in
    /// an object: readers take the last one, the editor the first.
    fn accept(&mut self, root: &CstRootNode, wanted: Value) -> Result<(), SetupError> {
        let text = root.to_string();
        match serde_json::from_str::<Value>(&text) {
            Ok(value) if value == wanted => {
                let mark = if self.text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK } else { "" };
                self.text = format!("{mark}{text}");
                self.value = wanted;
                Ok(())
            }
            _ => Err(self.ambiguous()),
        }
    }

    fn ambiguous(&self) -> SetupError {
        SetupError::Ambiguous { path: self.path.clone() }
    }

    fn not_an_object(&self, pointer: &[String]) -> SetupError {
        let member =
            if pointer.is_empty() { "the whole".to_owned() } else { format!("{:?}", pointer.join(".")) };
        SetupError::NotAnObject { path: self.path.clone(), member }
    }
}

/// The first member of an object gets a line of its own; an object that has members keeps its form.
fn spread_if_empty(object: &CstObject) {
    if object.properties().is_empty() {
        object.ensure_multiline();
    }
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(truth) => CstInputValue::Bool(*truth),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text.clone()),
        Value::Array(elements) => CstInputValue::Array(elements.iter().map(input).collect()),
        Value::Object(members) => {
            CstInputValue::Object(members.iter().map(|(name, value)| (name.clone(), input(value))).collect())
        }
    }
}

#[cfg(test)]
#[path = "json_file_tests.rs"]
mod tests;
