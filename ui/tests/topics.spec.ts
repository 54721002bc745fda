// Who and what comes up: counted, found by name, with the words it stands on, and left out when the person says so.

import { calls, emit, expect, expectNoAxeViolation, expectNoWiderThanTheWindow, failNext, openMain, test, themes } from "./windows";

test("what comes up stands with its counts, its trend and the words that name it", async ({ page }) => {
  await openMain(page, "", "topics");
  const anna = page.getByRole("article", { name: "Anna" });
  await expect(anna).toContainText("15 turns, 8 conversations, 8 days");
  await expect(anna.getByRole("img", { name: "Turns a week, the oldest first: 1, 0, 2" })).toBeVisible();
  const tides = page.getByRole("article", { name: "tide tables" });
  await expect(tides).toContainText("Rising");
  await expect(tides).toContainText("15 of 120 turns");
  await expect(tides).toContainText("1 of 610 turns");
  const where = anna.getByRole("button", { name: "Show where" });
  await where.press("Enter");
  await expect(anna.getByRole("figure")).toHaveCount(5);
  await expect(anna.locator("mark").first()).toBeVisible();
  await anna.getByRole("button", { name: "Show earlier ones" }).click();
  await expect(anna.getByRole("figure")).toHaveCount(10);
  await anna.getByRole("button", { name: "See the whole turn" }).first().click();
  await page.getByRole("button", { name: "Read the conversation" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("tide clock");
});

test("kinds, names and lists narrow what is shown, and an empty list says why", async ({ page }) => {
  await openMain(page, "", "topics");
  const names = page.getByRole("article").getByRole("heading");
  await page.getByRole("radio", { name: "People" }).check();
  await expect(names).toHaveText(["Anna", "Marek"]);
  await page.getByLabel("Show").selectOption("what rises");
  await expect(page.getByText("Nothing rises now")).toBeVisible();
  await page.getByRole("radio", { name: "Everything" }).check();
  await expect(names).toHaveText(["tide tables"]);
  await page.getByLabel("Show").selectOption("most often first");
  await page.getByLabel("Only with these words").fill("rust");
  await expect(names).toHaveText(["Rust"]);
  await page.getByLabel("Only with these words").fill("nobody");
  await expect(page.getByText("Nothing goes by that name")).toBeVisible();
  await page.getByLabel("Only with these words").fill("");
  await expect(names).toHaveCount(30);
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(names).toHaveCount(46);
});

test("a dismissed topic goes, comes back by Undo and from the list of what was dismissed", async ({ page }) => {
  await openMain(page, "", "topics");
  const rust = page.getByRole("article", { name: "Rust" });
  await rust.getByRole("button", { name: "Dismiss" }).click();
  await expect(rust).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(rust).toBeVisible();
  await rust.getByRole("button", { name: "Dismiss" }).click();
  await page.getByLabel("Show").selectOption("what you dismissed");
  await rust.getByRole("button", { name: "Bring back" }).click();
  await expect(page.getByText("Nothing was dismissed")).toBeVisible();
  const key = { kind: "tool", normal_name: "rust" };
  expect(await calls(page, "dismiss_topic")).toEqual([true, false, true, false].map((dismissed) => ({ key, dismissed })));
});

test("a failure is told, and what was shown stays", async ({ page }) => {
  await openMain(page, "", "topics");
  await failNext(page, "dismiss_topic", "The disk is full. Make room and try again.");
  await page.getByRole("article", { name: "Anna" }).getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByRole("alert")).toContainText("disk is full");
  await failNext(page, "list_topics", "The memory can not be read.");
  await emit(page, { room: "context", event: { subject: "turn", id: null, action: "added", by: { kind: "owner" } } });
  await expect(page.getByRole("alert").first()).toContainText("can not be read");
  await expect(page.getByRole("article", { name: "Anna" })).toBeVisible();
});

for (const theme of themes) {
  test(`topics that lie open have no violation in ${theme} and fit every width`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await openMain(page, "hostile", "topics");
    await page.getByRole("button", { name: "Show where" }).last().click();
    await expect(page.locator("mark").first()).toBeVisible();
    await expectNoAxeViolation(page);
    for (const width of [1000, 640, 480]) {
      await page.setViewportSize({ width, height: 900 });
      await expectNoWiderThanTheWindow(page);
    }
  });
}
