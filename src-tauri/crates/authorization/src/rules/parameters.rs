//! Parameters of a query or a form (RFC 6749 §3.1, §3.2): each at most once, empty ones count as absent.

use url::form_urlencoded;

/// The pairs of a query or form, decoded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

/// A parameter came twice, or can not be read. Taking the first or the last of two would let two readers of
/// the same request see different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidParameter {
    #[error("the parameter {0} appears more than once")]
    Repeated(&'static str),
    #[error("the parameter {0} is not valid UTF-8")]
    NotText(&'static str),
}

impl Parameters {
    /// Decodes `raw`. Nothing is judged yet: what a parameter may be depends on who asks for it.
    pub(crate) fn decode(raw: &[u8]) -> Self {
        Self(form_urlencoded::parse(raw).into_owned().collect())
    }

    /// The value of `name`, if it is there once and not empty.
    pub(crate) fn one(&self, name: &'static str) -> Result<Option<&str>, InvalidParameter> {
        let mut values = self.values(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(InvalidParameter::Repeated(name));
        }
        match first {
            // The decoder writes this character for bytes that are no UTF-8; giving back a changed `state`
            // would break the client's own check, so it is said at once.
            Some(value) if value.contains('\u{FFFD}') => Err(InvalidParameter::NotText(name)),
            Some("") | None => Ok(None),
            Some(value) => Ok(Some(value)),
        }
    }

    /// Every value of `name` that is not empty: for `resource`, which may be repeated (RFC 8707 §2).
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values(name).filter(|value| !value.is_empty())
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
#[path = "parameters_tests.rs"]
mod tests;
