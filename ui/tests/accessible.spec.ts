// axe finds nothing on any screen and in any dialog, in light and in dark.

import type { Page } from "@playwright/test";
import type { View } from "../src/backend/bindings";
import { expect, expectNoAxeViolation, openApproval, openMain, test, themes } from "./windows";

const screens: View[] = ["home", "search", "context", "conversations", "insights", "topics", "connections", "data", "settings"];

const dialogs: { name: string; view: View; open: (page: Page) => Promise<void> }[] = [
  { name: "the panic dialog", view: "home", open: (page) => page.getByRole("button", { name: "Panic" }).click() },
  { name: "the set-up dialog", view: "home", open: async (page) => {
    await page.getByRole("button", { name: "Connect Claude Code" }).click();
    await page.getByText("Show the text").click();
  } },
  { name: "the dialog that removes a conversation", view: "conversations", open: async (page) => {
    await page.locator("[data-main]").nth(1).click();
    await page.getByRole("button", { name: "Remove …", exact: true }).first().click();
  } },
  { name: "a turn that lies open", view: "insights", open: (page) => page.getByRole("button", { name: "See the whole turn" }).first().click() },
  { name: "the dialog that removes an insight", view: "insights", open: (page) => page.getByRole("button", { name: "Remove …" }).first().click() },
  { name: "the dialog that registers a program", view: "connections", open: (page) => page.getByRole("button", { name: "Register a program …" }).click() },
  { name: "a secret that is shown once", view: "connections", open: async (page) => {
    await page.getByRole("button", { name: "New secret …" }).click();
    await page.getByRole("button", { name: "Make a new secret" }).click();
    await expect(page.getByRole("group", { name: "Credentials" })).toBeVisible();
  } },
  { name: "the dialog that makes a new secret", view: "connections", open: (page) => page.getByRole("button", { name: "New secret …" }).click() },
  { name: "the dialog that removes a program", view: "connections", open: (page) => page.getByRole("button", { name: "Remove …" }).first().click() },
  { name: "the dialog that revokes", view: "connections", open: (page) => page.getByRole("button", { name: "Revoke …" }).first().click() },
];

for (const theme of themes) {
  test.describe(`in ${theme}`, () => {
    // Colours are measured at rest.
    test.use({ colorScheme: theme, contextOptions: { reducedMotion: "reduce" } });

    for (const view of screens) {
      test(`${view} has no violation, full and empty`, async ({ page }) => {
        for (const scenario of theme === "light" ? ["", "empty", "hostile"] : ["", "empty"]) {
          await openMain(page, scenario, view);
          await expect(page.locator(".skeleton")).toHaveCount(0);
          await expectNoAxeViolation(page);
        }
      });
    }
    for (const scenario of ["failed", "starting", "first-run", "paused", "paused-hour", "closed"]) {
      test(`the program ${scenario} has no violation`, async ({ page }) => {
        await page.goto(`/index.html?scenario=${scenario}`);
        await expect(page.locator("main")).toBeVisible();
        await expect(page.locator(".skeleton")).toHaveCount(0);
        await expectNoAxeViolation(page);
      });
    }
    for (const { name, view, open } of dialogs) {
      test(`${name} has no violation`, async ({ page }) => {
        await openMain(page, "", view);
        await open(page);
        await expect(page.getByRole("dialog")).toBeVisible();
        await expectNoAxeViolation(page);
      });
    }
    test("editing, failing, toasts, an export's report and a diagnosis have no violation", async ({ page }) => {
      await openMain(page, "", "context");
      await page.evaluate(() => window.standIn!.failNext("edit_item", "The disk is full. Make room and try again."));
      await page.getByRole("button", { name: "Edit units" }).click();
      await page.getByLabel("Words").fill("measures");
      await page.keyboard.press("Enter");
      await expect(page.getByRole("alert")).toContainText("disk is full");
      await page.getByRole("button", { name: "Remove", exact: true }).first().click();
      await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
      await page.getByRole("button", { name: /^said in / }).first().click();
      await expect(page.locator("mark").first()).toBeVisible();
      await expectNoAxeViolation(page);
      await page.keyboard.press("Control+7");
      await page.getByRole("button", { name: "Export", exact: true }).click();
      await expect(page.getByText("Done:")).toBeVisible();
      await expectNoAxeViolation(page);
      await page.keyboard.press("Control+8");
      await page.getByRole("button", { name: "Check everything" }).click();
      await expect(page.getByText("Something is wrong.")).toBeVisible();
      await expectNoAxeViolation(page);
    });
    test("an open group of registrations and settings that wait or are locked have no violation", async ({ page }) => {
      await openMain(page, "locked", "connections");
      await page.locator("summary").first().click();
      await expectNoAxeViolation(page);
      await page.keyboard.press("Control+8");
      await page.getByRole("textbox", { name: "Record of who did what (days)" }).fill("30");
      await page.keyboard.press("Enter");
      await expect(page.getByRole("button", { name: "Restart now" })).toBeVisible();
      await expectNoAxeViolation(page);
    });
    test("another server that decides has no violation", async ({ page }) => {
      await openMain(page, "external", "connections");
      await expectNoAxeViolation(page);
      await page.keyboard.press("Control+8");
      await expect(page.getByText("Another server decides now")).toBeVisible();
      await expectNoAxeViolation(page);
    });
    for (const scenario of ["", "code", "admin", "hostile", "html"]) {
      test(`the consent window (${scenario || "local"}) has no violation`, async ({ page }) => {
        await openApproval(page, scenario);
        await expectNoAxeViolation(page);
        await page.getByRole("button", { name: "Block …" }).click();
        if (scenario === "admin") await page.getByRole("switch").last().click();
        await expectNoAxeViolation(page);
      });
    }
    test("the consent window with nothing to decide has no violation", async ({ page }) => {
      await page.goto("/approval.html?scenario=nothing");
      await expect(page.getByText("Nothing is waiting here.")).toBeVisible();
      await expectNoAxeViolation(page);
    });
  });
}
