// The stand-in's form of public reach: a few ways, filled in and judged much as the program does it.

import type { ReachField, ReachForm, ReachProblem, SettingSource } from "../bindings";
import type { Handlers } from ".";

type ReachCommands = Pick<ReturnType<Handlers>, "show_reach_form" | "change_reach">;

const field = (key: string, name: string, words: string, kind: ReachField["kind"], value = "", more: Partial<ReachField> = {}): ReachField =>
  ({ key, name, words, kind, value, source: "default", required: false, ...more });
const text = (example: string): ReachField["kind"] => ({ kind: "text", example });

function beginning(scenario: string): ReachForm {
  const locked: { source: SettingSource } = { source: scenario === "locked" ? "environment" : "default" };
  const tunnel = scenario.startsWith("tunnel");
  return {
    provider: { chosen: tunnel ? "ssh" : "none", source: "default", ways: [
      { id: "none", name: "Nobody from the internet", words: ["Only programs on this computer reach this one."], public: false, gives_name: false, fields: [] },
      { id: "ssh", name: "Through my own host, by SSH", words: ["Only this computer and the assistant can read what is sent: the encryption ends here.", "The public address stays the same."], public: true, gives_name: false, fields: [
        field("tunnel.ssh.host", "Host", "The name or address of your host.", text("example.org"), tunnel ? "vps.example.org" : "", { required: true }),
        field("tunnel.ssh.user", "User", "Who logs in there. Best one who can do nothing else.", text("ambient-insights"), "ambient-insights", locked),
        field("tunnel.ssh.port", "SSH port", "Where SSH listens on the host.", { kind: "number" }, "22"),
        field("tunnel.ssh.key", "Private key", "The file of the key to log in with. Empty: what your ssh-agent holds, then the usual ones.", text("~/.ssh/id_ed25519")),
        field("tunnel.ssh.remote_port", "Public port", "Where the host listens for visitors. Claude's cloud reaches port 443 alone.", { kind: "number" }, "443"),
        field("tunnel.ssh.remote_address", "Reached", "From the host itself alone, where a forwarder of its own stands before it.",
          { kind: "choice", choices: [{ value: "all", name: "From everywhere" }, { value: "loopback", name: "From the host itself alone" }] }, "all"),
      ] },
      { id: "ingress", name: "Through my own router or proxy", words: ["You have your own way in; who can read what is sent depends on where your proxy ends the encryption."], public: true, gives_name: false, fields: [
        field("ingress_port", "Port on this computer", "Where your router or proxy passes the internet's visitors on to.", { kind: "number" }, "", { required: true }),
        field("ingress_proxy_protocol", "It sends PROXY protocol headers", "They tell from where somebody connects. Who sends none is then not let in.", { kind: "switch" }, "false"),
      ] },
    ] },
    general: [
      field("public_url", "Public address", "The name under which the internet finds this program: https and a host name that leads to it.", text("https://memory.example.org"), tunnel ? "https://memory.example.org" : ""),
      field("tunnel.allow", "Who may come in", "Claude's cloud alone: an access works only from Anthropic's published addresses. You still approve in your own browser, from everywhere.",
        { kind: "choice", choices: [{ value: "anyone", name: "Every assistant that you approved" }, { value: "anthropic", name: "Claude's cloud alone" }] }, "anyone"),
      field("tunnel.start", "Turn it on when the program starts", "Else you turn it on by hand.", { kind: "switch" }, "false"),
    ],
    certificate: { chosen: "authority", source: "default", ways: [
      { id: "authority", name: "From a certificate authority", words: ["It costs nothing and is renewed by itself. You agree to the authority's terms first."], public: true, gives_name: false, fields: [
        field("acme.directory", "Authority", "No assistant believes a certificate from the place for trials.",
          { kind: "choice", choices: [{ value: "letsencrypt", name: "Let's Encrypt" }, { value: "letsencrypt-staging", name: "Let's Encrypt's place for trials" }] }, "letsencrypt"),
      ] },
      { id: "files", name: "From my own files", words: ["They are watched, and new ones are taken up when you put them there."], public: true, gives_name: false, fields: [
        field("certificate.chain", "Certificate", "The certificate and those that vouch for it, in one PEM file.", text("/etc/letsencrypt/live/example.org/fullchain.pem"), "", { required: true }),
        field("certificate.key", "Its key", "The private key of the certificate, without a password.", text("/etc/letsencrypt/live/example.org/privkey.pem"), "", { required: true }),
      ] },
    ] },
  };
}

export function reachCommands(scenario: string, wrote: (provider: string, restart: boolean) => void, pause: () => Promise<void>): ReachCommands {
  let form = beginning(scenario);
  return {
    show_reach_form: () => form,
    change_reach: async ({ provider, certificate, values }) => {
      await pause();
      const way = form.provider.ways.find((way) => way.id === provider)!;
      const from = form.certificate.ways.find((way) => way.id === certificate)!;
      const given = new Map(values.map(({ key, value }) => [key, value.trim()]));
      const fields = [...way.fields, ...(way.public ? [...form.general, ...from.fields] : [])];
      const problems = fields.flatMap((field): ReachProblem[] => {
        const value = given.get(field.key) ?? field.value;
        if ((field.required || (field.key === "public_url" && !way.gives_name)) && value === "") return [{ key: field.key, message: "It is needed." }];
        if (field.kind.kind === "number" && value !== "" && !(Number(value) >= 1 && Number(value) <= 65_535)) return [{ key: field.key, message: "It must be a number from 1 to 65535." }];
        return [];
      });
      if (given.get("tunnel.allow") === "anthropic" && given.get("tunnel.ssh.remote_address") === "loopback") problems.push({ key: "tunnel.allow", message: "tunnel.allow = \"anthropic\" needs to know from where somebody connects: behind a forwarder of the host everybody seems to come from that host; set tunnel.ssh.remote_address = \"all\"." });
      if (problems.length > 0) return { form, problems, note: null };
      const keep = (field: ReachField): ReachField => (given.has(field.key) ? { ...field, value: given.get(field.key)!, source: "file" } : field);
      const restart = fields.some((field) => !field.key.startsWith("tunnel.") && (given.get(field.key) ?? field.value) !== field.value);
      form = {
        provider: { ...form.provider, chosen: provider, ways: form.provider.ways.map((way) => ({ ...way, fields: way.fields.map(keep) })) },
        general: form.general.map(keep),
        certificate: { ...form.certificate, chosen: certificate, ways: form.certificate.ways.map((way) => ({ ...way, fields: way.fields.map(keep) })) },
      };
      wrote(provider, restart);
      return { form, problems, note: restart ? "Kept. Some of it waits for a restart of the engine." : "Kept, and in use from now on." };
    },
  };
}
