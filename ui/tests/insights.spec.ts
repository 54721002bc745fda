// What was noticed: grouped, with its figures, and decided about with the keyboard alone.

import { calls, expect, expectNoAxeViolation, expectNoWiderThanTheWindow, failNext, openMain, test, themes } from "./windows";

test("what waits for the owner's word stands first, then what is open, what many turns show, and single moments", async ({ page }) => {
  await openMain(page, "over-time", "insights");
  await expect(page.getByRole("heading", { level: 2 })).toHaveText(["Suggested", "Open", "Over time", "Noticed"]);
  await expect(page.getByRole("region", { name: "Suggested" }).getByRole("article")).toHaveCount(2);
  await expect(page.getByRole("region", { name: "Open" }).getByRole("article")).toHaveCount(3);
});

test("a suggestion is accepted with the keyboard, and taken back", async ({ page }) => {
  await openMain(page, "over-time", "insights");
  const suggested = page.getByRole("region", { name: "Suggested" });
  await suggested.getByRole("group", { name: "We decided to buy the blue boat" }).getByRole("button", { name: "Accept" }).press("Enter");
  await expect(suggested.getByRole("article")).toHaveCount(1);
  await expect(page.getByRole("region", { name: "Noticed" }).getByText("We decided to buy the blue boat")).toBeVisible();
  expect(await calls(page, "set_insight_state")).toEqual([{ id: "time-1", state: "active" }]);
  await page.getByRole("button", { name: "Undo" }).press("Enter");
  await expect(suggested.getByRole("article")).toHaveCount(2);
});

test("an insight is archived, found there, and brought back", async ({ page }) => {
  await openMain(page, "over-time", "insights");
  const row = page.getByRole("article", { name: "You speak more of tides" });
  await row.getByRole("button", { name: "Archive" }).press("Enter");
  await expect(row).toHaveCount(0);
  await page.getByRole("radio", { name: "Archived" }).check();
  await row.getByRole("button", { name: "Bring back" }).press("Enter");
  await expect(row).toHaveCount(0);
  await page.getByRole("radio", { name: "Current" }).check();
  await expect(row).toBeVisible();
});

test("a decision that fails says why, and the insight stays", async ({ page }) => {
  await openMain(page, "over-time", "insights");
  await failNext(page, "set_insight_state", "The disk is full. Make room and try again.");
  const row = page.getByRole("article", { name: "We decided to buy the blue boat" });
  await row.getByRole("button", { name: "Dismiss" }).press("Enter");
  await expect(page.getByRole("alert")).toHaveText("The disk is full. Make room and try again.");
  await expect(row).toBeVisible();
});

test("the figures tell both counts, both dates, and what is overdue", async ({ page }) => {
  await openMain(page, "over-time", "insights");
  const trend = page.getByRole("article", { name: "You speak more of tides" });
  await expect(trend).toContainText("14 of 61 turns");
  await expect(trend).toContainText("3 of 240 turns");
  const changed = page.getByRole("article", { name: "units: was" });
  await expect(changed).toContainText(/imperial.*until.*metric/);
  await expect(page.getByRole("article", { name: "drawings to Anna" })).toContainText("Overdue");
  const hours = page.getByRole("table", { name: "Turns by the hours of the week" });
  await expect(hours.getByRole("row")).toHaveCount(8);
  await expect(hours.getByRole("rowheader", { name: "Monday" })).toBeVisible();
});

test("the turns behind a conclusion are a key away, with their words marked", async ({ page }) => {
  await openMain(page, "over-time", "insights");
  const trend = page.getByRole("article", { name: "You speak more of tides" });
  const show = trend.getByRole("button", { name: "Show 2 turns" });
  await show.press("Enter");
  await expect(trend.locator("mark")).toHaveCount(2);
  await expect(trend.getByRole("button", { name: "Hide 2 turns" })).toBeFocused();
});

for (const theme of themes) {
  test(`insights of every kind are accessible and fit a small window, ${theme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme });
    await openMain(page, "over-time", "insights");
    await expectNoAxeViolation(page);
    await page.setViewportSize({ width: 640, height: 480 });
    await expectNoWiderThanTheWindow(page);
  });

  test(`a goal with its day and notes is accessible, ${theme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme });
    await openMain(page, "", "context");
    await page.getByRole("radio", { name: "Goals" }).check();
    await page.getByRole("button", { name: "Edit Run ten kilometres" }).press("Enter");
    await expectNoAxeViolation(page);
  });
}

test("a goal gets a day and a note with the keyboard, and shows both", async ({ page }) => {
  await openMain(page, "", "context");
  await page.getByRole("radio", { name: "Goals" }).check();
  const edit = page.getByRole("button", { name: "Edit Finish the translation" });
  await edit.press("Enter");
  await page.getByLabel("To be reached by").fill("2027-05-31");
  await page.keyboard.press("Enter");
  await expect(edit).toBeFocused();
  expect(await calls(page, "edit_item")).toEqual([{ id: "item-10", change: { name: null, value: null, state: null, target: "2027-05-31" } }]);
  const goal = page.locator("li").filter({ has: edit }).first();
  await expect(goal).toContainText("2027");
  await goal.getByRole("button", { name: "Note a step" }).press("Enter");
  await page.keyboard.type("Page sixty-one is done");
  await page.keyboard.press("Enter");
  await expect(goal).toContainText("Page sixty-one is done");
  await expect(goal.getByRole("button", { name: "Note a step" })).toBeFocused();
  await edit.press("Enter");
  await page.getByLabel("To be reached by").fill("");
  await page.getByLabel("Words").press("Enter");
  await expect(goal).not.toContainText("2027");
});

test("what a preference was stands below it, with the day it changed", async ({ page }) => {
  await openMain(page, "", "context");
  await expect(page.getByText(/was imperial until/)).toBeVisible();
});
