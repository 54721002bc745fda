use std::path::PathBuf;

use tauri::{DragDropEvent, PhysicalPosition};

use super::Drop;

const POSITION: PhysicalPosition<f64> = PhysicalPosition::new(1.0, 1.0);

#[test]
fn what_is_dropped_is_told_once_with_its_paths() {
    let paths = vec![PathBuf::from("/home/ada/export.zip"), PathBuf::from("/home/ada/projects")];
    let held = Drop::of(&DragDropEvent::Enter { paths: paths.clone(), position: POSITION });
    assert_eq!(held, Some(Drop::Held));
    assert_eq!(Drop::of(&DragDropEvent::Over { position: POSITION }), None);
    assert_eq!(Drop::of(&DragDropEvent::Leave), Some(Drop::Gone));
    let dropped = Drop::of(&DragDropEvent::Drop { paths: paths.clone(), position: POSITION });
    assert_eq!(dropped, Some(Drop::Dropped { paths }));
}

#[test]
fn what_is_no_file_is_not_taken_for_one() {
    assert_eq!(Drop::of(&DragDropEvent::Enter { paths: Vec::new(), position: POSITION }), None);
    assert_eq!(Drop::of(&DragDropEvent::Drop { paths: Vec::new(), position: POSITION }), Some(Drop::Gone));
}
