// A preference's value as text and back. What reads as JSON is JSON, the rest is the words themselves; a text that
// would read as JSON is shown in quotes, so that nothing changes by looking at it.

import type { JsonValue } from "../../backend/bindings";

function read(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

export function valueText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" && read(value) === undefined ? value : JSON.stringify(value);
}

export function textValue(text: string): JsonValue {
  const trimmed = text.trim();
  return trimmed === "" ? null : (read(trimmed) ?? trimmed);
}
