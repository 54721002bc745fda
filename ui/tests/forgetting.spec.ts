// Forgetting, one program's use of the memory, and what is kept.

import { calls, expect, expectNoAxeViolation, failNext, openMain, test } from "./windows";

test("words are forgotten after a look at what would go", async ({ page }) => {
  await openMain(page, "", "data");
  await page.getByRole("textbox", { name: "The words" }).fill("sourdough");
  await page.getByRole("button", { name: "Show what would go" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Sourdough baking", { exact: true })).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await expectNoAxeViolation(page);
  await failNext(page, "confirm_forgetting", "the disk is full, so nothing was changed; free some space and try again");
  await dialog.getByRole("button", { name: "Forget it" }).click();
  await expect(dialog.getByText("the disk is full")).toBeVisible();
  await dialog.getByRole("button", { name: "Forget it" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText("Forgotten: 3 turns")).toBeVisible();
  expect(await calls(page, "preview_forgetting")).toEqual([{ forget: { what: "phrase", phrase: "sourdough" } }]);
});

test("what is not there is said, and nothing can be confirmed", async ({ page }) => {
  await openMain(page, "", "data");
  await page.getByRole("textbox", { name: "The words" }).fill("unheard of");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "There is nothing to forget" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Forget it" })).toHaveCount(0);
});

test("everything goes only when it was typed", async ({ page }) => {
  await openMain(page, "", "data");
  await page.getByRole("radio", { name: "Everything All conversations" }).check();
  await page.getByRole("button", { name: "Show what would go" }).click();
  const dialog = page.getByRole("dialog");
  const go = dialog.getByRole("button", { name: "Forget it" });
  await expect(go).toBeDisabled();
  await dialog.getByRole("textbox").fill("forget it all");
  await expect(go).toBeDisabled();
  await dialog.getByRole("textbox").fill("forget everything");
  await go.click();
  await expect(page.getByText("context.db.v2.backup")).toBeVisible();
});

test("one program can be kept from reading and from writing", async ({ page }) => {
  await openMain(page, "", "connections");
  const program = page.getByRole("article").filter({ hasText: "Claude" }).first();
  await expect(program.getByRole("radio", { name: "Reads and writes" })).toBeChecked();
  await program.getByRole("radio", { name: "Incognito" }).check({ force: true });
  await expect(program.getByText("It is told nothing, and nothing that it says is stored.")).toBeVisible();
  await program.getByRole("combobox", { name: "Its conversations are kept" }).selectOption("for 90 days");
  await expect(program.getByRole("combobox")).toHaveValue("90");
  const asked = await calls(page, "change_client_rule");
  expect(asked).toEqual([
    expect.objectContaining({ mode: "incognito", retention: null }),
    expect.objectContaining({ mode: null, retention: { kind: "days", days: 90 } }),
  ]);
  await failNext(page, "change_client_rule", "it could not be written");
  await program.getByRole("radio", { name: "Only reads" }).check({ force: true }).catch(() => {});
  await expect(program.getByText("it could not be written")).toBeVisible();
  await expect(program.getByRole("radio", { name: "Incognito" })).toBeChecked();
});

test("what is kept, and how long, is used at once", async ({ page }) => {
  await openMain(page, "", "settings");
  await page.getByRole("switch", { name: /Take secrets out/ }).uncheck();
  await page.getByRole("textbox", { name: "Keep conversations (days)" }).fill("365");
  await page.getByRole("button", { name: "Save Keep conversations" }).click();
  await expect(page.getByRole("textbox", { name: "Keep conversations (days)" })).toHaveValue("365");
  await expect(page.getByRole("switch", { name: /Take secrets out/ })).not.toBeChecked();
  await expect(page.getByRole("button", { name: "Restart now" })).toHaveCount(0);
});
