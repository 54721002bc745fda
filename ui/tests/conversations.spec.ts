// Long lists stay light, and nothing jumps.

import { calls, emit, expect, openMain, test } from "./windows";

const client = { kind: "client", client_id: "claude-code", client_name: "Claude Code" } as const;

test("a hundred thousand conversations keep few rows in the document, page by page", async ({ page }) => {
  await openMain(page, "busy", "conversations");
  const list = page.getByRole("group", { name: "Conversations" });
  await expect(page.locator("[data-main]").first()).toBeVisible();
  for (const wanted of [150, 350, 550]) {
    await expect(async () => {
      await list.evaluate((element) => (element.scrollTop = element.scrollHeight));
      expect(Number(await page.locator("[data-index]").last().getAttribute("data-index"))).toBeGreaterThan(wanted);
    }).toPass();
    expect(await page.locator("[data-index]").count()).toBeLessThan(60);
  }
});

test("arrow keys go from conversation to conversation, Enter reads one, and back leads to where one was", async ({ page }) => {
  await openMain(page, "", "conversations");
  await page.locator("[data-main]").first().focus();
  for (let nth = 0; nth < 15; nth += 1) {
    await page.keyboard.press("ArrowDown");
    await expect(page.locator(`[data-index="${nth + 1}"] [data-main]`)).toBeFocused();
  }
  const before = await page.getByRole("group", { name: "Conversations" }).evaluate((element) => element.scrollTop);
  await page.keyboard.press("Enter");
  await expect(page.locator("#reading-title")).toBeFocused();
  await page.getByRole("button", { name: "All conversations" }).press("Enter");
  await expect(page.locator('[data-index="15"] [data-main]')).toBeFocused();
  expect(await page.getByRole("group", { name: "Conversations" }).evaluate((element) => element.scrollTop)).toBe(before);
});

test("a conversation of 5,200 turns reaches its end with few rows in the document", async ({ page }) => {
  test.slow();
  await openMain(page, "", "conversations");
  await page.locator("[data-main]").first().click();
  const list = page.getByRole("group", { name: "Turns of this conversation" });
  await expect(list).toBeVisible();
  let most = 0;
  await expect(async () => {
    await list.evaluate((element) => (element.scrollTop = element.scrollHeight));
    most = Math.max(most, await list.locator("[data-index]").count());
    expect(await list.getByText("(5200)").count()).toBe(1);
  }).toPass({ timeout: 50_000, intervals: [10] });
  await list.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await expect(list.getByText("(5200)")).toBeInViewport();
  expect(most).toBeLessThan(60);
  expect((await calls(page, "list_turns")).filter((input) => (input as { query: { conversation: string | null } }).query.conversation === "c-0").length).toBeLessThan(60);
});

test("a text of a million characters is folded until it is asked for", async ({ page }) => {
  await openMain(page, "", "conversations");
  await page.locator("[data-main]").first().click();
  const list = page.getByRole("group", { name: "Turns of this conversation" });
  const all = list.getByRole("button", { name: /Show all \(1,036,000 characters\)/ });
  await expect(all).toBeAttached();
  await all.press("Enter");
  await expect(list.getByRole("button", { name: "Show less" })).toBeAttached();
  expect((await list.textContent())!.length).toBeGreaterThan(1_000_000);
  await list.getByRole("button", { name: "Show less" }).press("Enter");
  await expect(all).toBeAttached();
});

test("what is read stays where it is when rows above it come and go", async ({ page }) => {
  await openMain(page, "", "conversations");
  await expect(page.locator("[data-main]").first()).toBeVisible();
  await page.getByRole("group", { name: "Conversations" }).evaluate((element) => (element.scrollTop = 2_000));
  const row = page.locator('[data-key="c-33"]');
  await expect(row).toBeInViewport();
  const before = (await row.boundingBox())!.y;
  await page.evaluate(() => window.standIn!.home.removed.add("c-2").add("c-5"));
  await emit(page, { room: "context", event: { subject: "conversation", id: "c-2", action: "removed", by: client } });
  await emit(page, { room: "context", event: { subject: "conversation", id: "c-5", action: "removed", by: client } });
  await expect(row).toHaveAttribute("data-index", "31");
  await expect(async () => expect(Math.abs((await row.boundingBox())!.y - before)).toBeLessThan(2)).toPass();
});

test("a removed conversation is confirmed first, and goes from the list", async ({ page }) => {
  await openMain(page, "", "conversations");
  await page.locator('[data-key="c-4"] [data-main]').click();
  await page.getByRole("button", { name: "Remove …", exact: true }).first().click();
  await expect(page.getByRole("dialog")).toContainText("the insights and entries of your context that were found in nothing else");
  await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Escape");
  expect(await calls(page, "remove_conversation")).toEqual([]);
  await page.getByRole("button", { name: "Remove …", exact: true }).first().click();
  await page.getByRole("button", { name: "Remove it for good" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Conversations" })).toBeVisible();
  await expect(page.locator('[data-key="c-4"]')).toHaveCount(0);
});

test("a turn is removed after a confirmation", async ({ page }) => {
  await openMain(page, "", "conversations");
  await page.locator('[data-key="c-2"] [data-main]').click();
  await page.getByRole("button", { name: "Remove this turn" }).nth(1).click();
  await page.getByRole("button", { name: "Remove it for good" }).click();
  await expect(page.getByRole("button", { name: "Remove this turn" })).toHaveCount(2);
  expect(await calls(page, "remove_turn")).toEqual([{ id: "c-2/t-1" }]);
});

test("insights come page by page, are dismissed and removed", async ({ page }) => {
  await openMain(page, "", "insights");
  await expect(page.getByRole("article")).toHaveCount(30);
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(page.getByRole("article")).toHaveCount(60);
  await page.getByRole("button", { name: "Dismiss" }).first().click();
  await expect(page.getByRole("article")).toHaveCount(59);
  await page.getByRole("button", { name: "Remove …" }).first().click();
  await page.getByRole("button", { name: "Remove it for good" }).click();
  await expect(page.getByRole("article")).toHaveCount(58);
  await page.getByRole("radio", { name: "Dismissed" }).check();
  await expect(page.getByRole("article")).toHaveCount(1);
});
