// The consent window: nobody is let in by accident.

import { calls, expect, expectNoWiderThanTheWindow, failNext, openApproval, test } from "./windows";

const deny = { name: "Deny", exact: true };
const approve = { name: "Approve", exact: true };

test("Deny has the focus when the window opens, and Enter there denies", async ({ page }) => {
  await openApproval(page);
  await page.keyboard.press("Enter");
  await expect(page.getByText("Denied.")).toBeVisible();
  expect(await calls(page, "deny_request")).toEqual([{ id: "request-1", block: false, mute: false }]);
  expect(await calls(page, "approve_request")).toEqual([]);
});

test("Escape denies from anywhere", async ({ page }) => {
  await openApproval(page, "code");
  await page.getByLabel("Type the code").focus();
  await page.keyboard.press("Escape");
  await expect(page.getByText("Denied.")).toBeVisible();
  expect(await calls(page, "deny_request")).toEqual([{ id: "request-1", block: false, mute: false }]);
});

test("Approve does nothing in the first moment, and says why", async ({ page }) => {
  await openApproval(page, "slow");
  const button = page.getByRole("button", approve);
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await expect(button).toHaveAccessibleDescription("One moment: look at it first.");
  await button.click({ force: true });
  await button.press("Enter");
  expect(await calls(page, "approve_request")).toEqual([]);
  await expect(button).toHaveAttribute("aria-disabled", "false");
  await button.click();
  await expect(page.getByText("Claude Code was let in.")).toBeVisible();
});

test("what is approved is what is ticked, for the chosen time, with the keyboard alone", async ({ page }) => {
  await openApproval(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", approve)).toBeFocused();
  await page.getByRole("switch", { name: /Add to and change/ }).focus();
  await page.keyboard.press("Space");
  await page.getByRole("radio", { name: "For 30 days" }).focus();
  await page.keyboard.press("ArrowUp");
  await expect(page.getByRole("radio", { name: "For today" })).toBeChecked();
  const button = page.getByRole("button", approve);
  await expect(button).toHaveAttribute("aria-disabled", "false");
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("was let in.")).toBeVisible();
  expect(await calls(page, "approve_request")).toEqual([
    { id: "request-1", scopes: ["context:read", "conversations:read", "conversations:write", "insights:read"], duration: "session", code: null, admin_confirmed: false },
  ]);
});

test("nothing ticked can not be approved", async ({ page }) => {
  await openApproval(page);
  for (const one of await page.getByRole("switch").all()) await one.uncheck();
  await expect(page.getByRole("button", approve)).toHaveAccessibleDescription("Tick at least one of the switches, or deny.");
  await page.getByRole("button", approve).click({ force: true });
  expect(await calls(page, "approve_request")).toEqual([]);
});

test("a code has to be whole, Enter in its field approves nothing, a wrong one keeps the field and says what is left", async ({ page }) => {
  await openApproval(page, "code");
  const field = page.getByLabel("Type the code");
  const button = page.getByRole("button", approve);
  await field.focus();
  await page.keyboard.type("WRONG");
  await expect(button).toHaveAccessibleDescription("Type the code that the page in your browser shows.");
  await page.keyboard.type("123");
  await expect(button).toHaveAttribute("aria-disabled", "false");
  await page.keyboard.press("Enter");
  expect(await calls(page, "approve_request")).toEqual([]);
  await button.click();
  await expect(page.getByRole("alert")).toHaveText("This is not the code. 2 tries are left.");
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("WRONG123");
  await page.keyboard.type("abcd-2345");
  await field.fill("ABCD-2345");
  await button.click();
  await expect(page.getByText("was let in.")).toBeVisible();
  expect((await calls(page, "approve_request")).map((input) => (input as { code: string }).code)).toEqual(["WRONG123", "ABCD2345"]);
});

test("three wrong codes deny", async ({ page }) => {
  await openApproval(page, "code");
  const button = page.getByRole("button", approve);
  await page.getByLabel("Type the code").fill("WRONG123");
  await expect(button).toHaveAttribute("aria-disabled", "false");
  await button.click();
  await expect(page.getByRole("alert")).toContainText("2 tries are left");
  await button.click();
  await expect(page.getByRole("alert")).toContainText("1 try is left");
  await button.click();
  await expect(page.getByText("Three wrong codes were typed.")).toBeVisible();
});

