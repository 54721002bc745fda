// The stand-in's tunnel: a host by SSH whose key is new in the scenario "tunnel", and which comes up once it is trusted.

import type { Check, ProviderKind, TunnelStatus } from "../bindings";
import type { Handlers } from ".";
import { ago } from "./samples";

type TunnelCommands = Pick<ReturnType<Handlers>, "show_tunnel" | "turn_tunnel_on" | "turn_tunnel_off" | "trust_tunnel_host" | "show_tunnel_recipe">;

const words = [
  "Only this computer and the assistant can read what is sent: the encryption ends here.",
  "The public address stays the same.",
];
const key = { host: "vps.example.org", port: 22, algorithm: "ssh-ed25519", fingerprint: "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDP5S3kKc3pE3rRzkE", key: "ssh-ed25519 AAAA" };
const unknown = `vps.example.org shows a key that was never seen here: ssh-ed25519 ${key.fingerprint}; compare it, then confirm it.`;
const good: Check[] = ["public name", "public certificate", "public challenge"].map((name) => ({ name, ok: true, detail: "as it should be" }));
const bad: Check = {
  name: "public certificate", ok: false, detail: "the certificate is of an authority that is not trusted publicly",
  remedy: "get a public certificate for this name; the one of this program's own authority is for this computer alone",
};

function beginning(scenario: string): TunnelStatus {
  const status: TunnelStatus = { state: "off", provider: "ssh", public_url: "https://memory.example.org/mcp", public: false, words, checks: [] };
  switch (scenario) {
    case "tunnel": return status;
    case "tunnel-up": return { ...status, state: "up", public: true, since: ago(3_600_000), checks: good };
    case "tunnel-private": return { ...status, state: "up", since: ago(60_000), checks: [...good.slice(0, 1), bad] };
    case "tunnel-broken": return { ...status, state: "backoff", retry_at: ago(-30_000), reason_kind: "network", reason: "vps.example.org did not answer for 12 seconds; connecting anew" };
    case "tunnel-quick": return { ...status, provider: "cloudflared", state: "up", public: true, since: ago(60_000), checks: good,
      public_url: "https://purple-rain-4d7f.trycloudflare.com/mcp",
      capabilities: { secrecy: "provider_reads", name: "per_session", needs_account: false, gives_peer_address: true },
      words: [
        "The provider can read everything that is sent: the encryption ends there.",
        "The public address is another one after each start, and assistants have to be connected anew.",
      ] };
    case "tunnel-missing": return { ...status, provider: "tailscale", state: "failed", reason_kind: "program",
      capabilities: { secrecy: "end_to_end", name: "stable", needs_account: true, gives_peer_address: true },
      words: [...words, "It needs an account with the provider."],
      reason: "tailscale is not there; install it from https://tailscale.com/download, or say where it lies as tunnel.tailscale.program" };
    case "tunnel-locked": return { ...status, state: "failed", reason_kind: "passphrase", reason: "the key /home/ada/.ssh/id_ed25519 is encrypted; give its passphrase, or load it into your ssh-agent" };
    default: return { ...status, provider: null, public_url: null, words: [] };
  }
}

export function tunnelCommands(scenario: string, stateChanged: () => void, pause: () => Promise<void>, chosen: () => ProviderKind | null | undefined): TunnelCommands {
  let status = beginning(scenario);
  let trusted = scenario !== "tunnel";
  const become = (next: TunnelStatus) => {
    status = next;
    stateChanged();
    return status;
  };
  const plain = (): TunnelStatus => ({ state: "off", provider: "ssh", public_url: status.public_url, public: false, words, checks: [] });
  const on = async () => {
    become({ ...plain(), state: "connecting" });
    await pause();
    return become(trusted
      ? { ...plain(), state: "up", public: true, since: ago(0), checks: good }
      : { ...plain(), state: "failed", reason_kind: "host_key_unknown", reason: unknown, host_key: key });
  };
  return {
    show_tunnel: () => {
      const provider = chosen();
      if (provider !== undefined && provider !== status.provider) status = { ...plain(), provider, words: provider === "ssh" ? words : [] };
      return status;
    },
    turn_tunnel_on: on,
    turn_tunnel_off: () => become(plain()),
    trust_tunnel_host: async () => {
      trusted = true;
      await on();
      return key;
    },
    show_tunnel_recipe: () => ({ steps: [
      { what: "On vps.example.org, as root: a user who can do nothing but forward this one port.", text: "useradd --create-home --shell /usr/sbin/nologin ambient-insights" },
      { what: "The file /etc/ssh/sshd_config.d/ambient-insights.conf.", text: "Match User ambient-insights\n    AllowTcpForwarding remote\n    GatewayPorts clientspecified\n    PermitListen *:443\n    ClientAliveInterval 15" },
    ] }),
  };
}
