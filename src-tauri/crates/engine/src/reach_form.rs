//! The settings of public reach as a form: what can be chosen, what each choice means, what is set. The windows draw it
//! and know no setting by its name, so that a new provider needs nothing of theirs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tunnel::ProviderKind;

use crate::{Config, SettingSource};

/// The whole form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReachForm {
    /// By which way the internet is to reach the program.
    pub provider: ReachChoice,
    /// What holds for every way.
    pub general: Vec<ReachField>,
    /// Where the certificate of the public name comes from.
    pub certificate: ReachChoice,
}

/// One of a few ways is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReachChoice {
    /// The id of the way that is set.
    pub chosen: String,
    /// Who set it.
    pub source: SettingSource,
    /// The ways.
    pub ways: Vec<ReachWay>,
}

/// A way, with what has to be known for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReachWay {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it means in sentences, the most important first: who can read along, whether the address stays.
    pub words: Vec<String>,
    /// Whether what holds for every way, and a certificate, concern it.
    pub public: bool,
    /// Whether it can give the public address itself, so that none has to be set.
    pub gives_name: bool,
    /// Its settings.
    pub fields: Vec<ReachField>,
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReachField {
    /// Its name in `config.toml`.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// What it means.
    pub words: String,
    /// What it is.
    pub kind: ReachFieldKind,
    /// What is set, or the default; empty: nothing.
    pub value: String,
    /// Who set it.
    pub source: SettingSource,
    /// Nothing works without it.
    pub required: bool,
}

/// What a setting is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ReachFieldKind {
    /// A text, for example this one.
    Text {
        /// The example.
        example: String,
    },
    /// A whole number.
    Number,
    /// Yes or no: `true` or `false`.
    Switch,
    /// One of these.
    Choice {
        /// Which.
        choices: Vec<ReachOption>,
    },
}

/// One value of a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReachOption {
    /// As it stands in `config.toml`.
    pub value: String,
    /// What people call it.
    pub name: String,
}

/// The settings of the form that are read when the program starts.
const READ_AT_THE_START: [&str; 7] = [
    "public_url",
    "certificate.chain",
    "certificate.key",
    "certificate.root",
    "acme.directory",
    "acme.challenge",
    "acme.http_port",
];

/// Whether the file says something of public reach that is used only after a restart.
pub(crate) fn waits_for_a_restart(running: &Config, file: &Config) -> bool {
    READ_AT_THE_START
        .iter()
        .any(|key| !running.source(key).is_above_the_file() && running.text(key) != file.text(key))
}

/// The id of "by no way".
const NONE: &str = "none";
/// The ids of where a certificate comes from.
const AUTHORITY: &str = "authority";
const FILES: &str = "files";

impl ReachForm {
    /// The form with these settings. `written` is what the file itself says of each: a file's name stays as somebody
    /// wrote it, and what does not count just now is not forgotten.
    pub(crate) fn new(config: &Config, written: &BTreeMap<String, String>) -> Self {
        let shown = Shown { config, written };
        let provider = shown.of("tunnel.provider");
        let chosen = match provider.as_str() {
            "" if shown.of("ingress_port").is_empty() => NONE.to_owned(),
            "" => ProviderKind::Ingress.as_str().to_owned(),
            _ => provider,
        };
        let from_files = !shown.of("certificate.chain").is_empty() || !shown.of("certificate.key").is_empty();
        Self {
            provider: ReachChoice {
                chosen,
                source: shown.source("tunnel.provider"),
                ways: std::iter::once(nobody())
                    .chain(
                        ProviderKind::ALL
                            .into_iter()
                            .filter(|kind| can_be_chosen(*kind))
                            .map(|kind| way(&shown, kind)),
                    )
                    .collect(),
            },
            general: general(&shown),
            certificate: ReachChoice {
                chosen: if from_files { FILES } else { AUTHORITY }.to_owned(),
                source: shown.source("certificate.chain"),
                ways: vec![authority(&shown), own_files(&shown)],
            },
        }
    }

    /// The settings that count where these ways are chosen.
    pub(crate) fn fields(&self, provider: &str, certificate: &str) -> Option<Vec<&ReachField>> {
        let way = self.provider.ways.iter().find(|way| way.id == provider)?;
        let from = self.certificate.ways.iter().find(|way| way.id == certificate)?;
        let mut fields: Vec<&ReachField> = way.fields.iter().collect();
        if way.public {
            fields.extend(self.general.iter().chain(&from.fields));
        }
        Some(fields)
    }

    /// Whether nothing works without it.
    pub(crate) fn needs(&self, provider: &str, field: &ReachField) -> bool {
        let gives_name = self.provider.ways.iter().any(|way| way.id == provider && way.gives_name);
        field.required || (field.key == "public_url" && !gives_name)
    }

