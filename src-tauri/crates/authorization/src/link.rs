//! The deep link of a waiting page: `ambient-insights://approve?request=ID`.
//!
//! Any page and any program can make this computer open such a link, so it says nothing but which request it
//! is about; what it leads to is [`crate::Authorization::begin_proof`], and never a window by itself.

use std::fmt;
use std::str::FromStr;

use crate::id::RequestId;

const SCHEME: &str = "ambient-insights://";
/// Longer than any link of ours; what is longer is not looked at.
const MAX_LENGTH: usize = 200;
/// A UUID with its hyphens, the one form that is taken.
const ID_LENGTH: usize = 36;

/// A link that asks to approve a request on this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApprovalLink(pub RequestId);

/// A text that is no such link. It does not say what the text was: that is a stranger's word, and it would
/// end up in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no link of a page that waits for approval; open the request from the tray icon")]
pub struct InvalidApprovalLink;

impl fmt::Display for ApprovalLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}approve?request={}", self.0)
    }
}

impl FromStr for ApprovalLink {
    type Err = InvalidApprovalLink;

    /// Strict: exactly what [`fmt::Display`] writes. Only what browsers and `xdg-open` do to a link on the way
    /// is forgiven: another case of the scheme, a slash behind the host.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_LENGTH {
            return Err(InvalidApprovalLink);
        }
        let (scheme, rest) = text.split_at_checked(SCHEME.len()).ok_or(InvalidApprovalLink)?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Err(InvalidApprovalLink);
        }
        let id = ["approve?request=", "approve/?request="]
            .into_iter()
            .find_map(|start| rest.strip_prefix(start))
            .filter(|id| id.len() == ID_LENGTH)
            .ok_or(InvalidApprovalLink)?;
        id.parse().map(Self).map_err(|_| InvalidApprovalLink)
    }
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
