// Who may come in: how each program became known, registering one by hand, its secret, and who did what.

import type { Page } from "@playwright/test";
import { calls, emit, expect, failNext, openMain, test } from "./windows";

const lines = (page: Page) => page.getByRole("list", { name: "What happened" }).getByRole("listitem");
const program = (page: Page, name: string) => page.getByRole("article").filter({ has: page.getByRole("heading", { name }) });

test("an access is revoked after a confirmation, and a block is lifted", async ({ page }) => {
  await openMain(page, "", "connections");
  await page.getByRole("button", { name: "Revoke …" }).first().click();
  await page.getByRole("button", { name: "Revoke it" }).click();
  await expect(page.getByRole("button", { name: "Revoke …" })).toHaveCount(1);
  expect(await calls(page, "revoke_client")).toEqual([{ client_id: "claude-code" }]);
  await page.getByRole("button", { name: "Unblock" }).click();
  await expect(page.getByRole("heading", { name: "Blocked" })).toHaveCount(0);
});

test("the audit trail is told in words, by program, and goes on when asked", async ({ page }) => {
  await openMain(page, "", "connections");
  const lines = page.getByRole("list", { name: "What happened" }).getByRole("listitem");
  await expect(lines).toHaveCount(25);
  await expect(lines.nth(1)).toContainText("Claude Code was let in by you, in the window");
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(lines.nth(49)).toBeVisible();
  await page.getByRole("combobox", { name: "Who" }).selectOption({ label: "Cursor" });
  await expect(lines.filter({ hasText: "Claude Code" })).toHaveCount(0);
  await expect(lines.nth(1)).toContainText("Cursor");
});

test("each program says how it became known, and what it authenticates with", async ({ page }) => {
  await openMain(page, "", "connections");
  await expect(program(page, "Claude Code")).toContainText("Comes with Ambient Insights");
  await expect(program(page, "Cursor")).toContainText("Registered itself, ");
  await expect(program(page, "ChatGPT")).toContainText("Described by a document at chatgpt.example");
  await expect(program(page, "Kitchen display")).toContainText("Registered by you");
  await expect(program(page, "Night script")).toContainText("Registered at a terminal");
  await expect(program(page, "Kitchen display")).toContainText("has a secret; the one before is good until");
});

test("what stands in the settings file is not changed here, and says so", async ({ page }) => {
  await openMain(page, "", "connections");
  const list = program(page, "Reading list");
  await expect(list).toContainText("It stands in config.toml: change it there and restart.");
  await expect(list.getByRole("button")).toHaveCount(0);
});

test("registrations that differ in their ids alone are one line that opens by the keyboard", async ({ page }) => {
  await openMain(page, "", "connections");
  const group = page.getByRole("group").filter({ hasText: "Registered itself 3 times" });
  const entries = page.getByRole("list", { name: "Its registrations" });
  await expect(group).toContainText("answered at 127.0.0.1, vscode.dev");
  await expect(entries).toBeHidden();
  await group.locator("summary").focus();
  await page.keyboard.press("Enter");
  await expect(entries.getByRole("article")).toHaveCount(3);
  await entries.getByRole("button", { name: "Remove …" }).nth(1).click();
  await page.getByRole("button", { name: "Remove it" }).click();
  await expect(entries.getByRole("article")).toHaveCount(2);
  expect(await calls(page, "remove_client")).toEqual([{ client_id: "dyn-vs-1" }]);
});

test("a program is registered by hand, its secret is shown once and is nowhere afterwards", async ({ page }) => {
  await openMain(page, "", "connections");
  const open = page.getByRole("button", { name: "Register a program …" });
  await open.click();
  const register = page.getByRole("button", { name: "Register it" });
  await expect(page.getByLabel("Name", { exact: true })).toBeFocused();
  await page.keyboard.type("  Reading lamp ");
  await expect(register).toBeDisabled();
  await page.getByLabel("Redirect URIs").fill("https://lamp.example/callback\n\n http://localhost/back \n");
  await register.click();
  const shown = page.getByRole("group", { name: "Credentials" });
  await expect(shown).toContainText("It is kept nowhere and can not be shown again");
  await shown.getByRole("button", { name: "Copy the client secret" }).click();
  const [{ text: secret }] = (await calls(page, "copy_text")) as [{ text: string }];
  await expect(shown).toContainText(secret);
  expect(await calls(page, "add_client")).toEqual([
    { name: "Reading lamp", redirect_uris: ["https://lamp.example/callback", "http://localhost/back"], id: null, authentication: { kind: "generated_secret" }, introspects: [] },
  ]);
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(open).toBeFocused();
  expect(await page.content()).not.toContain(secret);
  await expect(program(page, "Reading lamp")).toContainText("Registered by you");
});

