//! The registry: every tool once, with its name, scopes, schemas and the function that runs it.

mod add_user_interest;
mod fetch;
mod forget;
pub(crate) mod get_recent_insights;
mod get_reflection_task;
mod get_user_context;
mod log_conversation_turn;
mod remember;
mod save_insight;
mod search;
mod set_user_goal;
mod stated;
mod time;
mod update_user_context;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, LazyLock};

use context::Context;
use futures::{FutureExt as _, future::BoxFuture};
use rmcp::model::{JsonObject, Tool as Definition, ToolAnnotations};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    Caller,
    arguments::{ArgumentRules, InputError},
    prompts,
    resources::Address,
    scope::Needs,
};

/// One tool: what a model is told about it, and what it does.
pub(crate) trait Tool: 'static {
    /// The wire name. Never changed once released: assistants know it.
    const NAME: &'static str;
    /// The name that a person sees.
    const TITLE: &'static str;
    /// Teaches the model what the tool does and when to call it.
    const DESCRIPTION: &'static str;
    /// What the caller must have been granted.
    const NEEDS: Needs;
    /// What repeating or running it does to the memory.
    const EFFECT: Effect;

    /// What a call brings.
    type Arguments: DeserializeOwned + JsonSchema + Send;
    /// What it answers.
    type Output: Serialize + JsonSchema;

    /// A call's arguments as they should be; error texts take their examples from it.
    fn example() -> Value;

    /// Does the work.
    fn call(
        context: &Context,
        caller: &Caller,
        arguments: Self::Arguments,
    ) -> impl Future<Output = Result<Self::Output, ToolError>> + Send;
}

/// What a tool does to the memory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It only reads.
    Reads,
    /// It adds; the same again adds more.
    Adds,
    /// It adds; the same again changes nothing.
    AddsOnce,
    /// It changes what is there, and the old is kept in its history; the same again changes nothing.
    Changes,
    /// It takes away for good.
    Removes,
}

/// Why a tool did not answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ToolError {
    /// The arguments are wrong; the message teaches the model to do better.
    #[error(transparent)]
    Input(#[from] InputError),
    /// What was asked for is not there (any more).
    #[error(transparent)]
    Absent(InputError),
    /// The owner has paused remembering.
    #[error(transparent)]
    Paused(context::Error),
    /// The owner keeps this client from reading, or from writing.
    #[error(transparent)]
    KeptOut(context::Error),
    /// The store could not do its part.
    #[error(transparent)]
    Store(context::Error),
    /// The answer could not be written as JSON.
    #[error("the answer could not be serialised")]
    Answer(#[source] serde_json::Error),
    /// The tool's code panicked; the panic hook has logged where.
    #[error("the tool panicked")]
    Panicked,
}

impl From<context::Error> for ToolError {
    /// What the caller can mend keeps the words of the rule that was broken; the rest stays inside.
    fn from(error: context::Error) -> Self {
        if matches!(error, context::Error::Paused { .. }) {
            return Self::Paused(error);
        }
        if matches!(error, context::Error::NotFound { .. }) {
            return Self::Absent(InputError::new(error.to_string()));
        }
        if matches!(error, context::Error::Incognito | context::Error::ReadOnly) {
            return Self::KeptOut(error);
        }
        if error.is_callers() { Self::Input(InputError::new(error.to_string())) } else { Self::Store(error) }
    }
}

/// A tool as the registry keeps it: its type is gone, its constants and functions remain.
#[derive(Clone, Copy)]
pub(crate) struct Registered {
    pub(crate) name: &'static str,
    pub(crate) needs: Needs,
    effect: Effect,
    definition: fn() -> Definition,
    example: fn() -> Value,
    run: for<'a> fn(&'a Context, &'a Caller, JsonObject) -> BoxFuture<'a, Result<Value, ToolError>>,
}

impl Registered {
    pub(crate) const fn of<T: Tool>() -> Self {
        Self {
            name: T::NAME,
            needs: T::NEEDS,
            effect: T::EFFECT,
            definition: definition::<T>,
            example: T::example,
            run: run::<T>,
        }
    }
}

/// Every tool, in the order in which `tools/list` shows them: reading first, since a conversation begins so.
static REGISTERED: &[Registered] = &[
    Registered::of::<get_user_context::GetUserContext>(),
    Registered::of::<get_recent_insights::GetRecentInsights>(),
    Registered::of::<search::Search>(),
    Registered::of::<fetch::Fetch>(),
    Registered::of::<get_reflection_task::GetReflectionTask>(),
    Registered::of::<log_conversation_turn::LogConversationTurn>(),
    Registered::of::<remember::Remember>(),
    Registered::of::<update_user_context::UpdateUserContext>(),
    Registered::of::<add_user_interest::AddUserInterest>(),
    Registered::of::<set_user_goal::SetUserGoal>(),
    Registered::of::<save_insight::SaveInsight>(),
    Registered::of::<forget::Forget>(),
];

/// A registered tool with what is derived from its types once: its definition and the rules of its arguments.
pub(crate) struct Prepared {
    pub(crate) tool: Registered,
    pub(crate) definition: Definition,
    rules: ArgumentRules,
}

impl Prepared {
    pub(crate) fn new(tool: Registered) -> Self {
        let definition = (tool.definition)();
        let rules = ArgumentRules::new(tool.name, &definition.input_schema, &(tool.example)());
        Self { tool, definition: published(definition), rules }
    }

    /// Checks the arguments against the tool's schema, then runs it. A panic in a tool ends that call alone:
    /// otherwise the client would wait for an answer that never comes.
    pub(crate) async fn call(
        &self,
        context: &Context,
        caller: &Caller,
        arguments: JsonObject,
    ) -> Result<Value, ToolError> {
        let arguments = self.rules.check(arguments)?;
        // What writes is refused by the store itself, and logging answers in its own way.
        if self.tool.effect == Effect::Reads {
            context.check_reading(&caller.author())?;
        }
        let call = AssertUnwindSafe((self.tool.run)(context, caller, arguments));
        call.catch_unwind().await.unwrap_or(Err(ToolError::Panicked))
    }
}

static PREPARED: LazyLock<Vec<Prepared>> =
    LazyLock::new(|| REGISTERED.iter().copied().map(Prepared::new).collect());

/// Every tool, in the order of `tools/list`.
pub(crate) fn all() -> &'static [Prepared] {
    &PREPARED
}

