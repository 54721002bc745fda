// Times as people say them, in their own zone.

import type { Timestamp } from "../backend/bindings";

const language = navigator.language.startsWith("en") ? navigator.language : "en-GB";
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
const dayAndYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });
const whole = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });
const number = new Intl.NumberFormat(language);

const MINUTE = 60_000;

const midnight = (time: Date) => new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();

/** "just now", "3 minutes ago", "today at 09:14", "yesterday at 22:40", "3 Nov", "3 Nov 2024". */
export function relative(at: Timestamp, now: number): string {
  const time = new Date(at);
  const past = now - time.getTime();
  if (past < -MINUTE) return upcoming(time, now);
  if (past < MINUTE) return "just now";
  if (past < 2 * MINUTE) return "a minute ago";
  if (past < 60 * MINUTE) return `${Math.floor(past / MINUTE)} minutes ago`;
  const days = Math.round((midnight(new Date(now)) - midnight(time)) / (24 * 60 * MINUTE));
  if (days === 0) return `today at ${clock.format(time)}`;
  if (days === 1) return `yesterday at ${clock.format(time)}`;
  return onDay(time, now);
}

function upcoming(time: Date, now: number): string {
  const days = Math.round((midnight(time) - midnight(new Date(now))) / (24 * 60 * MINUTE));
  if (days === 0) return `today at ${clock.format(time)}`;
  if (days === 1) return `tomorrow at ${clock.format(time)}`;
  return onDay(time, now);
}

const onDay = (time: Date, now: number) => (time.getFullYear() === new Date(now).getFullYear() ? day : dayAndYear).format(time);

export const exact = (at: Timestamp) => whole.format(new Date(at));
export const clockTime = (at: Timestamp) => clock.format(new Date(at));
export const count = (amount: number) => number.format(amount);

/** "1 turn", "5,200 turns". */
export const counted = (amount: number, one: string, many = `${one}s`) => `${count(amount)} ${amount === 1 ? one : many}`;

/** A day of the calendar, without a zone: "31 May 2026". */
export const dayWords = (of: string) => dayAndYear.format(new Date(`${of}T12:00:00`));
/** The day of a moment. */
export const momentDay = (at: Timestamp) => dayAndYear.format(new Date(at));
