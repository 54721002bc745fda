// The form of public reach: drawn from what the program says, judged by it, kept whole or not at all.

import { calls, expect, expectNoAxeViolation, failNext, openMain, test, themes } from "./windows";

const region = "From the internet";

test("a way is chosen and filled in, each wrong answer stands at its field, and the tunnel's card follows", async ({ page }) => {
  await openMain(page, "", "settings");
  const card = page.getByRole("region", { name: region });
  const keep = card.getByRole("button", { name: "Keep these settings" });
  await expect(card.getByRole("radio", { name: /Nobody from the internet/ })).toBeChecked();
  await expect(card.getByRole("textbox")).toHaveCount(0);
  await expect(keep).toBeDisabled();

  await card.getByRole("radio", { name: /by SSH/ }).click();
  await card.getByLabel("SSH port").fill("70000");
  await card.getByLabel("Public address", { exact: true }).fill("https://memory.example.org");
  await card.getByLabel("SSH port").press("Enter");
  const host = card.getByLabel("Host", { exact: true });
  await expect(host).toBeFocused();
  await expect(host).toHaveAccessibleDescription(/It is needed\./);
  await expect(card.getByLabel("SSH port")).toHaveAccessibleDescription(/It must be a number from 1 to 65535\./);
  await expect(card.getByLabel("SSH port")).toHaveValue("70000");
  await expect(card.getByRole("status")).toContainText("Nothing was kept");

  await host.fill("vps.example.org");
  await expect(host).not.toHaveAttribute("aria-invalid");
  await card.getByLabel("SSH port").fill("2222");
  await card.getByLabel("Who may come in").selectOption({ label: "Claude's cloud alone" });
  await keep.click();
  await expect(card.getByRole("status")).toContainText("Kept");
  await expect(keep).toBeDisabled();
  expect((await calls(page, "change_reach")).at(-1)).toEqual({ provider: "ssh", certificate: "authority", values: [
    { key: "tunnel.ssh.host", value: "vps.example.org" }, { key: "tunnel.ssh.port", value: "2222" },
    { key: "public_url", value: "https://memory.example.org" }, { key: "tunnel.allow", value: "anthropic" },
  ] });
  await expect(page.getByText("is used after a restart of the engine")).toBeInViewport();
  await expect(page.getByRole("region", { name: "From anywhere" }).getByRole("switch")).toBeVisible();
});

test("what was typed stays when it can not be kept, and is taken back by hand", async ({ page }) => {
  await openMain(page, "tunnel", "settings");
  const card = page.getByRole("region", { name: region });
  await card.getByLabel("Host", { exact: true }).fill("other.example.org");
  await failNext(page, "change_reach", "config.toml can not be written.");
  await card.getByRole("button", { name: "Keep these settings" }).click();
  await expect(card.getByRole("alert")).toContainText("can not be written");
  await expect(card.getByLabel("Host", { exact: true })).toHaveValue("other.example.org");
  await card.getByRole("button", { name: "Take back" }).click();
  await expect(card.getByLabel("Host", { exact: true })).toHaveValue("vps.example.org");
  await expect(card.getByRole("alert")).toHaveCount(0);
});

test("settings that do not go together say so where it is mended", async ({ page }) => {
  await openMain(page, "tunnel", "settings");
  const card = page.getByRole("region", { name: region });
  await card.getByLabel("Reached", { exact: true }).selectOption({ label: "From the host itself alone" });
  await card.getByLabel("Who may come in").selectOption({ label: "Claude's cloud alone" });
  await card.getByRole("button", { name: "Keep these settings" }).click();
  await expect(card.getByLabel("Who may come in")).toBeFocused();
  await expect(card.getByLabel("Who may come in")).toHaveAccessibleDescription(/needs to know from where somebody connects/);
});

test("a certificate comes from an authority or from files, and only what counts is asked for and sent", async ({ page }) => {
  await openMain(page, "tunnel", "settings");
  const card = page.getByRole("region", { name: region });
  await expect(card.getByLabel("Authority", { exact: true })).toBeVisible();
  await card.getByLabel("Authority", { exact: true }).selectOption({ label: "Let's Encrypt's place for trials" });
  await card.getByRole("radio", { name: /From my own files/ }).click();
  await expect(card.getByLabel("Authority", { exact: true })).toHaveCount(0);
  await card.getByLabel("Certificate", { exact: true }).fill("/c.pem");
  await card.getByLabel("Its key", { exact: true }).fill("/k.pem");
  await card.getByRole("button", { name: "Keep these settings" }).click();
  await expect(card.getByRole("status")).toContainText("Kept");
  expect(await calls(page, "change_reach")).toEqual([{ provider: "ssh", certificate: "files", values: [
    { key: "certificate.chain", value: "/c.pem" }, { key: "certificate.key", value: "/k.pem" },
  ] }]);
});

test("what the environment sets is shown, locked, and says so", async ({ page }) => {
  await openMain(page, "locked", "settings");
  const card = page.getByRole("region", { name: region });
  await card.getByRole("radio", { name: /by SSH/ }).click();
  await expect(card.getByLabel("User", { exact: true })).toBeDisabled();
  await expect(card.getByText("Set by the environment: it can not be changed here.")).toBeVisible();
});

for (const theme of themes) {
  test(`the form with its faults is readable by everybody (${theme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme });
    await openMain(page, "", "settings");
    const card = page.getByRole("region", { name: region });
    await card.getByRole("radio", { name: /by SSH/ }).click();
    await card.getByRole("radio", { name: /From my own files/ }).click();
    await card.getByRole("button", { name: "Keep these settings" }).click();
    await expect(card.getByText("It is needed.").first()).toBeVisible();
    await expectNoAxeViolation(page);
  });
}
