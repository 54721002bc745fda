// What is remembered about the person: added, changed, removed and put back with the keyboard alone.

import { calls, emit, expect, expectNoWiderThanTheWindow, failNext, openMain, test } from "./windows";

const words = (name: string) => ({ name: `Edit ${name}` });

test("an entry is added with the keyboard, and the field is ready for the next", async ({ page }) => {
  await openMain(page, "", "context");
  await page.getByLabel("What should be remembered").focus();
  await page.keyboard.type("Lighthouses");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", words("Lighthouses"))).toBeVisible();
  await expect(page.getByLabel("What should be remembered")).toBeFocused();
  await expect(page.getByLabel("What should be remembered")).toHaveValue("");
  expect(await calls(page, "add_item")).toEqual([{ item: { kind: "interest", name: "Lighthouses", value: null } }]);
});

test("a refused addition says why and keeps what was typed", async ({ page }) => {
  await openMain(page, "", "context");
  const field = page.getByLabel("What should be remembered");
  await field.fill("x".repeat(501));
  await field.press("Enter");
  await expect(page.getByRole("alert")).toContainText("longer than 500 characters");
  await expect(field).toHaveValue("x".repeat(501));
});

test("Enter saves an entry in place, and the focus stays on it", async ({ page }) => {
  await openMain(page, "", "context");
  await page.getByRole("button", words("Rust")).press("Enter");
  await expect(page.getByLabel("Words")).toBeFocused();
  await page.keyboard.type("Rust and its macros");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", words("Rust and its macros"))).toBeFocused();
});

test("Escape restores an entry, and the focus stays on it", async ({ page }) => {
  await openMain(page, "", "context");
  await page.getByRole("button", words("Rust")).press("Enter");
  await page.keyboard.type("something else");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", words("Rust"))).toBeFocused();
  expect(await calls(page, "edit_item")).toEqual([]);
});

test("a preference's value is edited beside its name, and only what changed is sent", async ({ page }) => {
  await openMain(page, "", "context");
  await page.getByRole("button", words("units")).press("Enter");
  await page.getByLabel("Value", { exact: true }).fill("imperial");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", words("units"))).toContainText("imperial");
  expect(await calls(page, "edit_item")).toEqual([{ id: "item-7", change: { name: null, value: "imperial", state: null } }]);
});

test("a change that fails shows why, and what was typed stays in the field", async ({ page }) => {
  await openMain(page, "", "context");
  await failNext(page, "edit_item", "The disk is full. Make room and try again.");
  await page.getByRole("button", words("Rust")).press("Enter");
  await page.keyboard.type("Rust again");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toHaveText("The disk is full. Make room and try again.");
  await expect(page.getByLabel("Words")).toHaveValue("Rust again");
  await page.getByLabel("Words").press("Enter");
  await expect(page.getByRole("button", words("Rust again"))).toBeVisible();
});

test("a removed entry is put back from the message, and with Ctrl+Z", async ({ page }) => {
  await openMain(page, "", "context");
  const remove = page.getByRole("group", { name: "What to do with Sourdough baking" }).getByRole("button", { name: "Remove" });
  for (const back of ["button", "keys"]) {
    await remove.press("Enter");
    await expect(page.getByRole("button", words("Sourdough baking"))).toHaveCount(0);
    await expect(page.locator("[data-edit]:focus")).toHaveCount(1);
    if (back === "keys") await page.keyboard.press("Control+z");
    else await page.getByRole("button", { name: "Undo" }).press("Enter");
    await expect(page.getByRole("button", words("Sourdough baking"))).toBeVisible();
  }
});

test("a message with Undo stays while the focus is on it, and goes some time after", async ({ page }) => {
  await page.clock.install();
  await openMain(page, "", "context");
  await page.getByRole("group", { name: "What to do with Rust" }).getByRole("button", { name: "Remove" }).press("Enter");
  const undo = page.getByRole("button", { name: "Undo" });
  await expect(undo).toBeVisible();
  await page.clock.runFor(10_000);
  await expect(undo).toBeVisible();
  await undo.focus();
  await page.clock.runFor(60_000);
  await expect(undo).toBeVisible();
  await page.getByRole("heading", { level: 1 }).focus();
  await page.clock.runFor(20_000);
  await expect(undo).toHaveCount(0);
});

test("a suggestion is kept or dismissed", async ({ page }) => {
  await openMain(page, "", "context");
  await page.getByRole("group", { name: "Decide about Tidal power" }).getByRole("button", { name: "Keep" }).click();
  await expect(page.getByRole("button", words("Tidal power"))).toBeVisible();
  await page.getByRole("group", { name: "Decide about Kitchen wall shelves" }).getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByText("Suggestions")).toHaveCount(0);
});

test("kinds and states can be chosen", async ({ page }) => {
  await openMain(page, "", "context");
  await page.getByRole("radio", { name: "Goals" }).check();
  await expect(page.locator("[data-edit]")).toHaveCount(2);
  await page.getByRole("radio", { name: "All" }).check();
  await page.getByLabel("Show").selectOption("paused");
  await expect(page.locator("[data-edit]")).toHaveCount(1);
});

test("where an entry came from opens the turn with its words marked", async ({ page }) => {
  await openMain(page, "", "context");
  await page.getByRole("button", { name: "said in 1 conversation" }).first().click();
  const see = page.locator("[data-kind] figure").getByRole("button", { name: "See the whole turn" }).first();
  await see.click();
  await expect(page.getByRole("dialog").locator("mark")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(see).toBeFocused();
});

test("what an assistant adds appears without taking the focus or the words being typed", async ({ page }) => {
  await openMain(page, "", "context");
  await page.getByRole("button", words("Type systems")).press("Enter");
  await page.keyboard.type("Type systems, and");
  await page.evaluate(() => {
    const { home } = window.standIn!;
    home.items.unshift({ ...home.items[1]!, id: "live", name: "Bridges of iron" });
  });
  await emit(page, { room: "context", event: { subject: "item", id: "live", action: "added", by: { kind: "client", client_id: "claude-code", client_name: "Claude Code" } } });
  await expect(page.getByRole("button", words("Bridges of iron"))).toBeVisible();
  await expect(page.getByLabel("Words")).toBeFocused();
  await page.keyboard.type(" proofs");
  await expect(page.getByLabel("Words")).toHaveValue("Type systems, and proofs");
});

test("hostile names are text and widen nothing, also in a small window", async ({ page }) => {
  await openMain(page, "hostile", "context");
  for (const size of [{ width: 1000, height: 700 }, { width: 640, height: 480 }]) {
    await page.setViewportSize(size);
    await expectNoWiderThanTheWindow(page);
  }
  expect(await page.title()).toBe("Ambient Insights");
  expect(await page.locator("main img, main script").count()).toBe(0);
});