test("a program may change settings only after a second yes, which a new tick does not inherit", async ({ page }) => {
  await openApproval(page, "admin");
  const admin = page.getByRole("switch", { name: /Change this program's settings/ });
  await expect(admin).not.toBeChecked();
  await admin.check();
  await expect(page.getByRole("button", approve)).toHaveAccessibleDescription(/Confirm above/);
  const yes = page.getByRole("checkbox", { name: "Yes, this program may change settings" });
  await yes.check();
  await admin.uncheck();
  await admin.check();
  await expect(yes).not.toBeChecked();
  await yes.check();
  await expect(page.getByRole("button", approve)).toHaveAttribute("aria-disabled", "false");
  await page.getByRole("button", approve).click();
  await expect(page.getByText("was let in.")).toBeVisible();
  expect((await calls(page, "approve_request"))[0]).toMatchObject({ admin_confirmed: true });
});

test("Deny and block says what it does before it does it", async ({ page }) => {
  await openApproval(page);
  await page.getByRole("button", { name: "Block …" }).click();
  await expect(page.getByText("turns away whatever this program asks from now on")).toBeVisible();
  await page.getByRole("button", { name: "Deny and block" }).click();
  await expect(page.getByText("Denied and blocked.")).toBeVisible();
  expect(await calls(page, "deny_request")).toEqual([{ id: "request-1", block: true, mute: false }]);
});

test("Deny and mute says what it does before it does it", async ({ page }) => {
  await openApproval(page);
  await page.getByRole("button", { name: "Block …" }).click();
  await expect(page.getByText("no window, no notice")).toBeVisible();
  await page.getByRole("button", { name: "Deny and mute for 24 hours" }).click();
  await expect(page.getByText("Denied, and quiet for 24 hours.")).toBeVisible();
  expect(await calls(page, "deny_request")).toEqual([{ id: "request-1", block: false, mute: true }]);
});

test("what has changed since it was approved is said at the top", async ({ page }) => {
  await openApproval(page, "changed");
  await expect(page.getByText("Changed since you approved it.")).toBeVisible();
  await expect(page.getByText("client.example vouches for this program")).toBeVisible();
  await expect(page.getByRole("list", { name: "Warnings" })).toContainText("It has changed since you approved it");
});

test("the next request begins anew: Deny has the focus, Approve waits, nothing is taken over", async ({ page }) => {
  await openApproval(page, "two");
  await expect(page.getByText("1 more waits")).toBeVisible();
  await page.getByRole("switch").first().uncheck();
  await page.getByRole("switch").first().focus();
  await page.evaluate(() => {
    window.standIn!.home.approvals.shift();
    window.standIn!.emit("approval-changed", null);
  });
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Cursor");
  await expect(page.getByRole("button", deny)).toBeFocused();
  await expect(page.getByRole("switch").first()).toBeChecked();
  await expect(page.getByRole("button", approve)).toHaveAttribute("aria-disabled", "false");
  await page.getByRole("button", approve).click();
  expect((await calls(page, "approve_request")).map((input) => (input as { id: string }).id)).toEqual(["request-2"]);
});

test("the same request asked for again keeps what was chosen and where the focus is", async ({ page }) => {
  await openApproval(page);
  const first = page.getByRole("switch").first();
  await first.uncheck();
  await first.focus();
  await page.evaluate(() => {
    window.standIn!.home.approvals[0]!.others_waiting = 3;
    window.standIn!.emit("approval-changed", null);
  });
  await expect(page.getByText("3 more wait")).toBeVisible();
  await expect(first).not.toBeChecked();
  await expect(first).toBeFocused();
});

test("an approval that fails shows why and stays", async ({ page }) => {
  await openApproval(page);
  await failNext(page, "approve_request", "The database is full. Make room and try again.");
  await expect(page.getByRole("button", approve)).toHaveAttribute("aria-disabled", "false");
  await page.getByRole("button", approve).click();
  await expect(page.getByRole("alert")).toHaveText("The database is full. Make room and try again.");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Claude Code");
});

test("when nothing waits any more, it says so", async ({ page }) => {
  await openApproval(page);
  await page.evaluate(() => {
    window.standIn!.home.approvals = [];
    window.standIn!.emit("approval-changed", null);
  });
  await expect(page.getByText("Nothing is waiting here.")).toBeVisible();
});

for (const scenario of ["hostile", "reversed", "html"]) {
  test(`a hostile name (${scenario}) is text, widens nothing and covers neither the host nor the buttons`, async ({ page }) => {
    await openApproval(page, scenario);
    // The smallest that the window can be made.
    await page.setViewportSize({ width: 420, height: 480 });
    await expectNoWiderThanTheWindow(page);
    expect(await page.title()).toBe("Access request");
    expect(await page.locator("header img, header b, main img").count()).toBe(0);
    for (const seen of [page.getByText("127.0.0.1:5000", { exact: true }), page.getByRole("button", deny), page.getByRole("button", approve)]) {
      await expect(seen).toBeInViewport({ ratio: 1 });
      const onTop = await seen.evaluate((element) => {
        const box = element.getBoundingClientRect();
        const found = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return found !== null && (element.contains(found) || found.contains(element));
      });
      expect(onTop).toBe(true);
    }
  });
}
