use super::*;

fn event(task: TransferTask, done: u64, total: Option<u64>, per_mille: Option<u16>) -> Event {
    Event::Transfer(TransferProgress { task, done, total, per_mille })
}

#[test]
fn the_line_tells_what_is_done_and_how_much_of_all_that_is() {
    use TransferTask::{Export, Import};
    for (task, event, wanted) in [
        (Import, event(Import, 500, None, Some(123)), Some("importing: 500 records, 12 %")),
        (Import, event(Import, 1, None, None), Some("importing: 1 record")),
        (Export, event(Export, 300, Some(1200), None), Some("exporting: 300 records, 25 %")),
        (Export, event(Export, 3, Some(0), Some(1000)), Some("exporting: 3 records, 100 %")),
        (Export, event(Import, 300, None, None), None),
    ] {
        assert_eq!(transferring(task, &event).as_deref(), wanted);
    }
    assert_eq!(analysing(1), "reading again: 1 turn left");
    assert_eq!(analysing(0), "drawing conclusions");
}

#[test]
fn a_shorter_line_leaves_nothing_of_a_longer_one_and_the_end_leaves_none() {
    let mut written = Vec::new();
    let mut line = Line::new(&mut written);
    line.clear();
    line.show("importing");
    line.show("done");
    line.clear();
    assert_eq!(String::from_utf8(written).unwrap(), "\rimporting\rdone     \r    \r");
}
