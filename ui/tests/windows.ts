// How the tests open a window, and what must hold in every one of them: nothing is asked of the network, nothing is
// blocked by the app's policy, nothing goes wrong unseen.

import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import type { Event, View } from "../src/backend/bindings";

export { expect };

export const test = base.extend<{ page: Page }>({
  page: async ({ page, baseURL }, use) => {
    const wrong: string[] = [];
    page.on("pageerror", (error) => wrong.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") wrong.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(`${baseURL}/`) && !request.url().startsWith("data:")) wrong.push(`asked ${request.url()}`);
    });
    await use(page);
    expect(wrong, "nothing leaves the origin and nothing goes wrong unseen").toEqual([]);
  },
});

export const themes = ["light", "dark"] as const;

export async function openMain(page: Page, scenario = "", view?: View): Promise<void> {
  await page.goto(`/index.html?scenario=${scenario}`);
  await expect(page.locator("h1").first()).toBeVisible();
  if (view) {
    await page.evaluate((to) => window.standIn!.emit("view", to), view);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(view.charAt(0).toUpperCase() + view.slice(1));
  }
}

export async function openApproval(page: Page, scenario = ""): Promise<void> {
  await page.setViewportSize({ width: 480, height: 640 });
  await page.goto(`/approval.html?scenario=${scenario}`);
  await expect(page.getByRole("button", { name: "Deny", exact: true })).toBeFocused();
}

export const emit = (page: Page, event: Event) => page.evaluate((what) => window.standIn!.emit("engine", what), event);

/** What was asked of the program by this name. */
export const calls = (page: Page, name: string) =>
  page.evaluate((of) => window.standIn!.calls.filter((call) => call.name === of).map((call) => call.input), name);

/** The program fails this command once, and says so. */
export const failNext = (page: Page, name: string, message: string) =>
  page.evaluate(([of, why]) => window.standIn!.failNext(of as never, why!), [name, message]);

export async function expectNoAxeViolation(page: Page): Promise<void> {
  // There are no frames here; the legacy mode spares a second page for each look.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary}`).join(" | ")}`);
  expect(told).toEqual([]);
}

export async function expectNoWiderThanTheWindow(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  // Nor does anything stand out of its card.
  const out = await page.evaluate(() => [...document.querySelectorAll(".card")].flatMap((card) => {
    const edge = card.getBoundingClientRect().right;
    return [...card.querySelectorAll("*")].filter((part) => part.getBoundingClientRect().right > edge + 0.5).map((part) => part.outerHTML.slice(0, 120));
  }));
  expect(out).toEqual([]);
  const outside = await page.evaluate(() => {
    const inner = document.querySelector("main")!;
    const controls = [...document.querySelectorAll("button, input, select, a, h1, .card")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
    return [...(inner.scrollWidth > inner.clientWidth ? [inner] : []), ...controls].map((one) => one.outerHTML.slice(0, 120));
  });
  expect(outside).toEqual([]);
}
