// Bringing in and taking out: first what would come in, then that; only what was chosen goes out.

import { calls, expect, expectNoAxeViolation, expectNoWiderThanTheWindow, failNext, openMain, test, themes } from "./windows";

test("what would come in is shown before it comes in, and what is skipped with its place", async ({ page }) => {
  await openMain(page, "", "data");
  await page.getByRole("button", { name: "A file …" }).click();
  await expect(page.getByLabel("From", { exact: true })).toHaveValue("/home/ada/Downloads/chatgpt-export.zip");
  // Choosing is asking: it is looked at without another press.
  await expect(page.getByText("This looks like a ChatGPT export.")).toBeVisible();
  await expect(page.getByText("466 turns in 31 conversations would come in. 12 records are here already. 2 records can not be read.")).toBeVisible();
  await expect(page.getByText("conversations.json[17]")).toBeVisible();
  await expect(page.getByRole("group").filter({ hasText: "What would be passed over" })).toContainText("users.json is not read");
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByText("Done: 466 turns in 31 conversations imported, 12 here already, 2 skipped.")).toBeVisible();
  expect(await calls(page, "import_from")).toEqual([
    { request: { input: "/home/ada/Downloads/chatgpt-export.zip", dry_run: true } },
    { request: { input: "/home/ada/Downloads/chatgpt-export.zip" } },
  ]);
  await page.getByRole("button", { name: "Look at it" }).click();
  await expect(page.getByText("Nothing new would come in. 478 records are here already.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Import", exact: true })).toBeDisabled();
});

test("another place or another form is looked at anew, and the place is kept when it fails", async ({ page }) => {
  await openMain(page, "", "data");
  const from = page.getByLabel("From", { exact: true });
  await from.fill("/home/ada/leaf.png");
  await from.press("Enter");
  await expect(page.getByRole("alert")).toContainText("nothing that can be imported");
  await expect(from).toHaveValue("/home/ada/leaf.png");
  await from.fill("/home/ada/turns.jsonl");
  await page.getByLabel("What it is").selectOption("turns");
  await page.getByRole("button", { name: "Look at it" }).click();
  await expect(page.getByText("This looks like turns, one a line.")).toBeVisible();
  await page.getByLabel("What it is").selectOption("claude");
  await expect(page.getByText("This looks like")).toHaveCount(0);
  await page.getByRole("button", { name: "Look at it" }).click();
  await expect(page.getByText("This looks like a Claude export.")).toBeVisible();
  await failNext(page, "import_from", "The disk is full. Free some space and try again.");
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("disk is full");
  await expect(page.getByRole("button", { name: "Import", exact: true })).toBeEnabled();
});

test("an import tells how far it is and stops when told, with what came in", async ({ page }) => {
  await openMain(page, "", "data");
  await page.getByRole("button", { name: "A folder …" }).click();
  await expect(page.getByText("This looks like Claude Code's transcripts.")).toBeVisible();
  await page.evaluate(() => window.standIn!.hold());
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByText("Importing 120")).toBeVisible();
  await expect(page.getByRole("progressbar", { name: "Importing" })).toHaveAttribute("value", "250");
  await page.getByRole("button", { name: "Stop" }).click();
  await page.evaluate(() => window.standIn!.release());
  await expect(page.getByText("Stopped: 120 turns")).toBeVisible();
  await expect(page.getByText("Import it again to go on")).toBeVisible();
  expect(await calls(page, "cancel_transfer")).toEqual([{ task: "import" }]);
});

test("an import goes on while other screens are looked at", async ({ page }) => {
  await openMain(page, "", "data");
  await page.getByRole("button", { name: "A file …" }).click();
  await expect(page.getByText("This looks like")).toBeVisible();
  await page.evaluate(() => window.standIn!.hold());
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByText("Importing 120")).toBeVisible();
  await page.keyboard.press("Control+1");
  await page.keyboard.press("Control+7");
  await expect(page.getByText("Importing 120")).toBeVisible();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.evaluate(() => window.standIn!.release());
  await expect(page.getByText("Stopped: 120 turns")).toBeVisible();
});

