// Finding: results come while one types, say why they are there, and lead to where they stand.

import { calls, expect, expectNoAxeViolation, expectNoWiderThanTheWindow, failNext, openMain, test, themes } from "./windows";

const field = "Search your memory";
const results = (page: import("@playwright/test").Page) => page.locator("[data-found]");

test("Control and K lead to the field from anywhere, and the words stay when one comes back", async ({ page }) => {
  await openMain(page, "", "insights");
  await page.keyboard.press("Control+k");
  await expect(page.getByLabel(field)).toBeFocused();
  await page.keyboard.type("knots");
  await expect(results(page).first()).toBeVisible();
  await page.keyboard.press("Control+2");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Context");
  await page.keyboard.press("Control+k");
  await expect(page.getByLabel(field)).toHaveValue("knots");
  await expect(results(page).first()).toBeVisible();
});

test("what is typed in one go is asked once, with the words marked and the reasons told", async ({ page }) => {
  await openMain(page, "", "search");
  await page.getByLabel(field).fill("knots");
  await expect(page.getByRole("status").filter({ hasText: "found" })).toBeVisible();
  expect((await calls(page, "search")).length).toBe(1);
  await expect(page.locator("mark").first()).toHaveText(/knots/i);
  await expect(page.getByText("It has “knots”").first()).toBeVisible();
});

test("an answer that comes late does not replace the one to the newer question", async ({ page }) => {
  await openMain(page, "", "search");
  await page.getByLabel(field).fill("knots");
  await page.getByLabel(field).press("Enter");
  await page.getByLabel(field).fill("nowherefound");
  await page.getByLabel(field).press("Enter");
  await expect(page.getByText("Try fewer words or others")).toBeVisible();
  await expect(results(page)).toHaveCount(0);
});

test("filters ask again for kinds, times and order", async ({ page }) => {
  await openMain(page, "", "search");
  await page.getByLabel(field).fill("knots");
  await expect(results(page).first()).toBeVisible();
  await page.getByRole("radio", { name: "Conversations" }).check();
  await page.getByLabel("When").selectOption("last 30 days");
  await page.getByLabel("Order").selectOption("newest");
  await expect(async () => {
    const asked = (await calls(page, "search")).at(-1) as { query: { kinds: string[]; since: string; order: string } };
    expect(asked.query).toMatchObject({ kinds: ["turn"], since: "last 30 days", order: "newest_first" });
  }).toPass();
});

test("arrows go from the field through the results, and Enter opens one", async ({ page }) => {
  await openMain(page, "", "search");
  await page.getByRole("radio", { name: "Conversations" }).check();
  await page.getByLabel(field).fill("knots");
  await expect(results(page).nth(1)).toBeVisible();
  await page.getByLabel(field).press("ArrowDown");
  await expect(results(page).first()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(results(page).nth(1)).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.getByRole("button", { name: "Read the conversation" }).click();
  await expect(page.locator("#reading-title")).toBeVisible();
});

test("a failure is told, and what was found before stays", async ({ page }) => {
  await openMain(page, "", "search");
  await page.getByLabel(field).fill("knots");
  await expect(results(page).first()).toBeVisible();
  await failNext(page, "search", "The disk is full. Make room and try again.");
  await page.getByLabel(field).fill("knots b");
  await expect(page.getByRole("alert")).toContainText("disk is full");
  await expect(results(page).first()).toBeVisible();
});

for (const theme of themes) {
  test.describe(`in ${theme}`, () => {
    test.use({ colorScheme: theme, contextOptions: { reducedMotion: "reduce" } });
    test("results have no violation and are no wider than the window", async ({ page }) => {
      await openMain(page, "hostile", "search");
      await page.getByLabel(field).fill("knots");
      await expect(results(page).first()).toBeVisible();
      await expectNoAxeViolation(page);
      await page.setViewportSize({ width: 640, height: 480 });
      await expectNoWiderThanTheWindow(page);
    });
  });
}
