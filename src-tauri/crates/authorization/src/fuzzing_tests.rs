use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    entries.collect()
}

/// Every file of every corpus; the fuzzer adds to them what it finds.
#[test]
fn every_input_of_the_corpora_keeps_its_property() {
    for (name, target) in TARGETS {
        let folder = fuzz().join("corpus").join(name);
        let inputs = names(&folder);
        assert!(inputs.len() >= 5, "{name} has a corpus");
        for input in inputs {
            let data = fs::read(folder.join(&input)).unwrap();
            if let Err(panic) = std::panic::catch_unwind(|| target(&data)) {
                eprintln!("the input {name}/{input} breaks the property");
                std::panic::resume_unwind(panic);
            }
        }
    }
}

/// A property that every input passes by an early return would prove nothing.
#[test]
fn the_corpora_reach_what_they_are_about() {
    let corpus = |name: &str| {
        let folder = fuzz().join("corpus").join(name);
        names(&folder).into_iter().map(move |input| fs::read(folder.join(input)).unwrap())
    };
    let text = |data: Vec<u8>| String::from_utf8_lossy(&data).into_owned();
    let pairs = || corpus("redirect_uri").map(text);
    assert!(
        pairs().any(|text| text.split_once('\n').is_some_and(|(a, b)| a != b && redirect_uri::matches(a, b)))
    );
    assert!(pairs().any(|text| text.split_once('\n').is_some_and(|(a, b)| !redirect_uri::matches(a, b))));
    assert!(corpus("scope").map(text).any(|text| ScopeSet::narrowed_from(&text) == ScopeSet::DEFAULT));
    assert!(corpus("client_metadata").filter(|data| metadata::read(data).is_ok()).count() >= 4);
    assert!(corpus("client_metadata").any(|data| metadata::read(&data).is_err()));
    let documents = || {
        corpus("client_document").map(|data| {
            let line = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
            let id =
                std::str::from_utf8(&data[..line]).ok().and_then(|text| ClientIdUrl::parse(text).ok())?;
            document::read(&data[line..], &id).ok()
        })
    };
    assert!(documents().flatten().count() >= 3);
    assert!(documents().filter(Option::is_none).count() >= 8);
    assert!(corpus("basic_header").map(text).any(|text| basic_credentials(&text).is_some()));
    let origin: Origin = "https://localhost:9100".parse().unwrap();
    let good = corpus("authorization_request").filter(|data| {
        let parameters = Parameters::decode(data);
        let client = authorize::client_id(&parameters).ok().and_then(built_in::find);
        client
            .and_then(|client| authorize::target(&parameters, &client).ok())
            .is_some_and(|target| authorize::judge(&parameters, target, &origin).is_ok())
    });
    assert!(good.count() >= 2);
    let bearer = corpus("bearer_header").filter(|data| {
        text(data.clone())
            .split_once(' ')
            .is_some_and(|(_, token)| Token::<secret::Access>::parse(token).is_some())
    });
    assert!(bearer.count() >= 1);
}

/// One file a target, so that `cargo fuzz list` and this list are the same.
#[test]
fn each_target_has_its_program_and_its_corpus() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let programs = names(&fuzz().join("fuzz_targets"));
    assert_eq!(
        programs.iter().map(|file| file.trim_end_matches(".rs").to_owned()).collect::<BTreeSet<_>>(),
        targets
    );
    assert_eq!(names(&fuzz().join("corpus")), targets);
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for target in targets {
        assert!(manifest.contains(&format!("name = \"{target}\"")), "{target} is in fuzz/Cargo.toml");
    }
}
