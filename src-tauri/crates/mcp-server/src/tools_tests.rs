use clock::{OsRandom, SystemClock};

use super::*;
use crate::scope;

#[test]
fn names_are_unique_and_of_the_allowed_characters() {
    let mut names: Vec<_> = REGISTERED.iter().map(|tool| tool.name).collect();
    for name in &names {
        assert!((1..=128).contains(&name.len()), "{name}");
        assert!(name.chars().all(|character| character.is_ascii_alphanumeric() || "_-.".contains(character)));
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), REGISTERED.len());
}

#[test]
fn every_tool_needs_a_scope_that_clients_get_without_asking() {
    for tool in REGISTERED {
        assert!(!tool.needs.scopes().is_empty(), "{}: no tool is open to every token", tool.name);
        for scope in tool.needs.scopes() {
            assert!(scope::DEFAULT_SCOPES.contains(scope), "{}: {scope}", tool.name);
        }
    }
}

#[test]
fn required_scopes_come_from_the_registry() {
    for tool in REGISTERED {
        assert_eq!(required_scopes("tools/call", Some(tool.name)), tool.needs);
    }
    assert_eq!(
        required_scopes("tools/call", Some("log_conversation_turn")),
        Needs::All(&[scope::CONVERSATIONS_WRITE])
    );
    assert_eq!(required_scopes("tools/call", Some("get_user_context")), Needs::All(&[scope::CONTEXT_READ]));
    assert_eq!(
        required_scopes("tools/call", Some("get_recent_insights")),
        Needs::All(&[scope::INSIGHTS_READ])
    );
    assert_eq!(required_scopes("tools/call", Some("add_user_interest")), Needs::All(&[scope::CONTEXT_WRITE]));
    assert_eq!(required_scopes("tools/call", Some("set_user_goal")), Needs::All(&[scope::CONTEXT_WRITE]));
    assert_eq!(required_scopes("tools/call", Some("no_such_tool")), Needs::All(&[]));
    assert_eq!(required_scopes("tools/call", None), Needs::All(&[]));
    assert_eq!(required_scopes("tools/list", None), Needs::All(&[]));
    assert_eq!(required_scopes("prompts/get", Some("log_conversation_turn")), Needs::All(&[]));
}

#[test]
fn every_example_passes_its_own_tools_rules() {
    for prepared in all() {
        let Value::Object(example) = (prepared.tool.example)() else { panic!("an example is an object") };
        let checked = prepared.rules.check(example.clone());
        assert_eq!(checked.map_err(|error| error.to_string()), Ok(example), "{}", prepared.tool.name);
    }
}

#[test]
fn input_schemas_are_closed_and_say_what_each_argument_is() {
    for prepared in all() {
        // The whole one, from which the rules are made; the published one leaves lengths out.
        let schema = (prepared.tool.definition)().input_schema;
        assert_eq!(schema["type"], "object");
        assert_eq!(schema["additionalProperties"], false, "{}", prepared.tool.name);
        for (name, argument) in schema["properties"].as_object().unwrap() {
            assert!(argument["type"].is_string(), "{}.{name} has one plain type", prepared.tool.name);
            if argument["type"] == "string" && argument.get("format").or(argument.get("enum")).is_none() {
                assert!(argument["maxLength"].is_u64(), "{}.{name} has no limit", prepared.tool.name);
            }
        }
    }
}

#[test]
fn schemas_are_valid_json_schema_2020_12() {
    for prepared in all() {
        for schema in [Some(&prepared.definition.input_schema), prepared.definition.output_schema.as_ref()] {
            let schema = Value::Object((**schema.expect("every tool has both")).clone());
            if let Err(error) = jsonschema::draft202012::meta::validate(&schema) {
                panic!("{}: {error}", prepared.tool.name);
            }
        }
    }
}

struct Panicking;

#[derive(serde::Deserialize, JsonSchema)]
struct Nothing {}

impl Tool for Panicking {
    const NAME: &'static str = "panicking";
    const TITLE: &'static str = "";
    const DESCRIPTION: &'static str = "";
    const NEEDS: Needs = Needs::All(&[]);
    const EFFECT: Effect = Effect::Reads;
    type Arguments = Nothing;
    type Output = String;

    fn example() -> Value {
        Value::Null
    }

    async fn call(_: &Context, _: &Caller, _: Nothing) -> Result<String, ToolError> {
        panic!("this tool panics on purpose")
    }
}

#[tokio::test]
async fn a_panic_in_a_tool_ends_that_call_with_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("context.db");
    let opened =
        tokio::task::spawn_blocking(move || Context::open(&path, Arc::new(SystemClock), Arc::new(OsRandom)));
    let context = opened.await.unwrap().unwrap();
    let caller = Caller {
        client_id: "client".to_owned(),
        client_name: "Client".to_owned(),
        principal: "grant".to_owned(),
        scopes: Vec::new(),
        arrival: "local".to_owned(),
    };
    let prepared = Prepared::new(Registered::of::<Panicking>());
    let answer = prepared.call(&context, &caller, JsonObject::new()).await;
    assert!(matches!(answer, Err(ToolError::Panicked)));
    context.close().await;
}
