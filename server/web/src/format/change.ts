// A line of the history in parts: which fields changed, from what to what.

export interface FieldChange {
  field: string; // as the API names it
  before: unknown; // undefined when there was none
  after: unknown;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

// fieldChanges lists what an event changed, in the order of names where it is known, then of
// the alphabet. A field that is empty on both sides says nothing and is left out.
export function fieldChanges(before: unknown, after: unknown, order: readonly string[]): FieldChange[] {
  const was = isRecord(before) ? before : {};
  const is = isRecord(after) ? after : {};
  const place = (field: string) => (order.includes(field) ? order.indexOf(field) : order.length);
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((field) => !(empty(was[field]) && empty(is[field])))
    .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
    .map((field) => ({ field, before: was[field], after: is[field] }));
}

// empty says whether a value of the history says nothing.
export function empty(value: unknown): boolean {
  return value === undefined || value === null || value === "" || value === false || (Array.isArray(value) && value.length === 0);
}

// parts are the texts of an item of a list, such as an address, without what is empty, false
// or an id. The history may spell a field with a capital.
export function parts(item: unknown): string[] {
  if (!isRecord(item)) {
    return empty(item) ? [] : [String(item)];
  }
  return Object.entries(item).flatMap(([name, value]) => (/^(id|primary|informational|kind)$/i.test(name) || empty(value) || typeof value === "object" ? [] : [String(value)]));
}
