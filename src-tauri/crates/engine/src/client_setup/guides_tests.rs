use super::*;

const LOCAL: &str = "https://localhost:9321/mcp";
const PUBLIC: &str = "https://memory.example.org/mcp";

fn at(public_url: Option<&str>) -> Addresses {
    Addresses {
        mcp_url: LOCAL.to_owned(),
        public_url: public_url.map(str::to_owned),
        ca_certificate: PathBuf::from("/home/ada/a \"b\"/ca.pem"),
        decided_elsewhere: false,
    }
}

fn guide(id: &str, at: &Addresses) -> Guide {
    guides(at).into_iter().find(|guide| guide.id == id).unwrap()
}

fn copies(guide: &Guide) -> Vec<&str> {
    guide.steps.iter().filter_map(|step| step.copy.as_deref()).collect()
}

#[test]
fn every_assistant_has_a_guide_and_every_guide_ends_with_something_to_do_or_says_what_is_missing() {
    for at in [at(None), at(Some(PUBLIC))] {
        let guides = guides(&at);
        let ids: Vec<_> = guides.iter().map(|guide| guide.id.as_str()).collect();
        assert_eq!(
            ids,
            ["claude-code", "claude-desktop", "claude-ai", "chatgpt", "cursor", "vscode", "other"]
        );
        for guide in guides {
            assert_eq!(guide.available, guide.needs.is_none(), "{}", guide.id);
            assert_eq!(guide.available, !guide.steps.is_empty(), "{}", guide.id);
            assert_eq!(guide.one_click, guide.id == "claude-code");
        }
    }
}

#[test]
fn assistants_in_the_cloud_need_a_public_address_and_are_given_it() {
    for id in ["claude-desktop", "claude-ai", "chatgpt"] {
        let needs = guide(id, &at(None)).needs.unwrap();
        assert!(needs.contains("from the internet") && needs.contains("public address"), "{needs}");
        let guide = guide(id, &at(Some(PUBLIC)));
        assert_eq!(copies(&guide), [PUBLIC], "{id}");
    }
    let odd = at(Some("https://memory.example.org:8443/mcp"));
    let needs = guide("claude-ai", &odd).needs.unwrap();
    assert!(needs.contains("port 443") && needs.contains(":8443"), "{needs}");
    assert!(guide("chatgpt", &odd).available);
}

#[test]
fn where_another_server_decides_no_guide_sends_to_a_window_that_never_comes() {
    let at = Addresses { decided_elsewhere: true, ..at(Some(PUBLIC)) };
    for guide in guides(&at) {
        let said: Vec<_> = guide.steps.iter().map(|step| step.words.as_str()).collect();
        assert!(said.iter().all(|words| !words.contains("this program asks you")), "{said:?}");
        assert!(said.iter().any(|words| words.contains("Sign in there")), "{said:?}");
    }
}

#[test]
fn every_step_that_names_an_address_names_the_right_one() {
    for guide in guides(&at(Some(PUBLIC))) {
        let right = if ["claude-desktop", "claude-ai", "chatgpt"].contains(&guide.id.as_str()) {
            PUBLIC
        } else {
            LOCAL
        };
        let mut named = 0;
        for step in &guide.steps {
            assert!(!step.words.contains("://"), "an address is for copying: {}", step.words);
            let copy = step.copy.as_deref().unwrap_or_default();
            for (start, _) in copy.match_indices("https://") {
                assert!(copy[start..].starts_with(right), "{}: {copy}", guide.id);
                named += 1;
            }
        }
        assert!(named > 0, "{}", guide.id);
    }
}

#[test]
fn what_is_copied_as_json_is_json_of_the_clients_own_shape() {
    let at = at(None);
    let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let cursor = guide("cursor", &at);
    let json = parse(copies(&cursor).into_iter().find(|copy| copy.starts_with('{')).unwrap());
    assert_eq!(json, json!({ "mcpServers": { "ambient-insights": { "url": LOCAL } } }));

    let vscode = guide("vscode", &at);
    let json = parse(copies(&vscode).into_iter().find(|copy| copy.starts_with('{')).unwrap());
    assert_eq!(json, json!({ "servers": { "ambient-insights": { "type": "http", "url": LOCAL } } }));
    let command = copies(&vscode).into_iter().find(|copy| copy.starts_with("code ")).unwrap();
    let argument = command.strip_prefix("code --add-mcp '").unwrap().strip_suffix('\'').unwrap();
    assert_eq!(parse(argument), json!({ "name": "ambient-insights", "type": "http", "url": LOCAL }));

    let claude = guide("claude-code", &at);
    let json = parse(copies(&claude).into_iter().find(|copy| copy.starts_with('{')).unwrap());
    assert_eq!(json["env"]["NODE_EXTRA_CA_CERTS"], "/home/ada/a \"b\"/ca.pem");
    assert_eq!(
        copies(&claude)[0],
        format!("claude mcp add --transport http --scope user ambient-insights {LOCAL}")
    );
}

#[test]
fn another_program_is_told_the_certificates_path_as_it_is() {
    assert!(copies(&guide("other", &at(None))).contains(&"/home/ada/a \"b\"/ca.pem"));
}
