// A program in memory that stands in for the real one in browsers and tests. It answers every command by type, and
// `window.standIn` lets a test make things happen. No line of it is in the app's own build.

import type { AnnouncementName, Announcements, Backend, CommandName, Input, Output } from "../contract";
import { clientCommands } from "./clients";
import { household, type Household } from "./household";
import { memoryCommands } from "./memory";
import { privacyCommands } from "./privacy";
import { programCommands } from "./program";
import { Refusal } from "./refusal";
import { topicCommands } from "./topics";

type Answers = { [K in CommandName]: (input: Input<K>) => Output<K> | Promise<Output<K>> };
type Emit = <A extends AnnouncementName>(name: A, payload: Announcements[A]) => void;
/** From what the stand-in holds to its answers; `pause` ends when a test lets it, else soon. */
export type Handlers = (home: Household, emit: Emit, pause: () => Promise<void>, tell: (deed: string) => null) => Answers;

export type StandIn = {
  home: Household;
  emit: Emit;
  /** Every command that was asked for, in order. */
  calls: { name: CommandName; input: unknown }[];
  /** What it would have done to the computer. */
  deeds: string[];
  /** The next such command fails with this message. */
  failNext(name: CommandName, message: string): void;
  /** Commands wait inside `pause` until `release`. */
  hold(): void;
  release(): void;
};

declare global {
  interface Window {
    standIn?: StandIn;
  }
}

export function standIn(query: URLSearchParams): Backend {
  const home = household(query.get("scenario") ?? "");
  const listeners = new Map<AnnouncementName, Set<(payload: never) => void>>();
  const failures = new Map<CommandName, string>();
  const calls: StandIn["calls"] = [];
  const deeds: string[] = [];
  let held: Promise<void> | undefined;
  let letGo = () => {};

  const theme = query.get("theme");
  if (theme === "light" || theme === "dark") home.settings.theme.value = theme;

  const emit: Emit = (name, payload) => listeners.get(name)?.forEach((handler) => handler(payload as never));
  const pause = () => held ?? new Promise<void>((done) => setTimeout(done, 30));
  const tell = (deed: string) => {
    deeds.push(deed);
    return null;
  };
  const answers: Answers = { ...programCommands(home, emit, pause, tell), ...memoryCommands(home, emit, pause, tell), ...clientCommands(home, emit, pause, tell),
    ...privacyCommands(home, emit, pause, tell), ...topicCommands(home, emit, pause, tell) };

  window.standIn = {
    home, emit, calls, deeds,
    failNext: (name, message) => failures.set(name, message),
    hold: () => {
      held = new Promise((done) => (letGo = done));
    },
    release: () => {
      held = undefined;
      letGo();
    },
  };

  return {
    async call<K extends CommandName>(name: K, input: Input<K>): Promise<Output<K>> {
      calls.push({ name, input: structuredClone(input) });
      const message = failures.get(name);
      failures.delete(name);
      await Promise.resolve();
      if (message !== undefined) throw new Refusal("failed", message);
      // What crosses to the real program is a copy; so it is here.
      return structuredClone(await answers[name](structuredClone(input)));
    },
    on(name, handler) {
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all.add(handler as (payload: never) => void));
      return () => all.delete(handler as (payload: never) => void);
    },
  };
}
