//! The values of settings that are more than a number or a text.

use serde::{Deserialize, Serialize};

/// How the windows look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word for it in `config.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == word)
    }
}

/// A setting as it is set, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Setting<T> {
    /// What is set, or the default.
    pub value: T,
    /// Who set it.
    pub source: SettingSource,
}

/// Where a setting comes from. Each outweighs those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum SettingSource {
    /// Nobody said anything.
    #[default]
    Default,
    /// `config.toml`.
    File,
    /// A variable of the environment.
    Environment,
    /// An option of the command line.
    CommandLine,
}

impl SettingSource {
    /// Whether it outweighs the file, so that nothing in there counts.
    pub(crate) const fn is_above_the_file(self) -> bool {
        matches!(self, Self::Environment | Self::CommandLine)
    }
}
