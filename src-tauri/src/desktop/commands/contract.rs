//! The contract between the windows and the program, written as TypeScript from the commands' own types.
//! The committed file is compared with what the types say now; `UPDATE_BINDINGS=1` writes it anew.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::path::Path;

use engine::types::Scope;
use ts_rs::{Config, TS, TypeVisitor};

use super::super::windows::{Drop, View};

const FILE: &str = "ui/src/backend/bindings.ts";

/// The commands of one kind of window, and every type that they name.
pub(crate) struct Contract {
    config: Config,
    commands: Vec<String>,
    types: BTreeMap<String, String>,
    seen: HashSet<std::any::TypeId>,
}

impl Contract {
    pub(crate) fn new() -> Self {
        // Counts and sizes stay far below 2^53.
        let config = Config::default().with_large_int("number");
        Self { config, commands: Vec::new(), types: BTreeMap::new(), seen: HashSet::new() }
    }

    /// Adds a command with what it takes and gives.
    pub(crate) fn command<I: TS + 'static, O: TS + 'static>(&mut self, name: &str) {
        let (input, output) = (I::name(&self.config), O::name(&self.config));
        self.commands.push(format!("  {name}: {{ input: {input}; output: {output} }};"));
        self.visit::<I>();
        self.visit::<O>();
    }

    /// The names of the commands that were added since the last call.
    pub(crate) fn take_names(&mut self) -> BTreeSet<String> {
        let name = |line: String| line.trim_start().split(':').next().unwrap_or_default().to_owned();
        std::mem::take(&mut self.commands).into_iter().map(name).collect()
    }

    fn declare<T: TS + 'static + ?Sized>(&mut self) {
        self.visit::<T>();
    }

    fn interface(&mut self, name: &str) -> String {
        let commands = std::mem::take(&mut self.commands);
        format!("export interface {name} {{\n{}\n}}\n", commands.join("\n"))
    }
}

impl TypeVisitor for Contract {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Types may contain themselves.
        if !self.seen.insert(std::any::TypeId::of::<T>()) {
            return;
        }
        // Only types of our own have a file to be written to; the rest is TypeScript's own or a container.
        if T::output_path().is_some() {
            let declaration = format!("export {}\n", T::decl(&self.config));
            self.types.insert(T::ident(&self.config), declaration);
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

fn bindings() -> String {
    let mut contract = Contract::new();
    super::program::contract(&mut contract);
    super::reach::contract(&mut contract);
    super::assistants::contract(&mut contract);
    super::memory::contract(&mut contract);
    super::privacy::contract(&mut contract);
    super::transfer::contract(&mut contract);
    super::settings::contract(&mut contract);
    super::certificates::contract(&mut contract);
    let main = contract.interface("MainCommands");
    super::approval::contract(&mut contract);
    let approval = contract.interface("ApprovalCommands");
    contract.declare::<engine::Event>();
    contract.declare::<engine::Failure>();
    contract.declare::<View>();
    contract.declare::<Drop>();
    contract.declare::<super::assistants::SetupChange>();

    let scopes: Vec<String> = Scope::ALL.iter().map(|scope| format!("{:?}", scope.as_str())).collect();
    let mut text = String::from(
        "// Written from the Rust types by `UPDATE_BINDINGS=1 cargo test --lib bindings`; a test fails when it is stale.\n\n",
    );
    let _ = writeln!(text, "export type ScopeName = {};\n", scopes.join(" | "));
    text.push_str("export type TrustState = \"absent\" | \"incomplete\" | \"trusted\";\n\n");
    text.push_str("export type TrustAction = \"trust\" | \"untrust\";\n\n");
    for declaration in contract.types.values() {
        text.push_str(declaration);
        text.push('\n');
    }
    text.push_str("/** Commands of the main window. */\n");
    text.push_str(&main);
    text.push_str("\n/** Commands of the consent window, and nothing else. */\n");
    text.push_str(&approval);
    text
}

#[test]
fn the_committed_bindings_are_what_the_types_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let now = bindings();
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == now,
        "{FILE} is stale; write it anew with `UPDATE_BINDINGS=1 cargo test --lib bindings` and commit it"
    );
}

#[test]
fn the_words_of_the_trust_stores_are_those_of_the_contract() {
    use engine::trust::{Action, State};
    fn word(value: impl serde::Serialize) -> String {
        serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
    }
    assert_eq!(
        [State::Absent, State::Incomplete, State::Trusted].map(word),
        ["absent", "incomplete", "trusted"]
    );
    assert_eq!([Action::Trust, Action::Untrust].map(word), ["trust", "untrust"]);
}