/// The tool of this name.
pub(crate) fn find(name: &str) -> Option<&'static Prepared> {
    all().iter().find(|prepared| prepared.tool.name == name)
}

/// What a JSON-RPC request needs, from its method and the name in its parameters (tool, prompt or
/// resource; of `subscriptions/listen` one of the resources). Nothing where any valid token will do, and for what does
/// not exist: the server itself says so.
#[must_use]
pub fn required_scopes(method: &str, name: Option<&str>) -> Needs {
    match (method, name) {
        ("tools/call", Some(name)) => {
            REGISTERED.iter().find(|tool| tool.name == name).map_or(Needs::All(&[]), |tool| tool.needs)
        }
        ("prompts/get", Some(name)) => {
            Needs::All(prompts::Name::parse(name).map_or(&[], prompts::Name::scopes))
        }
        ("resources/read" | "resources/subscribe" | "subscriptions/listen", Some(uri)) => {
            Needs::All(Address::parse(uri).map_or(&[], |address| address.scopes()))
        }
        _ => Needs::All(&[]),
    }
}

fn run<'a, T: Tool>(
    context: &'a Context,
    caller: &'a Caller,
    arguments: JsonObject,
) -> BoxFuture<'a, Result<Value, ToolError>> {
    Box::pin(async move {
        let arguments = serde_json::from_value(Value::Object(arguments)).map_err(InputError::unreadable)?;
        let output = T::call(context, caller, arguments).await?;
        serde_json::to_value(output).map_err(ToolError::Answer)
    })
}

fn definition<T: Tool>() -> Definition {
    // No tool reaches beyond this computer. What the protocol takes for granted (it writes, and not idempotently) is
    // not said.
    let annotations = ToolAnnotations::new().open_world(false);
    let annotations = match T::EFFECT {
        Effect::Reads => annotations.read_only(true),
        Effect::Adds => annotations.destructive(false),
        Effect::AddsOnce => annotations.destructive(false).idempotent(true),
        Effect::Changes => annotations.destructive(true).idempotent(true),
        Effect::Removes => annotations.destructive(true),
    };
    Definition::new(T::NAME, T::DESCRIPTION, schema::<T::Arguments>())
        .with_title(T::TITLE)
        .with_raw_output_schema(schema::<T::Output>())
        .with_annotations(annotations)
}

/// The JSON Schema (2020-12, the protocol's default dialect) of a type, without the parts that only cost a
/// model's tokens: the dialect's name, the Rust type's name, and defaults that say nothing.
fn schema<T: JsonSchema>() -> Arc<JsonObject> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let Value::Object(mut schema) = schema.to_value() else {
        unreachable!("a tool's arguments and answers are structs, so their schema is an object");
    };
    thin(&mut schema);
    schema.remove("description");
    // Some clients refuse an object schema that has no properties at all.
    schema.entry("properties").or_insert_with(|| Value::Object(JsonObject::new()));
    Arc::new(schema)
}

/// The definition as `tools/list` gives it: without what a model needs only once it was wrong. How long a text may be
/// is told by the error of the call that breaks it; what an answer has, the answer shows. Every client pays for
/// each byte of the list in every conversation.
fn published(mut definition: Definition) -> Definition {
    let mut arguments = JsonObject::clone(&definition.input_schema);
    for argument in members(&mut arguments) {
        for key in ["minLength", "maxLength"] {
            argument.remove(key);
        }
        let says_nothing = argument.get("default").is_some_and(|value| {
            *value == json!([]) || *value == json!(false) || argument.contains_key("maximum")
        });
        if says_nothing && argument.get("minimum") != Some(&json!(1)) {
            argument.remove("default");
        }
    }
    definition.input_schema = Arc::new(arguments);
    if let Some(answer) = &definition.output_schema {
        let mut answer = JsonObject::clone(answer);
        answer.remove("required");
        for member in members(&mut answer) {
            // "Anything" is no schema that every client can read (the Inspector's strict mode).
            if member.get("items") == Some(&json!(true)) {
                member.remove("items");
            }
        }
        definition.output_schema = Some(Arc::new(answer));
    }
    definition
}

fn members(schema: &mut JsonObject) -> impl Iterator<Item = &mut JsonObject> {
    let members = schema.get_mut("properties").and_then(Value::as_object_mut);
    members.into_iter().flat_map(|members| members.values_mut().filter_map(Value::as_object_mut))
}

fn thin(schema: &mut JsonObject) {
    schema.remove("title");
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    if schema.get("type").is_some_and(|kind| kind == "integer" || kind == "number") {
        // `uint32`, `double` and the like are schemars' own formats, not JSON Schema's.
        schema.remove("format");
    }
    for key in ["properties", "items", "additionalProperties"] {
        let Some(Value::Object(inner)) = schema.get_mut(key) else { continue };
        if key == "properties" {
            inner.values_mut().filter_map(Value::as_object_mut).for_each(thin);
        } else {
            // What each entry of a list surely has is no help to who only reads it.
            inner.remove("required");
            thin(inner);
        }
    }
}

#[cfg(test)]
#[path = "tools_tests.rs"]
mod tests;
