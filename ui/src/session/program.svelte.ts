// The program's state and status, which several screens show.

import { call } from "../backend";
import type { ProgramState, Status } from "../backend/bindings";
import { Asked } from "./asked.svelte";

export const programState = new Asked<ProgramState>(() => call("program_state"));
export const status = new Asked<Status>(() => call("show_status"));

export async function refreshProgram(): Promise<void> {
  await programState.refresh();
  if (programState.value?.state === "running") await status.refresh();
}
