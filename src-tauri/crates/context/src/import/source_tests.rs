use std::io::Write;

use rawzip::{CompressionMethod, ZipArchiveWriter};
use serde_json::json;

use crate::fixture::Fixture;
use crate::import::tests::{import_bytes, texts_of};
use crate::{Error, ImportFormat};

/// A zip with these members, deflated.
pub(in crate::import) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, content) in members {
        let (mut entry, config) =
            archive.new_file(name).compression_method(CompressionMethod::DEFLATE).start().unwrap();
        let deflate = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::fast());
        let mut writer = config.wrap(deflate);
        writer.write_all(content).unwrap();
        let (deflate, descriptor) = writer.finish().unwrap();
        deflate.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

fn conversations(id: &str) -> String {
    json!([{"uuid": id, "chat_messages": [{"uuid": format!("m-{id}"), "sender": "human", "text": "Hello"}]}])
        .to_string()
}

#[tokio::test]
async fn all_parts_of_an_export_are_read_from_a_zip_or_from_its_folder() {
    let fixture = Fixture::new();
    let (first, second) = (conversations("one"), conversations("two"));
    let members: [(&str, &[u8]); 5] = [
        ("data/conversations-001.json", second.as_bytes()),
        ("data/conversations-000.json", first.as_bytes()),
        ("__MACOSX/data/conversations-000.json", b"junk"),
        ("data/user.json", b"{}"),
        ("chat.html", b"<html>"),
    ];
    let report = import_bytes(&fixture, "export.zip", &zip(&members)).await.unwrap();
    assert_eq!(
        (report.format, report.turns, report.skipped),
        (Some(ImportFormat::Claude), 2, 0),
        "{report:?}"
    );
    let folder = fixture.directory.path().join("unpacked");
    std::fs::create_dir_all(folder.join("data")).unwrap();
    for (name, content) in [members[0], members[1]] {
        std::fs::write(folder.join(name), content).unwrap();
    }
    let request = crate::ImportRequest { format: None, input: folder, dry_run: false };
    let report = fixture.context.import(request).await.unwrap();
    assert_eq!((report.turns, report.duplicates), (0, 2), "{report:?}");
}

#[tokio::test]
async fn a_name_that_climbs_out_of_its_folder_is_only_a_name() {
    let fixture = Fixture::new();
    let content = conversations("evil") + "\u{1b}[31m";
    let members: [(&str, &[u8]); 2] = [
        ("../../../tmp/\u{1b}[31mconversations.json", b"[oops"),
        ("/etc/conversations.json", content.as_bytes()),
    ];
    let files = || {
        let names = std::fs::read_dir(fixture.directory.path()).unwrap();
        // The store and its search index come and go with it.
        names
            .filter(|entry| !entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("context."))
            .count()
    };
    let before = files();
    let report = import_bytes(&fixture, "x.zip", &zip(&members[1..])).await.unwrap();
    assert_eq!(report.turns, 1, "{report:?}");
    assert_eq!(texts_of(&fixture, "claude").await.len(), 1);
    assert_eq!(files(), before + 1, "only the zip itself");
    let both = zip(&[("../../conversations\u{1b}-1.json", b"[1]"), members[1]]);
    assert!(import_bytes(&fixture, "y.zip", &both).await.is_ok());
}

#[tokio::test]
async fn a_zip_that_is_made_to_fill_a_disk_is_refused() {
    let fixture = Fixture::new();
    // One record in 70 MiB of blanks: deflate packs them a thousand to one.
    let mut bomb = b"[{\"uuid\":\"a\",\"chat_messages\":[]},".to_vec();
    bomb.resize(70 * 1024 * 1024, b' ');
    bomb.push(b']');
    let error = import_bytes(&fixture, "bomb.zip", &zip(&[("conversations.json", &bomb)])).await.unwrap_err();
    assert!(error.to_string().contains("made to fill a disk"), "{error}");
}

#[tokio::test]
async fn a_zip_that_can_not_be_read_says_why() {
    let fixture = Fixture::new();
    let good = conversations("one");
    let good = zip(&[("conversations.json", good.as_bytes())]);
    let cut = import_bytes(&fixture, "cut.zip", &good[..good.len() - 30]).await.unwrap_err();
    assert!(cut.to_string().contains("the zip is damaged"), "{cut}");
    let mut flipped = good.clone();
    // Behind the local header and the name: within the packed bytes.
    flipped[30 + "conversations.json".len() + 8] ^= 0xFF;
    assert!(import_bytes(&fixture, "flipped.zip", &flipped).await.is_err());
    let none = import_bytes(&fixture, "none.zip", &zip(&[("a.txt", b"x")])).await.unwrap_err();
    assert!(matches!(none, Error::UnknownFormat { .. }), "{none}");
    assert_eq!(fixture.context.statistics().await.unwrap().turns, 0);
    assert_eq!(import_bytes(&fixture, "good.zip", &good).await.unwrap().turns, 1);
}
