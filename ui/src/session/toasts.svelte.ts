// Short words about what was done, some with a way back.

import { asFailure } from "../backend";

export type Toast = { id: number; words: string; name?: string; failed: boolean; undo?: () => Promise<void>; undoing: boolean };

const SHOWN_FOR_MS = 12_000;
const AT_MOST = 3;

class Toasts {
  shown: Toast[] = $state([]);
  #last = 0;
  #held = false;
  readonly #due = new Map<number, number>();

  /** `name` is text from outside and is shown as such. */
  say(words: string, more: { name?: string; undo?: () => Promise<void>; failed?: boolean } = {}): void {
    const id = (this.#last += 1);
    this.shown.push({ id, words, failed: more.failed ?? false, undoing: false, ...(more.name === undefined ? {} : { name: more.name }), ...(more.undo ? { undo: more.undo } : {}) });
    this.#due.set(id, Date.now() + SHOWN_FOR_MS);
    while (this.shown.length > AT_MOST) this.close(this.shown[0]!.id);
    setTimeout(() => this.#sweep(), SHOWN_FOR_MS);
  }

  /** While the pointer or the focus is on them, none goes away; afterwards each stays a while longer. */
  hold(held: boolean): void {
    this.#held = held;
    if (held) return;
    const later = Date.now() + SHOWN_FOR_MS / 2;
    for (const [id, due] of this.#due) this.#due.set(id, Math.max(due, later));
    setTimeout(() => this.#sweep(), SHOWN_FOR_MS / 2);
  }

  close(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
    this.#due.delete(id);
  }

  async undo(id: number): Promise<void> {
    const toast = this.shown.find((other) => other.id === id);
    if (!toast?.undo || toast.undoing) return;
    toast.undoing = true;
    try {
      await toast.undo();
      this.close(id);
    } catch (thrown) {
      this.close(id);
      this.say(asFailure(thrown).message, { failed: true });
    }
  }

  /** What Ctrl+Z does. Says whether there was something to undo. */
  undoLast(): boolean {
    const last = this.shown.findLast((toast) => toast.undo && !toast.undoing);
    if (last) void this.undo(last.id);
    return last !== undefined;
  }

  #sweep(): void {
    if (this.#held) return;
    const now = Date.now();
    for (const [id, due] of this.#due) if (due <= now + 50) this.close(id);
  }
}

export const toasts = new Toasts();
