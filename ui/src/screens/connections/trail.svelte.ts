// The audit trail in pages. Numbered lines go on behind the last number; counts of what was turned away have no
// number, so they are asked for by the time between two pages.

import { asFailure, call } from "../../backend";
import type { AuditEntry, AuditKind, AuditQuery } from "../../backend/bindings";

export type Filter = { client_id: string | null; kinds: AuditKind[]; since: string | null };

const PAGE = 25;
/** More minutes with counts than this between two pages are not shown. */
const MOST_COUNTS = 1_000;

/** What makes a line the same when it is read again: a count of a minute may have grown meanwhile. */
export const keyOf = (entry: AuditEntry) => String(entry.seq ?? `${entry.at} ${entry.outcome ?? ""} ${entry.arrival ?? ""}`);

export class Trail {
  entries: AuditEntry[] = $state.raw([]);
  there = $state(false);
  isWhole = $state(false);
  busy = $state(false);
  failure: string | null = $state(null);
  #filter: Filter = { client_id: null, kinds: [], since: null };
  /** Answers to an older question come too late. */
  #turn = 0;

  /** Begins anew under another filter; what is shown stays until the answer is there. */
  show(filter: Filter): Promise<void> {
    this.#filter = filter;
    return this.#take(() => this.#ask({}), (fresh) => {
      this.entries = fresh;
      this.isWhole = fresh.length < PAGE;
    });
  }

  /** Reads the beginning again and keeps what was fetched behind it. */
  refresh = (): Promise<void> => this.#take(() => this.#ask({}), (fresh) => {
    const keys = new Set(fresh.map(keyOf));
    const known = this.entries.some((entry) => keys.has(keyOf(entry)));
    // Nothing in common: too much is new. Begin again rather than show a gap.
    if (!known) this.isWhole = fresh.length < PAGE;
    this.entries = known ? [...fresh, ...this.entries.filter((entry) => !keys.has(keyOf(entry)))].sort(newestFirst) : fresh;
  });

  more = (): Promise<void> => this.#take(
    async () => {
      const numbers = this.entries.flatMap((entry) => entry.seq ?? []);
      const lines = await this.#ask({ before: numbers.length > 0 ? Math.min(...numbers) : Number.MAX_SAFE_INTEGER });
      const last = this.entries.at(-1);
      const until = last ? new Date(Date.parse(last.at) + 1).toISOString() : null;
      const { kinds, client_id, since } = this.#filter;
      const withCounts = client_id === null && (kinds.length === 0 || kinds.includes("rejected"));
      const isLast = lines.length < PAGE;
      const counts = withCounts
        ? await this.#ask({ kinds: ["rejected"], since: isLast ? since : lines.at(-1)!.at, until, limit: MOST_COUNTS })
        : [];
      return { lines: [...lines, ...counts], isLast };
    },
    ({ lines, isLast }) => {
      const keys = new Set(this.entries.map(keyOf));
      this.entries = [...this.entries, ...lines.filter((entry) => !keys.has(keyOf(entry)))].sort(newestFirst);
      this.isWhole = isLast;
    },
  );

  #ask(part: Partial<AuditQuery>): Promise<AuditEntry[]> {
    return call("list_audit", { query: { until: null, before: null, limit: PAGE, ...this.#filter, ...part } });
  }

  async #take<T>(ask: () => Promise<T>, use: (answer: T) => void): Promise<void> {
    const turn = (this.#turn += 1);
    this.busy = true;
    try {
      const answer = await ask();
      if (turn !== this.#turn) return;
      use(answer);
      [this.there, this.failure] = [true, null];
    } catch (thrown) {
      if (turn === this.#turn) this.failure = asFailure(thrown).message;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}

/** Stable, so lines of one moment stay in the order of their numbers. */
const newestFirst = (a: AuditEntry, b: AuditEntry) => Date.parse(b.at) - Date.parse(a.at);
