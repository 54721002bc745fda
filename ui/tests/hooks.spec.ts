// Claude Code's hooks in the window: asked before, shown as they are, looked at afterwards.

import { calls, expect, expectNoAxeViolation, openMain, test, themes } from "./windows";

const every = { name: "Keep every session" };
const brief = { name: "Begin each session with a brief" };

test("hooks are switched on and off only after what changes was shown", async ({ page }) => {
  await openMain(page, "", "home");
  const keep = page.getByRole("switch", every);
  await expect(page.getByRole("switch", brief)).toBeDisabled();
  await keep.click();
  const dialog = page.getByRole("dialog", { name: "Keep Claude Code's sessions?" });
  await expect(dialog).toContainText("/home/ada/.claude/settings.json");
  await page.keyboard.press("Escape");
  await expect(keep).not.toBeChecked();
  expect(await calls(page, "apply_setup")).toEqual([]);
  await keep.press("Space");
  await page.getByRole("button", { name: "Make these changes" }).click();
  await expect(keep).toBeChecked();
  await expect(page.getByText("Not heard of yet.")).toBeVisible();
  await page.getByRole("switch", brief).click();
  await page.getByRole("button", { name: "Make these changes" }).click();
  await expect(page.getByRole("switch", brief)).toBeChecked();
  await keep.click();
  await expect(page.getByRole("dialog")).toContainText("What was kept stays.");
  await page.getByRole("button", { name: "Make these changes" }).click();
  await expect(keep).not.toBeChecked();
  expect(await calls(page, "apply_setup")).toEqual(["log", "log_and_brief", "off"].map((hooks) => ({ client: "claude-code", undo: false, hooks })));
});

test("what was written and does not stand there afterwards is told", async ({ page }) => {
  await openMain(page, "", "home");
  await page.getByRole("switch", every).click();
  await expect(page.getByRole("dialog")).toContainText("hooks.Stop");
  // Another program writes the file at the same moment.
  await page.evaluate(() => {
    const home = window.standIn!.home;
    let state = home.hooks;
    Object.defineProperty(home, "hooks", { get: () => ({ ...state, is_written: false }), set: (to) => (state = to) });
  });
  await page.getByRole("button", { name: "Make these changes" }).click();
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("do not hold it now");
});

for (const theme of themes) {
  test(`hooks that are not as they should be are told, without a violation in ${theme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await openMain(page, "odd-hooks", "home");
    await expect(page.getByText("the program was moved")).toBeVisible();
    await expect(page.getByText("disableAllHooks")).toBeVisible();
    await expect(page.getByText("Last heard of")).toBeVisible();
    await expectNoAxeViolation(page);
    await page.getByRole("button", { name: "Write them anew" }).click();
    await expect(page.getByRole("dialog", { name: "Write the hooks anew?" })).toBeVisible();
    await expectNoAxeViolation(page);
  });
}
