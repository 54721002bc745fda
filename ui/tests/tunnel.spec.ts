// Letting assistants in the cloud in: the host's key is confirmed by a person, "public" is said only when it was tried.

import { calls, expect, expectNoAxeViolation, failNext, openMain, test, themes } from "./windows";

const region = "From anywhere";

test("without a way in, Home leads to where one is chosen", async ({ page }) => {
  await openMain(page, "");
  const card = page.getByRole("region", { name: region });
  await expect(card.getByText("nothing from the internet reaches this computer", { exact: false })).toBeVisible();
  await expect(card.getByRole("switch")).toHaveCount(0);
  await card.getByRole("button", { name: "Set it up" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
  const chosen = page.getByRole("heading", { name: "From the internet" });
  await expect(chosen).toBeFocused();
  await expect(chosen).toBeInViewport();
});

test("a host is trusted by its fingerprint and no other, then the tunnel is public", async ({ page }) => {
  await openMain(page, "tunnel");
  const card = page.getByRole("region", { name: region });
  await card.getByRole("switch", { name: "Let assistants in the cloud reach this program" }).click();
  await expect(card.getByRole("heading", { name: "Is this your host?" })).toBeVisible();
  await expect(card.getByText("Public.")).toHaveCount(0);
  await card.getByRole("button", { name: "It is the same: trust it" }).click();
  await expect(card.getByRole("status").filter({ hasText: "Public." })).toBeVisible();
  expect(await calls(page, "trust_tunnel_host")).toEqual([{ fingerprint: "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDP5S3kKc3pE3rRzkE" }]);
  await card.getByRole("switch").click();
  await expect(card.getByText("Off. Nothing from the internet", { exact: false })).toBeVisible();
});

test("an address that does not lead here is not called public, and says what to do", async ({ page }) => {
  await openMain(page, "tunnel-private");
  const card = page.getByRole("region", { name: region });
  await expect(card.getByText("does not work yet", { exact: false })).toBeVisible();
  await expect(card.getByText("get a public certificate", { exact: false })).toBeVisible();
  await expect(card.getByText("Public.")).toHaveCount(0);
});

test("a passphrase is sent once and kept in no field", async ({ page }) => {
  await openMain(page, "tunnel-locked");
  const card = page.getByRole("region", { name: region });
  const field = card.getByLabel("Passphrase of your key");
  await field.fill("open sesame");
  await failNext(page, "turn_tunnel_on", "this is not the passphrase of the key");
  await field.press("Enter");
  await expect(card.getByRole("alert")).toContainText("not the passphrase");
  await expect(field).toHaveValue("");
  expect(await calls(page, "turn_tunnel_on")).toEqual([{ provider: null, passphrase: "open sesame" }]);
});

test("what to set on the host can be read and copied step by step", async ({ page }) => {
  await openMain(page, "tunnel");
  await page.getByRole("button", { name: "How to set it up" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Copy step 2" }).click();
  expect(JSON.stringify(await calls(page, "copy_text"))).toContain("ClientAliveInterval 15");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});

test("who can read along and how long the address lasts is said for every provider", async ({ page }) => {
  await openMain(page, "tunnel-quick");
  const card = page.getByRole("region", { name: region });
  await expect(card.getByText("The provider can read everything that is sent", { exact: false })).toBeVisible();
  await expect(card.getByRole("status").filter({ hasText: "then there is another one" })).toBeVisible();
  await expect(card.getByRole("switch", { name: "Let assistants in the cloud reach this program" })).toBeChecked();
});

test("a program that is missing is named with where it comes from", async ({ page }) => {
  await openMain(page, "tunnel-missing");
  const card = page.getByRole("region", { name: region });
  await expect(card.getByRole("status").filter({ hasText: "https://tailscale.com/download" })).toBeVisible();
  await card.getByRole("button", { name: "How to set it up" }).click();
  await expect(page.getByRole("dialog", { name: "How to set it up" })).toBeVisible();
  expect(await calls(page, "show_tunnel_recipe")).toEqual([{ provider: null }]);
});

for (const theme of themes) {
  for (const scenario of ["tunnel-broken", "tunnel-locked", "tunnel", "tunnel-quick", "tunnel-missing"]) {
    test(`what is wrong with a tunnel is readable by everybody (${scenario}, ${theme})`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: theme });
      await openMain(page, scenario);
      const card = page.getByRole("region", { name: region });
      await expect(card).toBeVisible();
      if (scenario === "tunnel") {
        await card.getByRole("switch").click();
        await expect(card.getByRole("heading", { name: "Is this your host?" })).toBeVisible();
      }
      await expectNoAxeViolation(page);
    });
  }
}
