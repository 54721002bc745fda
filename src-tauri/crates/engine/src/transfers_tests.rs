use super::*;

#[test]
fn only_what_is_of_the_kind_is_stopped_and_what_is_over_is_forgotten() {
    let transfers = Transfers::default();
    let (export, import) = (transfers.begin(TransferTask::Export), transfers.begin(TransferTask::Import));
    assert_eq!(transfers.cancel(TransferTask::Import), 1);
    assert!(import.cancel.is_cancelled() && !export.cancel.is_cancelled());
    assert_eq!(transfers.cancel(TransferTask::Import), 0, "it was asked before");
    let held = export.cancel.clone();
    drop(export);
    assert!(held.is_cancelled(), "nobody waits for it any more");
    assert_eq!(transfers.cancel(TransferTask::Export), 0);
}
