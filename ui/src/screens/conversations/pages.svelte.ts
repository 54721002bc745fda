// The conversations that were fetched so far. The reading view asks here what is known of one.

import { call } from "../../backend";
import type { Conversation } from "../../backend/bindings";
import { Paged } from "../../session/asked.svelte";

export const conversations = new Paged<Conversation>((before) => call("list_conversations", { before, limit: 100 }));
