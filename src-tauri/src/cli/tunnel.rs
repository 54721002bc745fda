//! `tunnel`: letting the internet reach the program.

use std::io::Read as _;

use engine::operations::{
    Check, SecretText, ShowTunnel, ShowTunnelRecipe, TrustTunnelHost, TunnelState, TunnelStatus,
    TurnTunnelOff, TurnTunnelOn,
};
use engine::types::{ProviderKind, Recipe};

use super::arguments::{Provider, Tunnel};
use super::error::CliError;
use super::output::{Output, clean, confirm};
use crate::place::Place;

/// No passphrase is longer.
const LONGEST_PASSPHRASE: u64 = 4096;

pub(super) async fn run(place: &Place, command: Tunnel, output: &mut Output) -> Result<(), CliError> {
    match command {
        Tunnel::Up { provider, passphrase_stdin } => {
            let client = place.running().await?;
            let passphrase = if passphrase_stdin { Some(read_passphrase()?) } else { None };
            let provider = provider.map(kind);
            let status = client.call(TurnTunnelOn { provider, passphrase }).await?;
            show(&status, output)
        }
        Tunnel::Down => {
            let status = place.running().await?.call(TurnTunnelOff {}).await?;
            output.show(&status, for_people)
        }
        Tunnel::Status => output.show(&place.call(ShowTunnel {}).await?, for_people),
        Tunnel::TrustHost { fingerprint } => trust_host(place, fingerprint, output).await,
        Tunnel::Recipe { provider } => {
            let ask = ShowTunnelRecipe { provider: provider.map(kind) };
            output.show(&place.call(ask).await?, recipe_for_people)
        }
    }
}

const fn kind(provider: Provider) -> ProviderKind {
    match provider {
        Provider::Ssh => ProviderKind::Ssh,
        Provider::Ingress => ProviderKind::Ingress,
        Provider::Tailscale => ProviderKind::Tailscale,
        Provider::Cloudflared => ProviderKind::Cloudflared,
        Provider::Ngrok => ProviderKind::Ngrok,
    }
}

/// Shows how it is; a tunnel that was wanted and is not there is a failure.
fn show(status: &TunnelStatus, output: &mut Output) -> Result<(), CliError> {
    output.show(status, for_people)?;
    if status.state == TunnelState::Up { Ok(()) } else { Err(CliError::Said) }
}

async fn trust_host(place: &Place, fingerprint: Option<String>, output: &mut Output) -> Result<(), CliError> {
    let client = place.running().await?;
    let fingerprint = if let Some(fingerprint) = fingerprint {
        fingerprint
    } else {
        let Some(key) = client.call(ShowTunnel {}).await?.host_key else {
            return Err(CliError::failed(
                "no host's key waits to be confirmed; run `ambient-insights tunnel up`, and it is shown then",
            ));
        };
        output.note(&format!(
            "{} port {} shows this {} key:\n  {}\nRead it on the host itself with\n  ssh-keygen -lf \
             /etc/ssh/ssh_host_ed25519_key.pub",
            clean(&key.host),
            key.port,
            clean(&key.algorithm),
            clean(&key.fingerprint)
        ))?;
        if !confirm("Is it the same?", false)? {
            return output.note("Nothing was changed.");
        }
        key.fingerprint
    };
    let trusted = client.call(TrustTunnelHost { fingerprint }).await?;
    output.show(&trusted, |key| {
        format!("{} is trusted with this key from now on; the tunnel is being opened", clean(&key.host))
    })
}

fn read_passphrase() -> Result<SecretText, CliError> {
    let mut text = String::new();
    std::io::stdin().take(LONGEST_PASSPHRASE).read_to_string(&mut text).map_err(|error| {
        CliError::failed(format!("standard input can not be read: {error}; give the passphrase there"))
    })?;
    let line = text.lines().next().unwrap_or_default();
    Ok(SecretText(line.to_owned()))
}

fn for_people(status: &TunnelStatus) -> String {
    let provider = status.provider.map_or("none", ProviderKind::as_str);
    let mut lines = vec![match status.state {
        TunnelState::Off => format!("The tunnel is off (provider: {provider})."),
        TunnelState::Connecting => format!("The tunnel is being opened (provider: {provider})."),
        TunnelState::Up if status.public => {
            format!("Public: {}", clean(status.public_url.as_deref().unwrap_or_default()))
        }
        TunnelState::Up if status.checks.is_empty() => {
            format!("The tunnel is up (provider: {provider}); the public address is being tried.")
        }
        TunnelState::Up => {
            format!("The tunnel is up (provider: {provider}), but the public address does not work yet.")
        }
        TunnelState::Backoff => "The tunnel broke and is tried again by itself.".to_owned(),
        TunnelState::Failed => "There is no tunnel.".to_owned(),
    }];
    if let Some(reason) = &status.reason {
        lines.push(format!("  {}", clean(reason)));
    }
    for Check { name, ok, detail, remedy } in &status.checks {
        lines.push(format!("{} {name}: {}", if *ok { "ok  " } else { "BAD " }, clean(detail)));
        lines.extend(remedy.iter().map(|remedy| format!("     → {remedy}")));
    }
    lines.extend(status.words.iter().map(|sentence| format!("- {sentence}")));
    lines.join("\n")
}

fn recipe_for_people(recipe: &Recipe) -> String {
    let steps = recipe.steps.iter().enumerate().map(|(index, step)| {
        let text: Vec<String> = step.text.lines().map(|line| format!("    {line}")).collect();
        format!("{}. {}\n\n{}", index + 1, step.what, text.join("\n"))
    });
    steps.collect::<Vec<_>>().join("\n\n")
}
