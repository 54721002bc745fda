// How the program behaves: what is chosen is kept, what fails falls back, what is locked says by whom.

import { calls, expect, failNext, openMain, test } from "./windows";

test("the look changes at once, and is taken back when it can not be kept", async ({ page }) => {
  await openMain(page, "", "settings");
  const html = page.locator("html");
  await page.getByRole("radio", { name: "Dark" }).check();
  await expect(html).toHaveAttribute("data-theme", "dark");
  await failNext(page, "change_settings", "config.toml can not be written.");
  await page.getByRole("radio", { name: "Light" }).click();
  await expect(page.getByRole("alert")).toContainText("config.toml can not be written.");
  await expect(html).toHaveAttribute("data-theme", "dark");
  await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();
});

test("another port needs a restart, which stands beside it; a wrong one stays in the field", async ({ page }) => {
  await openMain(page, "", "settings");
  const port = page.getByRole("textbox", { name: "Port" });
  await port.fill("99999");
  await port.press("Enter");
  await expect(page.getByRole("alert")).toContainText("does not exist");
  await expect(port).toHaveValue("99999");
  await port.fill("9200");
  await port.press("Enter");
  expect(await calls(page, "change_settings")).toEqual([99_999, 9_200].map((value) => ({ changes: [{ setting: "port", value }], start_at_login: null })));
  await page.getByRole("button", { name: "Restart now" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(await calls(page, "restart_engine")).toHaveLength(1);
});

test("a start at login that fails falls back to what is set", async ({ page }) => {
  await openMain(page, "", "settings");
  await failNext(page, "change_settings", "The folder for programs that start at login can not be written.");
  await page.getByRole("switch", { name: "Start when I log in" }).click();
  await expect(page.getByRole("alert")).toContainText("can not be written");
  await expect(page.getByRole("switch", { name: "Start when I log in" })).not.toBeChecked();
});

test("a store that can not be trusted says why beside it", async ({ page }) => {
  await openMain(page, "", "settings");
  await failNext(page, "change_trust", "certutil is not installed. Install libnss3-tools.");
  await page.getByRole("button", { name: "Trust: Firefox" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Firefox" }).getByRole("alert")).toContainText("libnss3-tools");
});

test("Check everything lists what is wrong with its remedy", async ({ page }) => {
  await openMain(page, "", "settings");
  await page.getByRole("button", { name: "Check everything" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Firefox does not know" })).toContainText("ambient-insights certificates trust");
});

test("who may ask is chosen, is used after a restart, and falls back when it can not be kept", async ({ page }) => {
  await openMain(page, "", "settings");
  const policy = page.getByLabel("Programs that may ask");
  await failNext(page, "change_settings", "config.toml can not be written.");
  await policy.selectOption({ label: "Only those I register" });
  await expect(page.getByRole("alert")).toContainText("config.toml can not be written.");
  await expect(policy).toHaveValue("open");
  await policy.selectOption({ label: "Only with a document" });
  await expect(policy).toHaveAccessibleDescription(/describe themselves at a site of their own/);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page.getByText("is used after a restart of the engine")).toBeInViewport();
  await page.getByRole("button", { name: "Restart now" }).click();
  await expect(page.getByRole("button", { name: "Restart now" })).toHaveCount(0);
});

test("a number is saved by Enter, a wrong one stays with the reason, Escape takes it back", async ({ page }) => {
  await openMain(page, "", "settings");
  const minutes = page.getByRole("textbox", { name: "Renewal (minutes)" });
  await minutes.fill("5");
  await minutes.press("Enter");
  await expect(page.getByRole("alert")).toContainText("it must be a number from 6 to 1440");
  await expect(minutes).toHaveValue("5");
  await minutes.press("Escape");
  await expect(minutes).toHaveValue("15");
  await minutes.fill("sixty");
  await expect(page.getByRole("button", { name: "Save Renewal" })).toBeDisabled();
  await minutes.fill("60");
  await minutes.press("Enter");
  await expect(page.getByRole("button", { name: "Restart now" })).toBeVisible();
  expect((await calls(page, "change_settings")).at(-1)).toEqual({ changes: [{ setting: "access_token_minutes", value: 60 }], start_at_login: null });
});

test("an empty field keeps the record without a limit", async ({ page }) => {
  await openMain(page, "", "settings");
  const days = page.getByRole("textbox", { name: "Record of who did what (days)" });
  await expect(days).toHaveAttribute("placeholder", "no limit");
  for (const [text, value] of [["90", 90], ["", null]] as const) {
    await days.fill(text);
    await page.getByRole("button", { name: "Save Record of who did what" }).click();
    await expect(page.getByRole("button", { name: "Save Record of who did what" })).toBeDisabled();
    expect((await calls(page, "change_settings")).at(-1)).toEqual({ changes: [{ setting: "audit_days", value }], start_at_login: null });
  }
});

test("what the environment sets is shown, locked, and says so", async ({ page }) => {
  await openMain(page, "locked", "settings");
  const policy = page.getByLabel("Programs that may ask");
  await expect(policy).toBeDisabled();
  await expect(policy).toHaveValue("documents");
  await expect(policy).toHaveAccessibleDescription(/Set by the environment: it can not be changed here\./);
  await expect(page.getByRole("textbox", { name: "Renewal (minutes)" })).toBeEnabled();
});

test("an earlier yes counts again only where that was switched on, and a locked switch says by whom", async ({ page }) => {
  await openMain(page, "", "settings");
  const again = page.getByRole("switch", { name: /Let in again without asking/ });
  await expect(again).not.toBeChecked();
  await failNext(page, "change_settings", "config.toml can not be written.");
  await again.click();
  await expect(page.getByRole("alert")).toContainText("config.toml can not be written.");
  await expect(again).not.toBeChecked();
  await again.click();
  await expect(again).toBeChecked();
  expect((await calls(page, "change_settings")).at(-1)).toEqual({ changes: [{ setting: "remember_consent", value: true }], start_at_login: null });
  await openMain(page, "locked", "settings");
  await expect(again).toBeDisabled();
  await expect(again).toHaveAccessibleName(/Set by the environment/);
});

test("whether programs may describe themselves at a site of their own is chosen", async ({ page }) => {
  await openMain(page, "", "settings");
  const documents = page.getByLabel("Programs that describe themselves");
  await documents.selectOption({ label: "Only those that come along" });
  await expect(documents).toHaveAccessibleDescription(/Nothing is ever fetched/);
  expect((await calls(page, "change_settings")).at(-1)).toEqual({ changes: [{ setting: "client_documents", value: "known" }], start_at_login: null });
});

test("a certificate for the internet is ordered after its terms were shown, and a refusal stays in the dialog", async ({ page }) => {
  await openMain(page, "public-new", "settings");
  await page.getByRole("button", { name: "Order a certificate" }).click();
  const dialog = page.getByRole("dialog", { name: "A certificate for memory.example.org" });
  await expect(dialog).toContainText("letsencrypt.org/documents");
  expect(await calls(page, "order_certificate")).toEqual([]);
  await failNext(page, "order_certificate", "The name has no A record.");
  await dialog.getByRole("button", { name: "Agree and order" }).click();
  await expect(dialog.getByRole("alert")).toContainText("no A record");
  await dialog.getByRole("button", { name: "Agree and order" }).click();
  await expect(dialog).toBeHidden();
  const terms = "https://letsencrypt.org/documents/LE-SA-v1.5.pdf";
  expect(await calls(page, "order_certificate")).toEqual([{ agreed_terms: terms }, { agreed_terms: terms }]);
  await expect(page.getByText("It is renewed by itself.")).toBeVisible();
});

test("why there is no certificate for the internet stands with what to do and when it is tried again", async ({ page }) => {
  await openMain(page, "public-refused", "settings");
  const line = page.getByRole("listitem").filter({ hasText: "memory.example.org" });
  await expect(line).toContainText("could not see that memory.example.org leads here");
  await expect(line).toContainText("What to do: port 443");
  await expect(line).toContainText("It is tried again");
});
