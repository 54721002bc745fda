// What is being looked for and what was found; it stays while other screens are looked at.

import { asFailure, call } from "../../backend";
import type { FoundKind, Hit } from "../../backend/bindings";

export type Group = "all" | "turn" | "insight" | "context";
export type Time = "any" | "this week" | "last 30 days" | "last 12 months";

const kindsOf: Record<Group, FoundKind[]> = {
  all: [], turn: ["turn"], insight: ["insight"], context: ["interest", "skill", "project", "preference", "goal"],
};
const PAGE = 20;
/** Typing goes on: only what stands for this long is asked. */
const STILL_MS = 140;

class Question {
  text = $state("");
  group: Group = $state("all");
  time: Time = $state("any");
  newest = $state(false);
  results: Hit[] = $state.raw([]);
  next: number | null = $state(null);
  incomplete = $state(false);
  failure: string | null = $state(null);
  /** The question that `results` answer; null: none was asked yet. */
  answered: string | null = $state(null);
  busy = $state(false);
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get empty(): boolean {
    return this.text.trim() === "";
  }

  /** Asks when nothing was typed for a moment. */
  soon = (): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.ask(), STILL_MS);
  };

  /** Asks now. What comes back late, for a question that is no longer the one, is left out. */
  ask = async (): Promise<void> => {
    clearTimeout(this.#timer);
    const mine = (this.#asked += 1);
    if (this.empty) {
      [this.results, this.next, this.answered, this.failure, this.busy] = [[], null, null, null, false];
      return;
    }
    await this.#fetch(mine, null);
  };

  /** Asks again after something changed, unless further pages lie open: they would be lost. */
  refresh = async (): Promise<void> => {
    if (this.results.length <= PAGE) await this.ask();
  };

  more = (): Promise<void> => this.#fetch(this.#asked, this.next);

  async #fetch(mine: number, after: number | null): Promise<void> {
    const text = this.text;
    this.busy = true;
    try {
      const answer = await call("search", {
        query: {
          text, kinds: kindsOf[this.group], client: null, conversation: null, since: this.time === "any" ? null : this.time, until: null,
          order: this.newest ? "newest_first" : "best_first", all_states: false, neighbours: 0, after, limit: PAGE,
        },
      });
      if (mine !== this.#asked) return;
      const known = new Set(this.results.map((hit) => hit.id));
      this.results = after === null ? answer.results : [...this.results, ...answer.results.filter((hit) => !known.has(hit.id))];
      [this.next, this.incomplete, this.answered, this.failure] = [answer.next ?? null, answer.incomplete, text, null];
    } catch (thrown) {
      if (mine === this.#asked) this.failure = asFailure(thrown).message;
    } finally {
      if (mine === this.#asked) this.busy = false;
    }
  }
}

export const question = new Question();