test("a public program gets an id and no secret", async ({ page }) => {
  await openMain(page, "", "connections");
  await page.getByRole("button", { name: "Register a program …" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Pocket notes");
  await page.getByLabel("Redirect URIs").fill("http://127.0.0.1/callback");
  await page.getByRole("radio", { name: "Without a secret" }).check();
  await page.getByRole("button", { name: "Register it" }).click();
  await expect(page.getByRole("group", { name: "Credentials" })).toContainText("It has no secret");
  await expect(page.getByRole("button", { name: "Copy the client secret" })).toHaveCount(0);
  expect(await calls(page, "add_client")).toMatchObject([{ authentication: { kind: "public" } }]);
});

test("a registration that is refused says why and keeps what was typed", async ({ page }) => {
  await openMain(page, "", "connections");
  await page.getByRole("button", { name: "Register a program …" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Old helper");
  await page.getByLabel("Redirect URIs").fill("http://helper.example/callback");
  await page.getByRole("button", { name: "Register it" }).click();
  await expect(page.getByRole("alert")).toContainText("it must be https");
  await expect(page.getByLabel("Redirect URIs")).toHaveValue("http://helper.example/callback");
});

test("a new secret is made with the overlap that was chosen", async ({ page }) => {
  await openMain(page, "", "connections");
  await program(page, "Kitchen display").getByRole("button", { name: "New secret …" }).click();
  await expect(page.getByRole("radio", { name: "For a day" })).toBeChecked();
  await page.getByRole("radio", { name: "For an hour" }).check();
  await page.getByRole("button", { name: "Make a new secret" }).click();
  await expect(page.getByRole("group", { name: "Credentials" })).toContainText("The secret before it is good until");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(await calls(page, "rotate_client_secret")).toEqual([{ client_id: "own-1", secret: null, overlap_minutes: 60 }]);
  await expect(program(page, "Kitchen display").getByRole("button", { name: "New secret …" })).toBeFocused();
});

test("what a removal ends is said before, and a removal that fails keeps the program", async ({ page }) => {
  await openMain(page, "", "connections");
  await failNext(page, "remove_client", "The database is full. Make room and try again.");
  await program(page, "Kitchen display").getByRole("button", { name: "Remove …" }).click();
  await expect(page.getByRole("dialog")).toContainText("Its id and its secret are good for nothing any more");
  await page.getByRole("button", { name: "Remove it" }).click();
  await expect(page.getByRole("alert")).toContainText("The database is full.");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(program(page, "Kitchen display")).toBeVisible();
});

test("the audit trail is filtered by kind and time, and each kind has its words", async ({ page }) => {
  await openMain(page, "", "connections");
  await page.getByRole("combobox", { name: "What" }).selectOption({ label: "programs registered" });
  await expect(lines(page)).toHaveText([
    /Cursor registered itself · the internet, through ingress · 203\.0\.113\.9/, /Kitchen display was registered by you, in the window/,
    /Kitchen display got another secret by you, in a terminal/, /Cursor changed its registration/, /Old helper was removed by a rule: unused/,
  ]);
  await expect(page.getByRole("button", { name: "Show more" })).toHaveCount(0);
  await page.getByRole("combobox", { name: "When" }).selectOption({ label: "in the last hour" });
  await expect(lines(page)).toHaveCount(1);
  await page.getByRole("combobox", { name: "What" }).selectOption({ label: "turned away" });
  await expect(lines(page)).toHaveText([/3 requests turned away with a token that is not good/]);
  await page.getByRole("combobox", { name: "Who" }).selectOption({ label: "Claude Code" });
  await expect(page.getByText("counted, not told apart by program")).toBeVisible();
});

test("a tool call tells where it came from and how long it took", async ({ page }) => {
  await openMain(page, "", "connections");
  await page.getByRole("combobox", { name: "What" }).selectOption({ label: "what was read and added" });
  await expect(lines(page).first()).toContainText("Claude Code read what is known about you · this computer · under 1 ms");
  await expect(lines(page).nth(9)).toContainText("Cursor read what is known about you · the internet, through ingress · 1 ms");
});

test("page by page the whole trail comes, with every line once and what was turned away in its place", async ({ page }) => {
  await openMain(page, "", "connections");
  const all = await page.evaluate(() => window.standIn!.home.audit.length);
  await expect(lines(page)).toHaveCount(25);
  for (let shown = 25; shown < all; shown = await lines(page).count()) {
    await page.getByRole("button", { name: "Show more" }).click();
    await expect.poll(() => lines(page).count()).toBeGreaterThan(shown);
  }
  await expect(page.getByRole("button", { name: "Show more" })).toHaveCount(0);
  await expect(lines(page)).toHaveCount(all);
  const times = await lines(page).locator("time").evaluateAll((found) => found.map((one) => Date.parse(one.getAttribute("datetime")!)));
  expect(times).toEqual([...times].sort((a, b) => b - a));
  await expect(lines(page).filter({ hasText: "40 requests turned away coming too fast" })).toHaveCount(1);
});

test("what happens meanwhile appears above and takes no page away", async ({ page }) => {
  await openMain(page, "", "connections");
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(lines(page).nth(40)).toBeVisible();
  const shown = await lines(page).count();
  await page.evaluate(() => window.standIn!.home.audit.unshift({ seq: 1_004, at: new Date().toISOString(), kind: "replayed", client_id: "dyn-7f31", client_name: "Cursor" }));
  await emit(page, { room: "authorization", event: { what: "replay_seen", id: "g2", client_id: "dyn-7f31", client_name: "Cursor" } });
  await expect(lines(page).first()).toContainText("Cursor showed access that was used before");
  await expect(lines(page)).toHaveCount(shown + 1);
});

test("where another server decides, Connections names it, says what that means, and offers nothing that would not count", async ({ page }) => {
  await openMain(page, "external", "connections");
  const card = page.getByRole("region", { name: "Another server decides who comes in" });
  await expect(card).toContainText("https://login.example.org/realms/home");
  await expect(card).toContainText("What you gave here before is good for nothing meanwhile.");
  for (const name of ["Register a program …", "Revoke …", "Remove …", "Unblock"]) await expect(page.getByRole("button", { name })).toHaveCount(0);
  await expect(lines(page)).toHaveCount(25);
  await page.keyboard.press("Control+8");
  await expect(page.getByText("Another server decides now: https://login.example.org/realms/home.")).toBeVisible();
});
