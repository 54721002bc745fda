//! `certificates`: which there are, getting new ones, and having this computer trust the local ones.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use engine::client_setup::SetupEnvironment;
use engine::operations::{
    Certificates as Shown, ListCertificates, OrderCertificate, RenewCertificates, ShowCertificates,
    ShowStatus, ShowTerms,
};
use engine::trust::{self, Action, CaCertificate, ClaudeCode, Outcome, Places, Plan, TrustStore};
use engine::types::{CertificateInfo, PublicState, PublicStatus, Timestamp};

use super::arguments::{Certificates, Store, Trust};
use super::error::CliError;
use super::output::{Output, complain, confirm, table};
use crate::place::Place;

pub(super) async fn run(place: &Place, command: Certificates, output: &mut Output) -> Result<(), CliError> {
    match command {
        Certificates::List if output.is_json() => {
            output.json_document(&place.call(ListCertificates {}).await?)
        }
        Certificates::List => output.text(&for_people(&place.call(ShowCertificates {}).await?)),
        Certificates::Renew => output.show(&place.call(RenewCertificates {}).await?, for_people),
        Certificates::Order { agree_to_terms } => order(place, agree_to_terms, output).await,
        Certificates::Trust(options) => change(place, &options, Action::Trust, output).await,
        Certificates::Untrust(options) => change(place, &options, Action::Untrust, output).await,
    }
}

/// Shows the terms, asks, orders.
async fn order(place: &Place, agreed: bool, output: &mut Output) -> Result<(), CliError> {
    let terms = place.call(ShowTerms {}).await?;
    output.note(&format!(
        "A certificate for {} will be ordered from {}. The name will stand in public logs, as all certificates' do.",
        terms.name, terms.authority
    ))?;
    if let Some(address) = &terms.terms {
        output.note(&format!("The authority's terms: {address}"))?;
    }
    if !terms.agreed && !agreed {
        if !std::io::stdin().is_terminal() {
            let address = terms.terms.unwrap_or_default();
            return Err(CliError::usage(format!(
                "the authority's terms are {address}; read them, and say --agree-to-terms if you agree"
            )));
        }
        if !confirm("Do you agree to these terms, and order it?", false)? {
            return output.note("Nothing was ordered.");
        }
    }
    output.note("Ordering; this takes up to a minute or two.")?;
    let ordered = place.call(OrderCertificate { agreed_terms: terms.terms }).await?;
    output.show(&ordered, for_people)
}

/// Says what will be done, asks, does it store by store; one that fails does not keep the others from theirs.
async fn change(place: &Place, options: &Trust, action: Action, output: &mut Output) -> Result<(), CliError> {
    let ca = CaCertificate::read(&authority_file(place).await?)
        .map_err(|error| CliError::failed(error.to_string()))?;
    let home = place.home()?;
    let environment = SetupEnvironment::of_this_computer(
        home.clone(),
        |name| place.variable(name),
        place.call(ShowStatus {}).await?.mcp_url,
        authority_file(place).await?,
        &place.data_dir,
    );
    let wanted = if options.claude_code { Some(Store::ClaudeCode) } else { options.store };
    let mut stores: Vec<Box<dyn TrustStore>> = trust::stores(&Places::of(home), &environment)
        .into_iter()
        .filter(|store| wanted.is_none_or(|wanted| is_wanted(wanted, &store.id())))
        .collect();
    if stores.is_empty() && wanted == Some(Store::ClaudeCode) {
        // Asked for by name: it may well be installed tomorrow, and its settings are read then.
        stores.push(Box::new(ClaudeCode::new(environment)));
    }
    if stores.is_empty() {
        return Err(CliError::failed("there is no such trust store on this computer"));
    }
    let mut failed = 0;
    let mut plans = Vec::new();
    for store in &stores {
        match store.plan(&ca, action) {
            Ok(plan) => plans.push((store, plan)),
            Err(error) => {
                complain(&format!("{}: {error}", store.label()));
                failed += 1;
            }
        }
    }
    let open = plans.iter().any(|(_, plan)| !plan.steps.is_empty());
    output.note(&plans.iter().map(|(_, plan)| describe(plan)).collect::<Vec<_>>().join("\n"))?;
    if action == Action::Trust && wanted.is_none() {
        output.note(
            "Claude Code needs its own settings alone (`--claude-code`); the other stores are for browsers and other \
             programs.",
        )?;
    }
    if open && !confirm("Do this?", options.yes)? {
        return output.note("Nothing was changed.");
    }
    let mut done = Vec::new();
    for (store, _) in &plans {
        match store.apply(&ca, action) {
            Ok(outcome) => done.push(serde_json::json!({ "store": store.id(), "outcome": outcome })),
            Err(error) => {
                complain(&format!("{}: {error}", store.label()));
                failed += 1;
            }
        }
        if matches!(done.last(), Some(last) if last["outcome"] == serde_json::json!(Outcome::Done)) {
            output.note(&format!("{}: done", store.label()))?;
        }
    }
    if output.is_json() {
        output.json_document(&done)?;
    }
    if failed == 0 { Ok(()) } else { Err(CliError::Said) }
}

