// The main window: its states, its ways, and everything else that a person does in it.

import { calls, emit, expect, expectNoWiderThanTheWindow, openMain, test } from "./windows";

test("an engine that could not start says why, where help is, and can be tried again", async ({ page }) => {
  await page.goto("/index.html?scenario=failed");
  await expect(page.getByRole("alert")).toContainText("Port 9100 is used by another program.");
  await expect(page.getByText("ambient-insights doctor")).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
});

test("a program that is starting says so, and its screens come by themselves", async ({ page }) => {
  await page.goto("/index.html?scenario=starting");
  await expect(page.getByText("is starting")).toBeVisible();
  await page.evaluate(() => (window.standIn!.home.program = { state: "running", first_run: false }));
  await emit(page, { room: "program", event: "state_changed" });
  await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
});

test("the first run leads through trust and Claude Code, and can be left and opened again", async ({ page }) => {
  await openMain(page, "first-run");
  await page.getByRole("button", { name: "Trust: Chromium" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Trust this computer's certificate" }).getByText("Done:").first()).toBeAttached();
  await expect(page.getByText("sudo ambient-insights certificates trust")).toBeVisible();
  await page.getByRole("button", { name: "Connect Claude Code" }).click();
  await expect(page.getByRole("dialog")).toContainText("/home/ada/.claude/settings.json");
  expect(await calls(page, "apply_setup")).toEqual([]);
  await page.getByRole("button", { name: "Make these changes" }).click();
  await expect(page.getByText("settings.json.before-ambient-insights")).toBeVisible();
  await expect(page.getByText("claude mcp login ambient-insights")).toBeVisible();
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeFocused();
  expect(await calls(page, "finish_first_run")).toHaveLength(1);
  await page.getByRole("button", { name: "Show the first steps" }).click();
  await page.getByRole("button", { name: "Back to Home" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
});

test("Home says whether the program runs, pauses, resumes, and shuts everybody out after a confirmation", async ({ page }) => {
  await openMain(page);
  await page.getByRole("button", { name: "15 minutes" }).click();
  await expect(page.getByRole("heading", { name: /Paused until/ })).toBeVisible();
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByRole("heading", { name: "Running" })).toBeVisible();
  await page.getByRole("button", { name: "Panic" }).click();
  await expect(page.getByRole("dialog")).toContainText("Every assistant loses its access at once");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Panic" })).toBeFocused();
  expect(await calls(page, "panic")).toEqual([]);
  await page.getByRole("button", { name: "Panic" }).click();
  await page.getByRole("button", { name: "Shut everybody out" }).click();
  await expect(page.getByRole("heading", { name: "The door is closed" })).toBeVisible();
  await page.getByRole("button", { name: "Open the door" }).click();
  await expect(page.getByRole("heading", { name: "Running" })).toBeVisible();
});

test("paused and closed programs say so with the way out", async ({ page }) => {
  await openMain(page, "paused");
  await expect(page.getByRole("button", { name: "Resume" })).toBeVisible();
  await openMain(page, "closed");
  await expect(page.getByRole("button", { name: "Open the door" })).toBeVisible();
});

test("what waits is looked at in the consent window, never decided here", async ({ page }) => {
  await openMain(page);
  await page.getByRole("button", { name: "Look at it" }).click();
  expect(await calls(page, "open_approval")).toEqual([{ id: "request-9" }]);
  await page.evaluate(() => (window.standIn!.home.pending = []));
  await emit(page, { room: "authorization", event: { what: "request_decided", id: "request-9", approved: false, by: "desktop" } });
  await expect(page.getByRole("button", { name: "Look at it" })).toHaveCount(0);
});

test("every assistant has a guide, what it needs, and something to copy", async ({ page }) => {
  await openMain(page);
  await page.getByRole("radio", { name: "ChatGPT" }).check();
  await expect(page.getByText("It needs a public address")).toBeVisible();
  await page.getByRole("radio", { name: "Another program" }).check();
  await page.getByRole("button", { name: "Copy step 1" }).click();
  expect(await calls(page, "copy_text")).toEqual([{ text: "https://localhost:9100/mcp" }]);
});

test("set-up is taken back after a look at what changes", async ({ page }) => {
  await openMain(page);
  await page.getByRole("radio", { name: "Cursor" }).check();
  await page.getByRole("button", { name: "Undo …" }).click();
  await page.getByRole("button", { name: "Take them back" }).click();
  await expect(page.getByRole("button", { name: "Connect Cursor" })).toBeVisible();
  expect(await calls(page, "apply_setup")).toEqual([{ client: "cursor", undo: true }]);
});

test("Ctrl or Alt with a digit, and the tray, switch screens and take the focus along", async ({ page }) => {
  await openMain(page);
  for (const [key, name] of [["Control+2", "Context"], ["Alt+3", "Conversations"], ["Control+8", "Settings"], ["Alt+1", "Home"]]) {
    await page.keyboard.press(key!);
    await expect(page.getByRole("heading", { level: 1, name: name! })).toBeFocused();
    await expect(page.getByRole("navigation").getByRole("button", { name: name! })).toHaveAttribute("aria-current", "page");
  }
});

for (const view of ["home", "connections"] as const) {
  test(`hostile names on ${view} are text and widen nothing, also in a small window`, async ({ page }) => {
    await openMain(page, "hostile", view);
    for (const size of [{ width: 1000, height: 700 }, { width: 640, height: 480 }]) {
      await page.setViewportSize(size);
      await expectNoWiderThanTheWindow(page);
    }
    expect(await page.title()).toBe("Ambient Insights");
    expect(await page.locator("main img, main script").count()).toBe(0);
  });
}

for (const view of ["home", "search", "context", "conversations", "insights", "topics", "connections", "data", "settings"] as const) {
  test(`${view} fits every width, from the smallest window on`, async ({ page }) => {
    await openMain(page, "tunnel-up", view);
    await expect(page.locator(".skeleton")).toHaveCount(0);
    for (const width of [640, 800, 960, 1000, 1280]) {
      await page.setViewportSize({ width, height: 600 });
      await expectNoWiderThanTheWindow(page);
    }
  });
}

test("an export shows how far it is and what it wrote", async ({ page }) => {
  await openMain(page, "", "data");
  await page.getByRole("radio", { name: /A folder of notes/ }).check();
  await expect(page.getByLabel("To", { exact: true })).toHaveValue("/home/ada/Downloads/ambient-insights-2026-11-21");
  await page.getByRole("checkbox", { name: "Insights" }).uncheck();
  await page.evaluate(() => window.standIn!.hold());
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await expect(page.getByText("Exporting 400 of 5,200")).toBeVisible();
  await page.evaluate(() => window.standIn!.release());
  await expect(page.getByText("Done: 240 conversations with 6,392 turns")).toBeVisible();
  expect(await calls(page, "export_all")).toEqual([
    { request: { format: "markdown", output: "/home/ada/Downloads/ambient-insights-2026-11-21", overwrite: false, parts: { conversations: true, context: true, insights: false }, filter: { since: null, until: null, client: null } }, with_audit: false },
  ]);
});

test("the record of who did what goes along where it was ticked, in the exact format alone", async ({ page }) => {
  await openMain(page, "", "data");
  const record = page.getByRole("checkbox", { name: "The record of who did what" });
  await expect(record).not.toBeChecked();
  await record.check();
  await page.getByRole("radio", { name: /A folder of notes/ }).check();
  await expect(record).toBeDisabled();
  await expect(record).not.toBeChecked();
  await page.getByRole("radio", { name: /One file/ }).check();
  await expect(record).toBeChecked();
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await expect(page.getByText("Done:")).toBeVisible();
  expect(await calls(page, "export_all")).toMatchObject([{ request: { format: "json" }, with_audit: true }]);
});

test("an export overwrites only what it was told to", async ({ page }) => {
  await openMain(page, "", "data");
  await page.getByLabel("To", { exact: true }).fill("/home/ada/Downloads/there-already.json");
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("is there already");
  await page.getByRole("button", { name: "Overwrite it" }).click();
  await expect(page.getByText("Done:")).toBeVisible();
  expect((await calls(page, "export_all")).map((input) => (input as { request: { overwrite: boolean } }).request.overwrite)).toEqual([false, true]);
});

test("a place typed by hand is kept when another format is chosen", async ({ page }) => {
  await openMain(page, "", "data");
  await expect(page.getByLabel("To", { exact: true })).toHaveValue(/\.json$/);
  await page.getByLabel("To", { exact: true }).fill("/mnt/stick/memory");
  await page.getByRole("radio", { name: /A folder of notes/ }).check();
  await expect.poll(() => calls(page, "suggest_export").then((all) => all.length)).toBe(2);
  await expect(page.getByLabel("To", { exact: true })).toHaveValue("/mnt/stick/memory");
});
