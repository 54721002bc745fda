//! Checks a call's arguments against the tool's own schema, and says how to mend them.
//!
//! The reader of these texts is a model that will try again at once: each names the argument, what it was
//! given, and an example. All faults are told together, so that one retry is enough.

use std::fmt::{self, Write as _};

use rmcp::model::JsonObject;
use serde_json::Value;

/// How many faults one answer tells; more would only hide the first.
const FAULTS_TOLD: usize = 5;
/// How much of an unknown argument's name is repeated.
const NAME_SHOWN: usize = 40;
/// How alike (0 to 1) a known name must be before it is offered for an unknown one.
const ALIKE: f64 = 0.4;

/// The rules of one tool's arguments, read from its input schema.
pub(crate) struct ArgumentRules {
    tool: &'static str,
    rules: Vec<Rule>,
}

struct Rule {
    name: String,
    required: bool,
    expected: Expected,
    /// This argument alone as JSON, such as `{"limit":5}`; none where the tool's example leaves it out.
    example: Option<String>,
}

enum Expected {
    Text {
        shortest: usize,
        longest: usize,
        one_of: Vec<String>,
    },
    Integer {
        least: i64,
        most: i64,
    },
    /// What this file has no words for; the tool's own type checks it.
    Other,
}

/// Arguments that do not fit; its text is for the model.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.text)]
pub(crate) struct InputError {
    text: String,
}

impl InputError {
    /// An error about one argument's meaning, found by the tool itself.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// The schema let something through that the tool's type does not take.
    #[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` wants")]
    pub(crate) fn unreadable(error: serde_json::Error) -> Self {
        Self::new(format!("the arguments do not fit the tool's input schema: {error}"))
    }
}

impl ArgumentRules {
    pub(crate) fn new(tool: &'static str, schema: &JsonObject, example: &Value) -> Self {
        let required = |name: &str| {
            schema
                .get("required")
                .and_then(Value::as_array)
                .is_some_and(|names| names.iter().any(|required| required == name))
        };
        let rules = schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, schema)| Rule {
                name: name.clone(),
                required: required(name),
                expected: Expected::read(schema),
                example: example.get(name).map(|value| {
                    let alone: JsonObject = [(name.clone(), value.clone())].into_iter().collect();
                    Value::Object(alone).to_string()
                }),
            })
            .collect();
        Self { tool, rules }
    }

    /// The arguments, cleaned for the tool's type: `null` for an optional argument means "not given" (some
    /// clients fill every argument), and a whole number written as `5.0` is 5, as JSON Schema has it.
    ///
    /// # Errors
    /// Every fault found, in words for a model.
    pub(crate) fn check(&self, mut arguments: JsonObject) -> Result<JsonObject, InputError> {
        let mut faults = Vec::new();
        for name in arguments.keys() {
            if !self.rules.iter().any(|rule| rule.name == *name) {
                faults.push(self.unknown(name));
            }
        }
        for rule in &self.rules {
            match arguments.get_mut(&rule.name) {
                None if rule.required => faults.push(format!("`{}` is missing.{}", rule.name, rule.hint())),
                None => {}
                Some(Value::Null) if !rule.required => {
                    arguments.remove(&rule.name);
                }
                Some(value) => {
                    if let Err(wrong) = rule.expected.check(value) {
                        faults.push(format!("`{}` {wrong}{}", rule.name, rule.hint()));
                    }
                }
            }
        }
        if faults.is_empty() {
            return Ok(arguments);
        }
        let more = faults.len().saturating_sub(FAULTS_TOLD);
        faults.truncate(FAULTS_TOLD);
        let mut text = format!("{} was not run: {}", self.tool, faults.join(" "));
        if more > 0 {
            let _ = write!(text, " And {more} more.");
        }
        Err(InputError { text })
    }

    fn unknown(&self, given: &str) -> String {
        let shown: String =
            given.chars().filter(|character| !character.is_control()).take(NAME_SHOWN).collect();
        if self.rules.is_empty() {
            return format!("Unknown argument `{shown}`: {} takes no arguments.", self.tool);
        }
        match nearest(given, self.rules.iter().map(|rule| rule.name.as_str())) {
            Some(known) => format!("Unknown argument `{shown}`; did you mean `{known}`?"),
            None => format!("Unknown argument `{shown}`; {} takes {}.", self.tool, self.signature()),
        }
    }

    /// Such as "`user_message`, `assistant_response`, and optionally `conversation`".
    fn signature(&self) -> String {
        let names = |required: bool| {
            let names: Vec<_> = self
                .rules
                .iter()
                .filter(|rule| rule.required == required)
                .map(|rule| format!("`{}`", rule.name))
                .collect();
            names.join(", ")
        };
        match (names(true), names(false)) {
            (required, optional) if optional.is_empty() => required,
            (required, optional) if required.is_empty() => format!("optionally {optional}"),
            (required, optional) => format!("{required}, and optionally {optional}"),
        }
    }
}

