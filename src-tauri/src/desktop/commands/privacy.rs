//! Commands on what is forgotten, and on what one client may do with the memory.

use engine::operations::{ChangeClientRule, ConfirmForgetting, PreviewForgetting};
use engine::types::{ClientRule, ForgetPreview, Forgotten};

use super::{commands, run};

commands! {
    /// Says exactly what would be forgotten.
    preview_forgetting(desk, input: PreviewForgetting) -> ForgetPreview {
        run(desk, input).await
    }

    /// Forgets what was previewed.
    confirm_forgetting(desk, input: ConfirmForgetting) -> Forgotten {
        run(desk, input).await
    }

    /// How one client may use the memory, and how long what it brought is kept.
    change_client_rule(desk, input: ChangeClientRule) -> ClientRule {
        run(desk, input).await
    }
}
