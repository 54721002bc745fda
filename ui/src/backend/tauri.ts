// The real program: Tauri's commands and events of this window.

import { invoke } from "@tauri-apps/api/core";
import { getCurrentWebviewWindow } from "@tauri-apps/api/webviewWindow";
import type { AnnouncementName, Announcements, Backend, CommandName, Input, Output } from "./contract";

export const tauri: Backend = {
  call<K extends CommandName>(name: K, input: Input<K>): Promise<Output<K>> {
    return invoke<Output<K>>(name, { input });
  },
  on<A extends AnnouncementName>(name: A, handler: (payload: Announcements[A]) => void): () => void {
    let ended = false;
    let stop: (() => void) | undefined;
    void getCurrentWebviewWindow()
      .listen<Announcements[A]>(name, (event) => {
        if (!ended) handler(event.payload);
      })
      .then((unlisten) => {
        if (ended) unlisten();
        else stop = unlisten;
      });
    return () => {
      ended = true;
      stop?.();
    };
  },
};
