//! The closed sets of words that stand in the store: kinds, states, sides, actions.

/// An enum whose words are the same in the database, in JSON and on the command line.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// All of them, in the order of their meaning.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::state::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or_else(|| {
                    $crate::state::UnknownWord {
                        shown: text.chars().take(60).collect(),
                        known: Self::ALL.iter().map(|known| known.as_str()).collect::<Vec<_>>().join(", "),
                    }
                })
            }
        }

        impl rusqlite::types::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
                Ok(self.as_str().into())
            }
        }

        impl rusqlite::types::FromSql for $name {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                value.as_str()?.parse().map_err(rusqlite::types::FromSqlError::other)
            }
        }
    };
}

pub(crate) use words;

/// A word that none of the known ones is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{shown:?} is not known here; use one of: {known}")]
pub struct UnknownWord {
    pub(crate) shown: String,
    pub(crate) known: String,
}

words! {
    /// What an item is.
    ItemKind {
        /// Something the person cares about.
        Interest = "interest",
        /// Something the person can do.
        Skill = "skill",
        /// Something the person works on.
        Project = "project",
        /// How the person likes things: a key and its value.
        Preference = "preference",
        /// Something the person wants to reach.
        Goal = "goal",
    }
}

words! {
    /// Where an item stands.
    ItemState {
        /// Found by analysis in one conversation; not part of the profile yet.
        Suggested = "suggested",
        /// Part of the profile.
        Active = "active",
        /// Set aside for a while.
        Paused = "paused",
        /// Over and done.
        Archived = "archived",
        /// Refused by the owner: analysis never brings it back.
        Dismissed = "dismissed",
    }
}

words! {
    /// Where an insight stands.
    InsightState {
        /// Shown.
        Active = "active",
        /// Refused: not shown, and not found again.
        Dismissed = "dismissed",
    }
}

words! {
    /// Which text of a turn.
    Side {
        /// What the person said.
        User = "user",
        /// What the assistant answered.
        Assistant = "assistant",
    }
}

words! {
    /// What kind of thing something happened to.
    Subject {
        /// A conversation.
        Conversation = "conversation",
        /// A turn.
        Turn = "turn",
        /// An interest, skill, project, preference or goal.
        Item = "item",
        /// An insight.
        Insight = "insight",
    }
}

words! {
    /// What happened to a thing.
    Action {
        /// It came into the store.
        Added = "added",
        /// Somebody said outright what analysis had found, or said it again differently.
        Stated = "stated",
        /// Its name became another.
        Renamed = "renamed",
        /// Its value became another.
        ValueChanged = "value_changed",
        /// Its state became another.
        StateChanged = "state_changed",
        /// It left the store.
        Removed = "removed",
    }
}