    /// The settings that may not stay as they are where these ways are chosen instead: with them, it would be
    /// another way.
    pub(crate) fn contrary(provider: &str, certificate: &str) -> Vec<&'static str> {
        let mut keys = Vec::new();
        if provider == NONE {
            keys.extend(["tunnel.provider", "tunnel.start", "ingress_port", "ingress_proxy_protocol"]);
        }
        if certificate == AUTHORITY && provider != NONE {
            keys.extend(["certificate.chain", "certificate.key", "certificate.root"]);
        }
        keys
    }

    /// Whether this is the id of a provider, and not "by no way".
    pub(crate) fn is_provider(id: &str) -> bool {
        id != NONE
    }
}

/// What the windows show of a setting.
struct Shown<'a> {
    config: &'a Config,
    written: &'a BTreeMap<String, String>,
}

impl Shown<'_> {
    fn source(&self, key: &str) -> SettingSource {
        self.config.source(key)
    }

    fn of(&self, key: &str) -> String {
        let written = self.written.get(key).filter(|_| !self.source(key).is_above_the_file());
        written.cloned().or_else(|| self.config.text(key)).unwrap_or_default()
    }

    fn field(&self, key: &str, name: &str, kind: ReachFieldKind, words: &str) -> ReachField {
        ReachField {
            key: key.to_owned(),
            name: name.to_owned(),
            words: words.to_owned(),
            kind,
            value: self.of(key),
            source: self.source(key),
            required: false,
        }
    }
}