impl Rule {
    fn hint(&self) -> String {
        self.example.as_ref().map(|example| format!(" Example: {example}")).unwrap_or_default()
    }
}

impl Expected {
    fn read(schema: &Value) -> Self {
        let whole = |key: &str| schema.get(key).and_then(Value::as_i64);
        let length = |key: &str| whole(key).and_then(|length| usize::try_from(length).ok());
        match schema.get("type").and_then(Value::as_str) {
            Some("string") => Self::Text {
                shortest: length("minLength").unwrap_or(0),
                longest: length("maxLength").unwrap_or(usize::MAX),
                one_of: schema
                    .get("enum")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
            },
            Some("integer") => Self::Integer {
                least: whole("minimum").unwrap_or(i64::MIN),
                most: whole("maximum").unwrap_or(i64::MAX),
            },
            _ => Self::Other,
        }
    }

    /// What is wrong with the value, as the rest of a sentence that begins with the argument's name.
    fn check(&self, value: &mut Value) -> Result<(), Wrong> {
        match self {
            Self::Other => Ok(()),
            Self::Text { shortest, longest, one_of } => {
                let Value::String(text) = value else {
                    return Err(Wrong::Kind { wanted: "a string", given: kind(value) });
                };
                // A text of n bytes has at most n characters: the common case is not counted.
                if text.len() > *longest {
                    let length = text.chars().count();
                    if length > *longest {
                        return Err(Wrong::TooLong { length, longest: *longest });
                    }
                }
                if text.trim().chars().take(*shortest).count() < *shortest {
                    return Err(Wrong::Blank);
                }
                if !one_of.is_empty() && !one_of.contains(text) {
                    return Err(Wrong::NotOneOf(one_of.clone()));
                }
                Ok(())
            }
            Self::Integer { least, most } => {
                let Some(number) = integer(value) else {
                    return Err(Wrong::Kind { wanted: "an integer", given: kind(value) });
                };
                if number < *least || number > *most {
                    return Err(Wrong::OutOfRange { number, least: *least, most: *most });
                }
                *value = Value::from(number);
                Ok(())
            }
        }
    }
}

enum Wrong {
    Kind { wanted: &'static str, given: &'static str },
    Blank,
    TooLong { length: usize, longest: usize },
    NotOneOf(Vec<String>),
    OutOfRange { number: i64, least: i64, most: i64 },
}

impl fmt::Display for Wrong {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind { wanted, given } => write!(out, "must be {wanted}, but {given} was given."),
            Self::Blank => out.write_str("must not be empty."),
            Self::TooLong { length, longest } => write!(
                out,
                "is {length} characters long, but at most {longest} are kept: send the part that matters."
            ),
            Self::NotOneOf(allowed) => write!(out, "must be one of {}.", allowed.join(", ")),
            Self::OutOfRange { number, least, most } => {
                write!(out, "is {number}, but must be from {least} to {most}.")
            }
        }
    }
}

/// The known name that is most like the given one, if any is alike.
pub(crate) fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A very long name is nobody's slip, and measuring the distance takes time by its square.
    let given: String = given.chars().take(NAME_SHOWN).collect::<String>().to_lowercase();
    known
        .map(|name| {
            let likeness = if !given.is_empty() && (name.contains(&given) || given.contains(name)) {
                1.0
            } else {
                strsim::normalized_damerau_levenshtein(&given, name)
            };
            (name, likeness)
        })
        .filter(|(_, likeness)| *likeness >= ALIKE)
        .max_by(|(_, one), (_, other)| one.total_cmp(other))
        .map(|(name, _)| name)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The value as a whole number; JSON Schema counts `5.0` as one.
fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        // Beyond 2^53 a float no longer tells neighbouring integers apart.
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53, as just checked")]
        (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
    })
}

#[cfg(test)]
#[path = "arguments_tests.rs"]
mod tests;
