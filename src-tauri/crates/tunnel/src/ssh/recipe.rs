//! What has to be set on the person's host, ready to be copied.

use super::{PublicKeyText, RemoteAddress, Settings};
use crate::recipe::{Recipe, RecipeStep};

/// Stands for a host that is not set yet.
pub const EXAMPLE_HOST: &str = "host.example.org";

/// The recipe for these settings and the host of the public address.
#[must_use]
pub fn recipe(settings: &Settings, key: Option<&PublicKeyText>, public_host: Option<&str>) -> Recipe {
    let Settings { host, user, remote_port, .. } = settings;
    let public_host = public_host.unwrap_or("memory.example.org");
    let key = key.map_or("PUT-YOUR-PUBLIC-KEY-HERE", |key| key.0.as_str());
    let (listen, gateway) = match settings.remote_address {
        RemoteAddress::All => (format!("*:{remote_port}"), "clientspecified"),
        RemoteAddress::Loopback => (format!("localhost:{remote_port}"), "no"),
    };
    let mut steps = vec![
        RecipeStep {
            what: format!(
                "On {host}, as root: a user who can do nothing but forward this one port. (Skip this if {user} is \
                 there already.)"
            ),
            text: format!("useradd --create-home --shell /usr/sbin/nologin {user} && usermod -p '*' {user}"),
        },
        RecipeStep {
            what: "This computer's public key, allowed to forward and nothing else.".to_owned(),
            text: format!(
                "install -d -m 700 -o {user} -g {user} ~{user}/.ssh\n\
                 echo 'restrict,port-forwarding {key}' >> ~{user}/.ssh/authorized_keys\n\
                 chown {user}: ~{user}/.ssh/authorized_keys && chmod 600 ~{user}/.ssh/authorized_keys"
            ),
        },
        RecipeStep {
            what: "The file /etc/ssh/sshd_config.d/ambient-insights.conf. ClientAlive has the host notice a broken \
                   connection within half a minute and give the port free: without it, the tunnel can not come back \
                   after this computer changed its network."
                .to_owned(),
            text: format!(
                "Match User {user}\n\
                 \x20   AllowTcpForwarding remote\n\
                 \x20   GatewayPorts {gateway}\n\
                 \x20   PermitListen {listen}\n\
                 \x20   PermitTTY no\n\
                 \x20   X11Forwarding no\n\
                 \x20   AllowAgentForwarding no\n\
                 \x20   ClientAliveInterval 15\n\
                 \x20   ClientAliveCountMax 2"
            ),
        },
    ];
    if *remote_port < 1024 && settings.remote_address == RemoteAddress::All {
        steps.push(RecipeStep {
            what: format!("Allow users to listen on port {remote_port}: the system keeps low ports for root."),
            text: format!(
                "echo net.ipv4.ip_unprivileged_port_start={remote_port} > /etc/sysctl.d/90-ambient-insights.conf\n\
                 sysctl --system"
            ),
        });
    }
    if settings.remote_address == RemoteAddress::Loopback {
        steps.push(RecipeStep {
            what: format!(
                "Port {remote_port} is reached from the host itself alone, so its own forwarder has to pass port 443 \
                 on, without ending the TLS. For nginx, beside its http block:"
            ),
            text: format!("stream {{ server {{ listen 443; proxy_pass 127.0.0.1:{remote_port}; }} }}"),
        });
    }
    steps.push(RecipeStep {
        what: "Check the settings, have sshd read them, and see that they count.".to_owned(),
        text: format!(
            "sshd -t && systemctl reload ssh\n\
             sshd -T -C user={user},host=x,addr=192.0.2.1 | grep -Ei 'clientalive|gatewayports|permitlisten|allowtcp'"
        ),
    });
    steps.push(RecipeStep {
        what: "The host's fingerprint, to compare it with what this program shows at the first connection."
            .to_owned(),
        text: "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub".to_owned(),
    });
    steps.push(RecipeStep {
        what: format!(
            "Where {public_host} is registered: a record that leads to {host}. Then, unless it stands there already, in \
             this computer's config.toml (or in Settings):"
        ),
        text: format!(
            "public_url = \"https://{public_host}\"\n\n[tunnel]\nprovider = \"ssh\"\n\n[tunnel.ssh]\nhost = \"{host}\"\n\
             user = \"{user}\""
        ),
    });
    Recipe { steps }
}
