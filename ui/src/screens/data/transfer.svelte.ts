// How far an export or import has come, as the program tells it.

import { on } from "../../backend";
import type { TransferProgress } from "../../backend/bindings";

/** Follows one task while the component lives; `begin` forgets the last time. */
export class Transfer {
  progress: TransferProgress | null = $state.raw(null);

  constructor(task: TransferProgress["task"]) {
    $effect(() =>
      on("engine", (event) => {
        if (event.room === "transfer" && event.event.task === task) this.progress = event.event;
      }),
    );
  }

  begin(): void {
    this.progress = null;
  }
}
