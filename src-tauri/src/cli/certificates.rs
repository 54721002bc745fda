//! `certificates`: which there are, and having this computer trust them.

use std::path::PathBuf;

use engine::operations::ListCertificates;
use engine::trust::{self, Action, CaCertificate, Outcome, Places, Plan, TrustStore};
use engine::types::CertificateInfo;

use super::arguments::{Certificates, Store, Trust};
use super::error::CliError;
use super::output::{Output, complain, confirm, table};
use crate::place::Place;

pub(super) async fn run(place: &Place, command: Certificates, output: &mut Output) -> Result<(), CliError> {
    match command {
        Certificates::List => output.show(&place.call(ListCertificates {}).await?, |list| for_people(list)),
        Certificates::Trust(options) => change(place, &options, Action::Trust, output).await,
        Certificates::Untrust(options) => change(place, &options, Action::Untrust, output).await,
    }
}

/// Says what will be done, asks, does it store by store; one that fails does not keep the others from theirs.
async fn change(place: &Place, options: &Trust, action: Action, output: &mut Output) -> Result<(), CliError> {
    let ca = CaCertificate::read(&authority_file(place).await?)
        .map_err(|error| CliError::failed(error.to_string()))?;
    let home = place.home()?;
    let stores: Vec<Box<dyn TrustStore>> = trust::stores(&Places::of(home))
        .into_iter()
        .filter(|store| options.store.is_none_or(|wanted| is_wanted(wanted, &store.id())))
        .collect();
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

fn for_people(list: &[CertificateInfo]) -> String {
    let rows: Vec<Vec<String>> = list
        .iter()
        .map(|certificate| {
            vec![
                certificate.names.join(", "),
                certificate.not_after.to_local_text(),
                certificate.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
            ]
        })
        .collect();
    table(&["for", "until", "file"], &rows, "There are no certificates.")
}
