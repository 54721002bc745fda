use super::*;
use crate::Overrides;

fn load(text: &str) -> Config {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), text).unwrap();
    Config::load(folder.path().to_owned(), [], Overrides::default())
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn every_recipe_is_shown_before_anything_is_set_and_its_settings_are_settings_of_ours() {
    for kind in ProviderKind::ALL {
        let recipe = recipe(&load(""), kind);
        let settings: Vec<_> = recipe.steps.iter().filter(|step| step.text.contains("[tunnel]")).collect();
        assert!(!settings.is_empty(), "{kind:?} says what to set here");
        for step in settings {
            assert_eq!(load(&step.text).tunnel.provider, Some(kind));
        }
    }
}

#[test]
fn a_recipe_names_what_is_set() {
    let config = load(
        "public_url = \"https://desk.example.net\"\n[tunnel]\nprovider = \"ssh\"\n[tunnel.ssh]\nhost = \"vps.example.net\"",
    );
    let recipe = recipe(&config, ProviderKind::Ssh);
    let last = recipe.steps.last().unwrap();
    assert!(
        last.what.contains("vps.example.net") && last.text.contains("https://desk.example.net"),
        "{last:?}"
    );
}
