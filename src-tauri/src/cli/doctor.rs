//! `doctor`: what is wrong and how to mend it.

use control::Client;
use engine::operations::{Diagnose, Diagnosis};
use engine::{Operation as _, Overrides};

use super::error::CliError;
use super::output::Output;
use super::session::start_closed;
use crate::place::Place;

pub(super) async fn run(place: &Place, output: &mut Output) -> Result<(), CliError> {
    let diagnosis = match Client::connect(&place.data_dir).await {
        Some(client) => client.call(Diagnose {}).await?,
        None => examine_stopped(place).await?,
    };
    output.show(&diagnosis, for_people)?;
    if diagnosis.ok { Ok(()) } else { Err(CliError::Said) }
}

async fn examine_stopped(place: &Place) -> Result<Diagnosis, CliError> {
    let config = match place.config(Overrides::default()) {
        Ok(config) => config,
        Err(error) => return Ok(Diagnosis::of_bad_settings(&error)),
    };
    let local_origin = config.origins(config.port).local.to_string();
    Ok(match start_closed(config).await {
        Ok(engine) => {
            let diagnosis = Diagnose {}.run(&engine).await?;
            engine.stop().await;
            diagnosis
        }
        Err(error) => Diagnosis::of_failed_start(local_origin, &error),
    })
}

fn for_people(diagnosis: &Diagnosis) -> String {
    let mut lines = Vec::new();
    for check in &diagnosis.checks {
        lines.push(format!("{} {}: {}", if check.ok { "ok  " } else { "BAD " }, check.name, check.detail));
        if let Some(remedy) = &check.remedy {
            lines.push(format!("     → {remedy}"));
        }
    }
    lines.push(String::new());
    lines.push(if diagnosis.ok {
        "Everything is in order.".to_owned()
    } else {
        "Something needs mending; the arrows say what to do.".to_owned()
    });
    lines.join("\n")
}
