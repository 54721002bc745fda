//! Why settings can not be used.

use std::path::PathBuf;

use super::KEYS;

/// Why the settings can not be used. Every message names the place and the remedy.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// A name that is no setting's.
    #[error("{place} names the unknown setting {key:?}; {}", nearest(.key))]
    UnknownKey {
        /// Where it stands.
        place: String,
        /// The name.
        key: String,
    },
    /// A value that does not fit its setting.
    #[error("{place} sets {key} to {value}, but {rule}")]
    BadValue {
        /// Where it stands.
        place: String,
        /// The setting.
        key: &'static str,
        /// What was given.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
    /// A client of the settings that can not be used.
    #[error("{place} names a client that can not be used: {detail}")]
    StaticClient {
        /// Where it stands.
        place: String,
        /// Why, and what to do.
        detail: String,
    },
    /// Two clients of one id.
    #[error("the settings name two static clients {id:?}; give one of them another id")]
    TwoStaticClients {
        /// The id.
        id: String,
    },
    /// A file that is no TOML.
    #[error("{} is not valid TOML, so no setting is known; mend it: {detail}", .path.display())]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Where and why.
        detail: String,
    },
    /// A file that can not be read.
    #[error("{} can not be read: {detail}; {remedy}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        detail: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The system names no place for a program's data.
    #[error("no folder for this user's data is known; name one with --data-dir")]
    NoDataDir,
    /// Load tests never run in public.
    #[error("limits = \"off\" is for load tests on this computer; remove public_url first")]
    LimitsOffInPublic,
    /// A port for the internet, without the name under which the internet comes.
    #[error(
        "ingress_port is for what comes from the internet, and no public_url is set; set the address under which \
         your proxy is reached as public_url, or remove ingress_port"
    )]
    IngressWithoutPublicUrl,
    /// A chain without its key, or the other way round.
    #[error("a certificate is a chain and its key: set {missing} too, or remove the other")]
    HalfACertificate {
        /// The setting that is missing.
        missing: &'static str,
    },
    /// A certificate for a public name, and no public name.
    #[error(
        "certificate.chain is for the public name, and no public_url is set; set the https address that the \
         certificate is for as public_url, or remove certificate.chain and certificate.key"
    )]
    CertificateWithoutPublicUrl,
    /// Challenges over HTTP, and nowhere to answer them.
    #[error(
        "acme.challenge is \"http-01\"; set acme.http_port to the port of this computer to which your router or \
         proxy sends port 80 of the public name"
    )]
    ChallengeWithoutPort,
    /// Another authorization server, and nobody said which.
    #[error("authorization.mode is \"external\"; set authorization.issuer to that server's address")]
    ExternalWithoutIssuer,
    /// Something about another authorization server, which is not in use.
    #[error(
        "{key} is for another authorization server; set authorization.mode = \"external\" too, or remove it"
    )]
    ExternalSettingWithoutMode {
        /// The setting.
        key: &'static str,
    },
    /// Asking another server about tokens takes an id and a secret.
    #[error(
        "authorization.validation = \"introspection\" needs authorization.client_id and \
         authorization.client_secret_file; set what that server gave this one"
    )]
    IntrospectionWithoutCredentials,
    /// A file with a secret that can not be read.
    #[error("{} can not be read: {detail}; put the secret into it, readable for this user", .path.display())]
    UnreadableSecret {
        /// The file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// Who may come hangs on where they come from, and that would not be known.
    #[error("tunnel.allow = \"anthropic\" needs to know from where somebody connects: {remedy}")]
    VisitorsUnknown {
        /// What to do.
        remedy: &'static str,
    },
    /// One port for what comes from here and from the internet: they could not be told apart.
    #[error("port and ingress_port are both {port}; give one of them another number")]
    OnePortForBoth {
        /// The number.
        port: u16,
    },
}

fn nearest(key: &str) -> String {
    let best = KEYS
        .iter()
        .map(|known| (strsim::jaro_winkler(key, known), *known))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.7);
    match best {
        Some((_, known)) => format!("did you mean {known:?}?"),
        None => format!("the settings are {}", KEYS.join(", ")),
    }
}
