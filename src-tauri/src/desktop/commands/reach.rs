//! Commands on the settings of public reach.

use engine::operations::{ChangeReach, ReachChanged, ReachForm, ShowReachForm};

use super::{commands, run};

commands! {
    /// What can be chosen, and what is.
    show_reach_form(desk, input: ShowReachForm) -> ReachForm {
        run(desk, input).await
    }

    /// Fills the form in.
    change_reach(desk, input: ChangeReach) -> ReachChanged {
        run(desk, input).await
    }
}