test("what is dropped on any screen is looked at on Data, and nothing else happens", async ({ page }) => {
  await openMain(page, "", "home");
  const drop = (what: object) => page.evaluate((one) => window.standIn!.emit("drop", one as never), what);
  const status = page.getByText("A file is held over the window.");
  await drop({ what: "held" });
  await expect(status).toHaveRole("status");
  await expect(page.getByText("Let go to see what would come in")).toBeVisible();
  await expectNoAxeViolation(page);
  await drop({ what: "gone" });
  await expect(page.getByText("Let go to see what would come in")).toHaveCount(0);
  await drop({ what: "dropped", paths: ["/home/ada/one.zip", "/home/ada/two.zip"] });
  await expect(page.getByText("one folder at a time")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Home");
  await drop({ what: "dropped", paths: ["/home/ada/.claude/projects"] });
  await expect(page.getByText("This looks like Claude Code's transcripts.")).toBeVisible();
  await expect(page.getByLabel("From", { exact: true })).toBeFocused();
  expect(await calls(page, "import_from")).toEqual([{ request: { input: "/home/ada/.claude/projects", dry_run: true } }]);
  // On Data itself, and over what was chosen before.
  await page.getByLabel("What it is").selectOption("turns");
  await drop({ what: "dropped", paths: ["/home/ada/chatgpt.zip"] });
  await expect(page.getByText("This looks like a ChatGPT export.")).toBeVisible();
  await page.evaluate(() => window.standIn!.hold());
  await page.getByRole("button", { name: "Look at it" }).click();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.evaluate(() => window.standIn!.release());
  await expect(page.getByText("Stopped. Nothing was imported.")).toBeVisible();
  // What is being asked comes first.
  await page.keyboard.press("Control+1");
  await page.getByRole("button", { name: "Panic" }).click();
  await drop({ what: "held" });
  await drop({ what: "dropped", paths: ["/home/ada/leaf.png"] });
  await expect(page.getByRole("dialog")).toBeVisible();
  expect(await calls(page, "import_from")).toHaveLength(3);
});

test("how long what comes in is kept is chosen before it comes in", async ({ page }) => {
  await openMain(page, "", "data");
  await page.evaluate(() => (window.standIn!.home.settings.retention_days.value = 30));
  await page.getByRole("button", { name: "A file …" }).click();
  await expect(page.getByText("466 turns are older than what is kept, and would soon be removed again.")).toBeVisible();
  await page.getByLabel("Keep what comes from there").selectOption("for ever");
  await expect(page.getByText("would soon be removed again")).toHaveCount(0);
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByText("Done: 466 turns")).toBeVisible();
  expect((await calls(page, "import_from"))[1]).toEqual({ request: { input: "/home/ada/Downloads/chatgpt-export.zip" }, keep: { kind: "for_ever" } });
});

test("what was brought in is listed, kept for a time of its own, and can be forgotten", async ({ page }) => {
  await openMain(page, "", "data");
  const brought = page.getByRole("region", { name: "What was brought in" });
  await expect(brought.getByText("1,204 turns from")).toBeVisible();
  await expect(brought.getByText("1 turn of")).toBeVisible();
  await expect(brought.getByLabel("Kept: archive")).toHaveValue("400");
  await brought.getByLabel("Kept: ChatGPT's export").selectOption("for ever");
  await expect(brought.getByLabel("Kept: ChatGPT's export")).toHaveValue("for_ever");
  expect(await calls(page, "change_client_rule")).toEqual([{ client_id: "chatgpt", mode: null, retention: { kind: "for_ever" } }]);
  await failNext(page, "change_client_rule", "The disk is full. Make room and try again.");
  await brought.getByLabel("Kept: archive").selectOption("for ever");
  await expect(brought.getByRole("alert")).toContainText("disk is full");
  await expect(brought.getByLabel("Kept: archive")).toHaveValue("400");
  await page.getByRole("radio", { name: /Everything from one program or import/ }).check();
  await page.getByLabel("The program or import").selectOption("ChatGPT's export (imported)");
  await page.getByRole("button", { name: "Show what would go" }).click();
  await expect(page.getByRole("dialog", { name: "Forget this for good?" })).toBeVisible();
  expect(await calls(page, "preview_forgetting")).toEqual([{ forget: { what: "client", client: "chatgpt" } }]);
});

test("an export takes only the days and the program that were chosen", async ({ page }) => {
  await openMain(page, "", "data");
  await page.getByRole("radio", { name: /A report with pictures/ }).check();
  await expect(page.getByLabel("To", { exact: true })).toHaveValue("/home/ada/Downloads/ambient-insights-2026-11-21.html");
  await page.getByLabel("From the day").fill("2026-03-01");
  await page.getByLabel("To the day").fill("2026-03-31");
  const who = page.getByLabel("Who brought it");
  await who.selectOption({ index: 1 });
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await expect(page.getByText("Done:")).toBeVisible();
  const [{ request }] = (await calls(page, "export_all")) as [{ request: { filter: { since: string; until: string; client: string } } }];
  // Both days whole, in the person's own zone.
  const local = await page.evaluate(() => [new Date(2026, 2, 1).toISOString(), new Date(2026, 3, 1).toISOString()]);
  expect([request.filter.since, request.filter.until]).toEqual(local);
  expect(request.filter.client).toBe(await who.inputValue());
});

for (const theme of themes) {
  test(`what an import would bring has no violation in ${theme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await openMain(page, "", "data");
    await page.getByRole("button", { name: "A file …" }).click();
    await expect(page.getByText("This looks like a ChatGPT export.")).toBeVisible();
    await expectNoAxeViolation(page);
    for (const width of [1000, 480]) {
      await page.setViewportSize({ width, height: 900 });
      await expectNoWiderThanTheWindow(page);
    }
  });
}
