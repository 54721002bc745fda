// How far an export or import has come, as the program tells it.

import { on } from "../../backend";
import type { TransferProgress } from "../../backend/bindings";

/** Follows one task while it is under way, whatever screen is shown. */
export class Transfer {
  progress: TransferProgress | null = $state.raw(null);
  readonly #task: TransferProgress["task"];

  constructor(task: TransferProgress["task"]) {
    this.#task = task;
  }

  /** Listens while `work` is done; what was told the last time is forgotten. */
  async follow<T>(work: () => Promise<T>): Promise<T> {
    this.progress = null;
    const stop = on("engine", (event) => {
      if (event.room === "transfer" && event.event.task === this.#task) this.progress = event.event;
    });
    try {
      return await work();
    } finally {
      stop();
    }
  }
}
