//! Secrets that are known by their names: `password=…`, `"api_key": "…"`, "the password is …".
//!
//! A name alone is not enough: "password: at least eight characters" and `token = get_token()` name no secret.
//! What stands behind the name must look like one too.

use std::sync::LazyLock;

use regex::Regex;

use super::Secret;

/// The name, what may stand between, and the sign that gives it its value.
static NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:(password|passwd|passwort|kennwort|passphrase|passcode|_pwd|(?-u:\b)pwd|mysql_pwd)",
        r"|(?:api|access|auth|secret|signing|encryption|private|account|shared|master|license)[_ -]?key",
        r"|(?:auth|access|refresh|bearer|bot|session|id|api|csrf|deploy|personal)[_ -]?token|token",
        r"|secret(?:[_ -]?(?:access)?[_ -]?key(?:_base)?)?|apikey|credentials?|authtoken)",
        r#"(?:["'`]{0,2}[ \t]{0,3}(?::=|=>|=|:)[ \t]{0,3}|>)"#,
    ))
    .expect("the pattern is a constant that the tests compile")
});

/// "The password (for the router) is …".
static SENTENCES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:password|passphrase|passcode|passwort|kennwort)",
        r"(?:[ \t]{1,3}(?:for|to|of|on|für|von|zum|zur|am|im)(?:[ \t]{1,3}[^\s.,;:!?]{1,40}){1,4}?)?",
        r"[ \t]{1,3}(?:is|was|ist|war|lautet|lautete)[ \t]{0,3}:?[ \t]{1,3}",
    ))
    .expect("the pattern is a constant that the tests compile")
});

/// The most bytes that a value has.
const LONGEST: usize = 512;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    /// Something a person may have made up.
    Password,
    /// Something a machine made.
    Token,
}

impl Named {
    fn kind(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Token => "secret",
        }
    }
}

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Quoted,
    /// `NAME=value`, the name in capitals: a shell's or a settings file's.
    Environment,
    Plain,
    /// In a sentence of a person.
    Said,
}

pub(super) fn find(text: &str, secrets: &mut Vec<Secret>) {
    let mut done = 0;
    for found in NAMES.captures_iter(text) {
        let whole = found.get_match();
        if whole.start() < done {
            continue;
        }
        let is_element = whole.as_str().ends_with('>') && !whole.as_str().ends_with("=>");
        if is_element && !text[..whole.start()].ends_with('<') {
            continue;
        }
        let named = if found.get(1).is_some() { Named::Password } else { Named::Token };
        let is_capital = whole.as_str().bytes().find(u8::is_ascii_alphabetic);
        let is_environment = is_capital.is_some_and(|byte| byte.is_ascii_uppercase())
            && !whole.as_str().bytes().any(|byte| byte.is_ascii_lowercase() || byte == b' ' || byte == b':')
            && whole.as_str().ends_with('=');
        let plain = if is_environment { Written::Environment } else { Written::Plain };
        if let Some(secret) = value(text, whole.end(), named, plain)
            && (!is_element || text[secret.range.end..].starts_with("</"))
        {
            done = secret.range.end;
            secrets.push(secret);
        }
    }
    for found in SENTENCES.find_iter(text) {
        secrets.extend(value(text, found.end(), Named::Password, Written::Said));
    }
}

/// The kind of secret that a value is by its own name, given apart from it (a preference).
pub(super) fn kind_of_named(name: &str, value: &str) -> Option<&'static str> {
    let assigned = format!("{name}=");
    let found = NAMES.captures(&assigned).filter(|found| found.get_match().end() == assigned.len())?;
    let named = if found.get(1).is_some() { Named::Password } else { Named::Token };
    is_secret(value, named, Written::Quoted).then(|| named.kind())
}

