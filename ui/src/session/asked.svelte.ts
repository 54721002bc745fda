// What was asked of the program and what came of it: answers to show, deeds to do, lists that come in pages.

import { untrack } from "svelte";
import { asFailure } from "../backend";

/** An answer that is asked for again whenever something may have changed. The old one stays until the new one is there. */
export class Asked<T> {
  value: T | undefined = $state.raw();
  failure: string | null = $state(null);
  readonly #ask: () => Promise<T>;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  /** Only one question is on its way at a time; who asks meanwhile gets the answer to a second one. */
  refresh = (): Promise<void> => {
    if (this.#running) this.#again = true;
    else this.#running = this.#run().finally(() => (this.#running = undefined));
    return this.#running;
  };

  async #run(): Promise<void> {
    do {
      this.#again = false;
      try {
        const value = await this.#ask();
        if (!this.#again) [this.value, this.failure] = [value, null];
      } catch (thrown) {
        if (!this.#again) this.failure = asFailure(thrown).message;
      }
    } while (this.#again);
  }
}

/** Something that a person does: whether it is on its way, and why it failed. */
export class Deed {
  busy = $state(false);
  failure: string | null = $state(null);

  /** Does `work` unless it is being done already; says whether it succeeded. */
  run = async (work: () => Promise<unknown>): Promise<boolean> => {
    // An effect that does something must not run again because it was done.
    if (untrack(() => this.busy)) return false;
    this.busy = true;
    try {
      await work();
      this.failure = null;
      return true;
    } catch (thrown) {
      this.failure = asFailure(thrown).message;
      return false;
    } finally {
      this.busy = false;
    }
  };
}

type Fetched<T> = { entries: T[]; next: string | null };

/** A list that is fetched page by page, and refreshed at its beginning or its end without losing what was fetched. */
export class Paged<T extends { id: string }> {
  entries: T[] = $state.raw([]);
  failure: string | null = $state(null);
  /** Whether the first page has come. */
  there = $state(false);
  next: string | null = $state(null);
  readonly #fetch: (before: string | null) => Promise<Fetched<T>>;
  #lastPage: string | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(fetch: (before: string | null) => Promise<Fetched<T>>) {
    this.#fetch = fetch;
  }

  /** Fetches the first page anew and keeps what follows it. */
  refreshStart = () =>
    this.#queue(async () => {
      const fresh = await this.#fetch(null);
      if (fresh.next === null || !this.there) {
        this.next = fresh.next;
        this.#lastPage = null;
        this.entries = fresh.entries;
      } else {
        const ids = new Set(fresh.entries.map((entry) => entry.id));
        const known = this.entries.findLastIndex((entry) => ids.has(entry.id));
        // Nothing in common: too much is new. Begin again rather than show a gap.
        if (known < 0) [this.next, this.#lastPage] = [fresh.next, null];
        this.entries = known < 0 ? fresh.entries : [...fresh.entries, ...this.entries.slice(known + 1).filter((entry) => !ids.has(entry.id))];
        if (this.next === null && this.entries.length === fresh.entries.length) this.next = fresh.next;
      }
      this.there = true;
    });

  /** Fetches the last page anew: what is added at the end appears. */
  refreshEnd = () =>
    this.#queue(async () => {
      if (this.next !== null) return;
      const fresh = await this.#fetch(this.#lastPage);
      const ids = new Set(fresh.entries.map((entry) => entry.id));
      this.entries = [...this.entries.filter((entry) => !ids.has(entry.id)), ...fresh.entries];
      this.next = fresh.next;
      this.there = true;
    });

  more = () =>
    this.#queue(async () => {
      if (this.next === null) return;
      const page = this.next;
      const { entries, next } = await this.#fetch(page);
      const ids = new Set(this.entries.map((entry) => entry.id));
      this.entries = [...this.entries, ...entries.filter((entry) => !ids.has(entry.id))];
      [this.#lastPage, this.next] = [page, next];
    });

  drop = (ids: Set<string>) => {
    if (this.entries.some((entry) => ids.has(entry.id))) this.entries = this.entries.filter((entry) => !ids.has(entry.id));
  };

  /** One after the other, so that no page is fetched twice or put in the wrong place. */
  #queue(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work).then(
      () => void (this.failure = null),
      (thrown: unknown) => void (this.failure = asFailure(thrown).message),
    );
    this.#turn = done;
    return done;
  }
}
