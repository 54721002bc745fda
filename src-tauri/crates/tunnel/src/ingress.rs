//! The person's own way in: a port forwarding, a proxy, any tunnel that is none of ours. We hold the port where it
//! ends, and nothing else.

use crate::entrance::{Arriving, Entrance, PeerFrom};
use crate::recipe::{Recipe, RecipeStep};
use crate::{
    Announced, Capabilities, Layer, Provider, ProviderKind, PublicName, Secrecy, SessionContext, Sessions,
    TunnelError,
};

/// What it is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The port of 127.0.0.1 where streams come in; 0 takes a free one.
    pub port: u16,
    /// Whether each stream begins with a PROXY protocol header, which is then demanded and believed.
    pub proxy_protocol: bool,
}

/// The port that the recipe names where none is set.
pub const EXAMPLE_PORT: u16 = 9443;

/// What has to be set on the proxy or the router.
#[must_use]
pub fn recipe(host: Option<&str>, port: u16, proxy_protocol: bool) -> Recipe {
    let host = host.unwrap_or("memory.example.org");
    let (nginx, haproxy) = if proxy_protocol { (" proxy_protocol on;", " send-proxy-v2") } else { ("", "") };
    Recipe {
        steps: vec![
            RecipeStep::new(
                format!(
                    "config.toml: the public address, and the port of this computer where {host} is to lead."
                ),
                format!(
                    "public_url = \"https://{host}\"\ningress_port = {port}\n\n[tunnel]\nprovider = \"ingress\""
                ),
            ),
            RecipeStep::new(
                "A proxy on this computer that passes port 443 on without ending the TLS. For nginx, beside its http \
                 block (set ingress_proxy_protocol = true where it sends the header):",
                format!("stream {{ server {{ listen 443; proxy_pass 127.0.0.1:{port};{nginx} }} }}"),
            ),
            RecipeStep::new(
                "Or HAProxy:",
                format!(
                    "frontend memory\n    mode tcp\n    bind :443\n    default_backend memory\nbackend memory\n    mode tcp\n\
                     \x20   server here 127.0.0.1:{port}{haproxy}"
                ),
            ),
            RecipeStep::new(
                "A router that forwards a port needs this computer to pass it on, since the program listens on 127.0.0.1 \
                 alone: use one of the proxies above. The certificate is this program's: see what it needs with",
                "ambient-insights certificates list",
            ),
            RecipeStep::new(
                "Start the program again. It is open from its start on.",
                "ambient-insights tunnel status",
            ),
        ],
    }
}

/// The provider `ingress`.
#[derive(Clone, Copy, Debug)]
pub struct Ingress {
    settings: Settings,
}

impl Ingress {
    /// What it can do.
    #[must_use]
    pub const fn capabilities_of(proxy_protocol: bool) -> Capabilities {
        Capabilities {
            secrecy: Secrecy::DependsOnYourProxy,
            name: PublicName::Stable,
            needs_account: false,
            gives_peer_address: proxy_protocol,
        }
    }

    /// With these settings.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self { settings }
    }

    async fn session(&self, context: SessionContext) -> Result<(), TunnelError> {
        let peer = if self.settings.proxy_protocol { PeerFrom::ProxyHeader } else { PeerFrom::Connection };
        let arriving =
            Arriving { provider: ProviderKind::Ingress, layer: Layer::RawTls, peer, visitor_header: None };
        let entrance = Entrance::open(self.settings.port, "ingress_port", arriving).await?;
        let place = format!("port {} of this computer", entrance.port());
        let _ = context.announced.send(Some(Announced { place, url: None }));
        tokio::select! {
            () = context.stop.cancelled() => {}
            () = entrance.serve(&context.incoming) => {}
        }
        Ok(())
    }
}

impl Provider for Ingress {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Ingress
    }

    fn capabilities(&self) -> Capabilities {
        Self::capabilities_of(self.settings.proxy_protocol)
    }

    fn run(&self, context: SessionContext) -> Sessions<'_> {
        Box::pin(self.session(context))
    }
}

#[cfg(test)]
#[cfg(unix)]
#[path = "ingress_tests.rs"]
mod tests;
