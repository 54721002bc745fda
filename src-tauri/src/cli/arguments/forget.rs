//! The grammar of `forget`.

use clap::Args;

#[derive(Debug, Args)]
pub(in crate::cli) struct ForgetArguments {
    #[command(flatten)]
    pub(in crate::cli) what: ForgetWhat,
    /// Only show what would go
    #[arg(long, conflicts_with = "yes")]
    pub(in crate::cli) preview: bool,
    /// Do not ask
    #[arg(long)]
    pub(in crate::cli) yes: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(in crate::cli) struct ForgetWhat {
    /// One turn
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) turn: Option<String>,
    /// A conversation with all its turns
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) conversation: Option<String>,
    /// All that came from one client, or from one import (its source)
    #[arg(long, value_name = "CLIENT_ID")]
    pub(in crate::cli) client: Option<String>,
    /// Everything that holds these words, whole and in this order, whatever their case and accents
    #[arg(long, value_name = "WORDS")]
    pub(in crate::cli) phrase: Option<String>,
    /// All that is remembered; settings and connections stay
    #[arg(long)]
    pub(in crate::cli) everything: bool,
}