fn is_wanted(wanted: Store, id: &str) -> bool {
    match wanted {
        Store::System => id == "system",
        Store::ClaudeCode => id == ClaudeCode::ID,
        Store::Nss => id.starts_with("nss:"),
    }
}

fn describe(plan: &Plan) -> String {
    if plan.steps.is_empty() {
        return format!("{}: nothing to do", plan.label);
    }
    let rights = if plan.administrator { " (needs administrator rights)" } else { "" };
    let mut lines = vec![format!("{}{rights}:", plan.label)];
    lines.extend(plan.steps.iter().map(|step| format!("  - {step}")));
    lines.join("\n")
}

/// The file of the local authority, made if the program never ran.
pub(super) async fn authority_file(place: &Place) -> Result<PathBuf, CliError> {
    let list = place.call(ListCertificates {}).await?;
    list.into_iter()
        .find(|certificate| certificate.purpose == engine::types::CertificateUse::Ca)
        .and_then(|certificate| certificate.path)
        .ok_or_else(|| CliError::failed("the local certificate authority has no file; see `doctor`"))
}

fn for_people(shown: &Shown) -> String {
    let rows: Vec<Vec<String>> = shown.list.iter().map(row).collect();
    let mut text = table(&["for", "until", "next", "file"], &rows, "There are no certificates.");
    if let Some(public) = &shown.public {
        text.push_str("\n\n");
        text.push_str(&standing(public));
    }
    text
}

fn row(certificate: &CertificateInfo) -> Vec<String> {
    vec![
        certificate.names.join(", "),
        certificate.not_after.to_local_text(),
        certificate.next_renewal.map(Timestamp::to_local_text).unwrap_or_default(),
        certificate.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
    ]
}

/// How it stands with the public certificate, in a few lines.
fn standing(public: &PublicStatus) -> String {
    let from = public.authority.as_deref().unwrap_or("your own files");
    let mut lines = vec![match public.state {
        PublicState::NotAsked => format!(
            "{}: no certificate of its own yet. Order one with: ambient-insights certificates order",
            public.name
        ),
        PublicState::Waiting => format!("{}: no certificate yet, from {from}", public.name),
        PublicState::InUse if public.trial => {
            format!("{}: in use, a trial from {from} that no client believes", public.name)
        }
        PublicState::InUse => format!("{}: in use, from {from}", public.name),
    }];
    if public.busy {
        lines.push("An order is under way.".to_owned());
    }
    if let Some(problem) = &public.problem {
        lines.push(format!("The last try failed: {}", problem.what));
        lines.push(format!("What to do: {}", problem.remedy));
        lines.extend(public.next_order.map(|at| format!("Next try: {}", at.to_local_text())));
    }
    lines.join("\n")
}