impl ReachField {
    fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

fn text(example: &str) -> ReachFieldKind {
    ReachFieldKind::Text { example: example.to_owned() }
}

fn choice(choices: &[(&str, &str)]) -> ReachFieldKind {
    let option = |(value, name): &(&str, &str)| ReachOption { value: (*value).into(), name: (*name).into() };
    ReachFieldKind::Choice { choices: choices.iter().map(option).collect() }
}

fn nobody() -> ReachWay {
    ReachWay {
        id: NONE.to_owned(),
        name: "Nobody from the internet".to_owned(),
        words: vec!["Only programs on this computer reach this one.".to_owned()],
        public: false,
        gives_name: false,
        fields: Vec::new(),
    }
}

/// Whether this program was built with it.
fn can_be_chosen(kind: ProviderKind) -> bool {
    kind != ProviderKind::Ngrok || tunnel::ngrok::IS_BUILT_IN
}

fn way(shown: &Shown<'_>, kind: ProviderKind) -> ReachWay {
    let (name, fields) = match kind {
        ProviderKind::Ssh => ("Through my own host, by SSH", ssh(shown)),
        ProviderKind::Ingress => ("Through my own router or proxy", ingress(shown)),
        ProviderKind::Tailscale => ("Through Tailscale Funnel", tailscale(shown)),
        ProviderKind::Cloudflared => ("Through Cloudflare", cloudflared(shown)),
        ProviderKind::Ngrok => ("Through ngrok", ngrok(shown)),
    };
    let words = crate::reach::words(shown.config, kind);
    let gives_name = matches!(kind, ProviderKind::Tailscale | ProviderKind::Cloudflared);
    ReachWay { id: kind.as_str().to_owned(), name: name.to_owned(), words, public: true, gives_name, fields }
}

fn ssh(shown: &Shown<'_>) -> Vec<ReachField> {
    let everywhere = choice(&[("all", "From everywhere"), ("loopback", "From the host itself alone")]);
    vec![
        shown
            .field("tunnel.ssh.host", "Host", text("example.org"), "The name or address of your host.")
            .required(),
        shown.field(
            "tunnel.ssh.user",
            "User",
            text("ambient-insights"),
            "Who logs in there. Best one who can do nothing else.",
        ),
        shown.field("tunnel.ssh.port", "SSH port", ReachFieldKind::Number, "Where SSH listens on the host."),
        shown.field(
            "tunnel.ssh.key",
            "Private key",
            text("~/.ssh/id_ed25519"),
            "The file of the key to log in with. Empty: what your ssh-agent holds, then the usual ones.",
        ),
        shown.field(
            "tunnel.ssh.remote_port",
            "Public port",
            ReachFieldKind::Number,
            "Where the host listens for visitors. Claude's cloud reaches port 443 alone.",
        ),
        shown.field(
            "tunnel.ssh.remote_address",
            "Reached",
            everywhere,
            "From the host itself alone, where a forwarder of its own stands before it.",
        ),
    ]
}

fn ingress(shown: &Shown<'_>) -> Vec<ReachField> {
    vec![
        shown
            .field(
                "ingress_port",
                "Port on this computer",
                ReachFieldKind::Number,
                "Where your router or proxy passes the internet's visitors on to.",
            )
            .required(),
        shown.field(
            "ingress_proxy_protocol",
            "It sends PROXY protocol headers",
            ReachFieldKind::Switch,
            "They tell from where somebody connects. Who sends none is then not let in.",
        ),
    ]
}

fn tailscale(shown: &Shown<'_>) -> Vec<ReachField> {
    let ends = choice(&[
        ("", "Here if there is a public address, else in Tailscale"),
        ("here", "Here, with this program's certificate"),
        ("tailscale", "In Tailscale's service on this computer"),
    ]);
    let ports = choice(&[("443", "443"), ("8443", "8443"), ("10000", "10000")]);
    vec![
        shown.field(
            "tunnel.tailscale.tls",
            "Where the encryption ends",
            ends,
            "Both are on this computer. Tailscale itself gets a certificate for its own name.",
        ),
        shown.field("tunnel.tailscale.port", "Public port", ports, "Claude's cloud reaches port 443 alone."),
        shown.field(
            "tunnel.tailscale.program",
            "The program",
            text("/usr/bin/tailscale"),
            "Its whole path, where it is not found by itself.",
        ),
    ]
}

fn cloudflared(shown: &Shown<'_>) -> Vec<ReachField> {
    vec![
        shown.field(
            "tunnel.cloudflared.token_file",
            "File with the token",
            text("cloudflare-token"),
            "For a tunnel that is managed at Cloudflare: its token, in a file that only you can read.",
        ),
        shown.field(
            "tunnel.cloudflared.credentials_file",
            "File with the credentials",
            text("~/.cloudflared/UUID.json"),
            "In place of a token: what `cloudflared tunnel create` wrote.",
        ),
        shown.field(
            "tunnel.cloudflared.quick",
            "Only try it, without an account",
            ReachFieldKind::Switch,
            "In place of both. The address is another one after each start, and assistants have to be connected anew.",
        ),
        shown.field(
            "tunnel.cloudflared.port",
            "Port on this computer",
            ReachFieldKind::Number,
            "Where requests come in: for a tunnel with a token, as it is set at Cloudflare.",
        ),
        shown.field(
            "tunnel.cloudflared.program",
            "The program",
            text("/usr/bin/cloudflared"),
            "Its whole path, where it is not found by itself.",
        ),
    ]
}

fn ngrok(shown: &Shown<'_>) -> Vec<ReachField> {
    vec![shown.field(
        "tunnel.ngrok.authtoken_file",
        "File with the token",
        text("ngrok-token"),
        "The token of your account for agents, in a file that only you can read: its whole path, or its name in the data folder. The account's plan has to have TLS endpoints.",
    )]
}

fn general(shown: &Shown<'_>) -> Vec<ReachField> {
    let visitors =
        choice(&[("anyone", "Every assistant that you approved"), ("anthropic", "Claude's cloud alone")]);
    vec![
        shown.field(
            "public_url",
            "Public address",
            text("https://memory.example.org"),
            "The name under which the internet finds this program: https and a host name that leads to it. Tailscale and \
             a trial by Cloudflare give one themselves.",
        ),
        shown.field(
            "tunnel.allow",
            "Who may come in",
            visitors,
            "Claude's cloud alone: an access works only from Anthropic's published addresses. You still approve in your \
             own browser, from everywhere.",
        ),
        shown.field(
            "tunnel.start",
            "Turn it on when the program starts",
            ReachFieldKind::Switch,
            "Else you turn it on by hand.",
        ),
    ]
}

fn authority(shown: &Shown<'_>) -> ReachWay {
    let mut authorities = vec![
        ReachOption { value: "letsencrypt".into(), name: "Let's Encrypt".into() },
        ReachOption { value: "letsencrypt-staging".into(), name: "Let's Encrypt's place for trials".into() },
    ];
    let set = shown.of("acme.directory");
    if authorities.iter().all(|known| known.value != set) {
        authorities.push(ReachOption { value: set.clone(), name: set });
    }
    let proofs = choice(&[
        ("tls-alpn-01", "Through the public address itself"),
        ("http-01", "Through port 80 of the name"),
    ]);
    ReachWay {
        id: AUTHORITY.to_owned(),
        name: "From a certificate authority".to_owned(),
        words: vec!["It costs nothing and is renewed by itself. You agree to the authority's terms first.".to_owned()],
        public: true,
        gives_name: false,
        fields: vec![
            shown.field(
                "acme.directory",
                "Authority",
                ReachFieldKind::Choice { choices: authorities },
                "No assistant believes a certificate from the place for trials.",
            ),
            shown.field(
                "acme.challenge",
                "It looks",
                proofs,
                "How the authority sees that the name leads here. Port 80 is for your own router or proxy alone.",
            ),
            shown.field(
                "acme.http_port",
                "Port for the look",
                ReachFieldKind::Number,
                "Where your router or proxy passes port 80 on to. Needed for a look through port 80 alone.",
            ),
        ],
    }
}

fn own_files(shown: &Shown<'_>) -> ReachWay {
    ReachWay {
        id: FILES.to_owned(),
        name: "From my own files".to_owned(),
        words: vec!["They are watched, and new ones are taken up when you put them there.".to_owned()],
        public: true,
        gives_name: false,
        fields: vec![
            shown
                .field(
                    "certificate.chain",
                    "Certificate",
                    text("/etc/letsencrypt/live/example.org/fullchain.pem"),
                    "The certificate and those that vouch for it, in one PEM file.",
                )
                .required(),
            shown
                .field(
                    "certificate.key",
                    "Its key",
                    text("/etc/letsencrypt/live/example.org/privkey.pem"),
                    "The private key of the certificate, without a password.",
                )
                .required(),
        ],
    }
}

#[cfg(test)]
#[path = "reach_form_tests.rs"]
mod tests;