/// The value that begins at `start`, if it is a secret.
fn value(text: &str, start: usize, named: Named, plain: Written) -> Option<Secret> {
    let rest = &text[start..];
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`' | '“' | '„' | '«'));
    let (range, written) = if let Some(quote) = quote {
        let from = start + quote.len_utf8();
        let closing: &[char] = match quote {
            '“' => &['”', '"'],
            '„' => &['“', '”', '"'],
            '«' => &['»'],
            _ => &[quote, '\n'],
        };
        let end = text[from..].char_indices().take_while(|(at, _)| *at <= LONGEST);
        let end = end.into_iter().find(|(_, c)| closing.contains(c) || *c == '\n')?;
        if end.1 == '\n' {
            return None;
        }
        (from..from + end.0, Written::Quoted)
    } else {
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | ';' | '&' | '”');
        let length = rest
            .char_indices()
            .take_while(|(at, c)| *at <= LONGEST && !ends(*c))
            .last()
            .map_or(0, |(at, c)| at + c.len_utf8());
        let trimmed = rest[..length].trim_end_matches(['.', ',', ':', '?', ')', ']', '}', '\\']);
        (start..start + trimmed.len(), plain)
    };
    is_secret(&text[range.clone()], named, written).then_some(Secret { range, kind: named.kind() })
}

fn is_secret(value: &str, named: Named, written: Written) -> bool {
    let bytes = value.as_bytes();
    let has = |test: fn(&u8) -> bool| bytes.iter().any(test);
    let (letters, digits) = (has(u8::is_ascii_alphabetic), has(u8::is_ascii_digit));
    let special =
        has(|byte| matches!(byte, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'*' | b'+' | b'~' | b'?'));
    if value.len() > LONGEST || value.chars().any(char::is_whitespace) || is_placeholder(value) {
        return false;
    }
    let is_code = written != Written::Quoted && is_expression(value);
    match (named, written) {
        (_, Written::Plain | Written::Environment) if is_code => false,
        (Named::Password, Written::Quoted) => {
            bytes.len() >= 4 && (digits || special || (bytes.len() >= 6 && !is_common_word(value)))
        }
        (Named::Password, Written::Environment) => bytes.len() >= 5 && !is_common_word(value),
        (Named::Password, Written::Plain) => {
            (bytes.len() >= 5 && letters && (digits || special) && !is_described(value))
                || (bytes.len() >= 6 && bytes.iter().all(u8::is_ascii_digit))
        }
        (Named::Password, Written::Said) => {
            bytes.len() >= 6
                && letters
                && (digits || special)
                && !is_described(value)
                && !is_expression(value)
                && !value.ends_with(['!', '?'])
        }
        (Named::Token, _) => {
            let shortest = if written == Written::Quoted { 8 } else { 16 };
            let is_plain_text = bytes.iter().all(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=' | b'.' | b'~' | b':')
            });
            bytes.len() >= shortest
                && letters
                && digits
                && is_plain_text
                && !is_described(value)
                && !is_path(value)
        }
    }
}

/// What stands in examples, or was taken out already.
fn is_placeholder(value: &str) -> bool {
    let Some(first) = value.bytes().next() else { return true };
    if matches!(first, b'$' | b'{' | b'<' | b'%' | b'[' | b'(')
        || value.contains("${")
        || value.contains("{{")
    {
        return true;
    }
    if value.bytes().all(|byte| byte == first || matches!(byte, b'*' | b'.' | b'-' | b'x' | b'X')) {
        return true;
    }
    // The rules of a form: "required|min:8".
    if value.contains('|') && value.contains(':') {
        return true;
    }
    let lower = value.to_lowercase();
    [
        "your",
        "example",
        "changeme",
        "change_me",
        "placeholder",
        "redacted",
        "xxxx",
        "dummy",
        "env.",
        "environ",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

/// Names, calls and types of a program: they hold a secret elsewhere.
fn is_expression(value: &str) -> bool {
    value.contains(['(', '[', '{', '|'])
        || value.contains("::")
        || value.split('.').count() > 1
            && value.split('.').all(|part| {
                part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                    && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                    && !part.bytes().any(|byte| byte.is_ascii_digit())
            })
        || value.contains(".get")
        || value.starts_with("self.")
        || value.starts_with("this.")
}

/// Words and numbers joined by `-`, `_` or `/`: `8-characters`, `base64-encoded`, `my_token_2`.
fn is_described(value: &str) -> bool {
    const NAMES_WITH_DIGITS: [&str; 18] = [
        "base64", "sha1", "sha256", "sha512", "md5", "utf8", "utf16", "oauth2", "argon2", "argon2id",
        "argon2i", "blake3", "blake2b", "ed25519", "x509", "hs256", "rs256", "es256",
    ];
    let lower = value.to_lowercase();
    let parts: Vec<&str> = lower.split(['-', '_', '/', '.']).collect();
    if parts.len() == 1 {
        return NAMES_WITH_DIGITS.contains(&lower.as_str());
    }
    parts.iter().all(|part| {
        part.bytes().all(|byte| byte.is_ascii_alphabetic())
            || (part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit()))
            || NAMES_WITH_DIGITS.contains(part)
    })
}

fn is_path(value: &str) -> bool {
    value.starts_with(['/', '.', '~']) || value.contains("://") || value.contains(":/")
}

/// Words that stand behind the name of a password in forms, schemas and translations.
fn is_common_word(value: &str) -> bool {
    const WORDS: [&str; 22] = [
        "string",
        "text",
        "varchar",
        "required",
        "hidden",
        "invalid",
        "optional",
        "nullable",
        "missing",
        "wrong",
        "incorrect",
        "expired",
        "undefined",
        "default",
        "disabled",
        "enabled",
        "prompt",
        "unknown",
        "forgotten",
        "strong",
        "unsafe",
        "mandatory",
    ];
    const PARTS: [&str; 14] = [
        "pass", "pwd", "wort", "contras", "motde", "senha", "secret", "token", "none", "null", "true",
        "false", "value", "field",
    ];
    let lower = value.to_lowercase();
    !value.is_ascii() || WORDS.contains(&lower.as_str()) || PARTS.iter().any(|part| lower.contains(part))
}
