//! Keys and tokens that are known by their form, and passwords at the places that are made for them.
//!
//! The forms are the providers' own, as they publish them for secret scanning; what a form does not tell apart
//! from an ordinary word must have a digit too.

use std::sync::LazyLock;

use regex::Regex;

use super::Secret;

struct Form {
    kind: &'static str,
    pattern: Regex,
    is_secret: fn(&str) -> bool,
}

fn any(_: &str) -> bool {
    true
}

/// Letters and a digit: no word of a language.
fn mixed(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn mixed_with_both_cases(text: &str) -> bool {
    mixed(text)
        && text.bytes().any(|byte| byte.is_ascii_uppercase())
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// What stands in examples where a password belongs, or was taken out already.
fn is_given(password: &str) -> bool {
    let is_variable = password.starts_with(['$', '{', '<', '%', '[', '*']);
    !is_variable && !password.bytes().all(|byte| matches!(byte, b'x' | b'X' | b'.' | b'*'))
}

/// A form as it is written down here.
type Written = (&'static str, &'static str, fn(&str) -> bool);

/// Each form: its kind, its pattern (the secret is group 1, or all of it), and what else must be so.
static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let forms: &[Written] = &[
        ("Anthropic key", r"sk-ant-[A-Za-z0-9_-]{20,}", mixed),
        ("OpenRouter key", r"sk-or-v1-[0-9a-f]{40,}", any),
        ("OpenAI key", r"(?-u:\b)sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}", mixed),
        ("API key", r"(?-u:\b)sk-[A-Za-z0-9]{32,}", mixed),
        ("Stripe key", r"(?-u:\b)[sr]k_(?:live|test)_[A-Za-z0-9]{16,}", any),
        ("Stripe webhook secret", r"(?-u:\b)whsec_[A-Za-z0-9+/=]{24,}", any),
        ("AWS access key", r"(?-u:\b)(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?-u:\b)", any),
        (
            "AWS secret key",
            r#"(?:AKIA|ASIA)[A-Z2-7]{16}["'\s,:;|]{1,8}([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)"#,
            mixed_with_both_cases,
        ),
        (
            "AWS secret key",
            r#"(?i)aws_?secret(?:_?access)?_?key["']?[ \t]{0,3}[:=][ \t]{0,3}["']?([A-Za-z0-9/+]{40})"#,
            any,
        ),
        ("Google API key", r"AIza[0-9A-Za-z_-]{35}", any),
        ("Google token", r"ya29\.[0-9A-Za-z_-]{20,}", any),
        ("Google client secret", r"GOCSPX-[A-Za-z0-9_-]{24,}", any),
        ("GitHub token", r"gh[pousr]_[A-Za-z0-9]{36,}", any),
        ("GitHub token", r"github_pat_[A-Za-z0-9_]{36,}", any),
        ("GitLab token", r"gl(?:pat|dt|ptt|rt|ft|imt|agent|oas|cbt|soat|ffct)-[A-Za-z0-9_.-]{20,}", mixed),
        ("Slack token", r"xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,}", mixed),
        ("Slack token", r"xapp-[0-9]-[A-Z0-9]+-[0-9]+-[a-f0-9]{20,}", any),
        (
            "Slack webhook",
            r"hooks\.slack\.com/(?:services|workflows)/(T[A-Z0-9]{6,}/[AB][A-Z0-9]{6,}/[A-Za-z0-9]{16,})",
            any,
        ),
        ("Discord webhook", r"discord(?:app)?\.com/api/webhooks/([0-9]{15,21}/[A-Za-z0-9_-]{50,})", any),
        (
            "Discord token",
            r"(?-u:\b)[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}",
            mixed_with_both_cases,
        ),
        ("Twilio key", r"(?-u:\b)SK[0-9a-f]{32}(?-u:\b)", any),
        ("SendGrid key", r"(?-u:\b)SG\.[A-Za-z0-9_-]{16,24}\.[A-Za-z0-9_-]{40,}", any),
        ("npm token", r"(?-u:\b)npm_[A-Za-z0-9]{36}", any),
        ("PyPI token", r"pypi-Ag[A-Za-z0-9_-]{50,}", any),
        ("RubyGems key", r"rubygems_[a-f0-9]{48}", any),
        ("crates.io token", r"(?-u:\b)cio[A-Za-z0-9]{32}(?-u:\b)", mixed_with_both_cases),
        ("Hugging Face token", r"(?-u:\b)(?:hf|api_org)_[A-Za-z0-9]{30,}", any),
        ("Replicate token", r"(?-u:\b)r8_[A-Za-z0-9]{37,}", any),
        ("Groq key", r"(?-u:\b)gsk_[A-Za-z0-9]{40,}", any),
        ("xAI key", r"(?-u:\b)xai-[A-Za-z0-9]{60,}", any),
        ("Perplexity key", r"(?-u:\b)pplx-[A-Za-z0-9]{40,}", any),
        ("Azure storage key", r"(?i)(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{42,}={0,2})", any),
        ("Azure client secret", r"(?-u:\b)[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}", any),
        ("signed URL", r"(?i)[?&](?:sig|x-amz-signature|x-goog-signature)=([A-Za-z0-9%/+=_-]{40,})", any),
        ("Telegram token", r"(?-u:\b)[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?-u:\b)", any),
        ("DigitalOcean token", r"do[opr]_v1_[a-f0-9]{64}", any),
        ("Shopify token", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}", any),
        ("Databricks token", r"(?-u:\b)dapi[a-f0-9]{32}", any),
        ("Vault token", r"(?-u:\b)hv[sb]\.[A-Za-z0-9_-]{24,}", any),
        ("Terraform token", r"(?-u:\b)[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}", any),
        ("Grafana token", r"gl(?:sa|c)_[A-Za-z0-9_+/=]{32,}", mixed),
        ("Docker token", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}", any),
        ("Atlassian token", r"ATATT3[A-Za-z0-9_=-]{50,}", any),
        ("Notion token", r"(?-u:\b)(?:ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43}(?-u:\b))", any),
        ("Linear key", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}", any),
        ("Supabase token", r"(?-u:\b)sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{20,}", any),
        ("Airtable token", r"(?-u:\b)pat[A-Za-z0-9]{14}\.[a-f0-9]{64}", any),
        ("Figma token", r"(?-u:\b)figd_[A-Za-z0-9_-]{36,}", any),
        ("Mailchimp key", r"(?-u:\b)[0-9a-f]{32}-us[0-9]{1,2}(?-u:\b)", any),
        ("New Relic key", r"NRAK-[A-Z0-9]{27}", any),
        ("age key", r"AGE-SECRET-KEY-1[A-Z0-9]{50,}", any),
        ("Ambient Insights token", r"(?-u:\b)ami_(?:at|rt|ac|bs|pn|rm|cs|rb)_[A-Za-z0-9_-]{40,}", any),
        ("JSON Web Token", r"(?-u:\b)eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?", any),
        // RFC 3986, 3.2.1: the password stands between the first colon and the last @ of the authority.
        ("password", r#"(?i)(?-u:\b)[a-z][a-z0-9+.-]{1,20}://[^\s/?#@:'"<>\[]*:([^\s/?#'"<>]+)@"#, is_given),
        (
            "credentials",
            r#"(?i)authorization["'`]?[ \t]{0,3}[:=][ \t]{0,3}["'`]?(?:bearer|basic|token|apikey)[ \t]{1,3}([A-Za-z0-9._~+/=-]{8,})"#,
            mixed,
        ),
        ("credentials", r"(?i)(?-u:\b)bearer[ \t]{1,3}([A-Za-z0-9._~+/-]{16,}=*)", mixed),
        ("password", r#"curl [^\n]{0,300}?(?:-u|--user)[ =]['"]?[^\s:'"]{1,100}:([^\s'"]{3,})"#, is_given),
        ("password", r#"sshpass -p ?['"]?([^\s'"]{3,})"#, is_given),
    ];
    forms
        .iter()
        .map(|(kind, pattern, is_secret)| Form {
            kind,
            pattern: Regex::new(pattern).expect("the pattern is a constant that the tests compile"),
            is_secret: *is_secret,
        })
        .collect()
});

pub(super) fn find(text: &str, secrets: &mut Vec<Secret>) {
    for form in FORMS.iter() {
        // Most texts hold none: looking for a match costs a fraction of looking for its parts.
        if !form.pattern.is_match(text) {
            continue;
        }
        for found in form.pattern.captures_iter(text) {
            let secret = found.get(1).unwrap_or_else(|| found.get_match());
            if (form.is_secret)(secret.as_str()) {
                secrets.push(Secret { range: secret.range(), kind: form.kind });
            }
        }
    }
}
