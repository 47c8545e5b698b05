import { uuid } from "./uuid.ts";

// attempts gives the idempotency keys of one form. The same input sent again, after an
// answer that never came, keeps its key, so that the server does the work once; another
// input is another action and gets another key, and so does a repeat after success.
export function attempts(newKey: () => string = uuid) {
  let last = { input: "", key: "" };
  return {
    key(input: unknown): string {
      const text = JSON.stringify(input, identify);
      if (text !== last.input) {
        last = { input: text, key: newKey() };
      }
      return last.key;
    },
    succeeded() {
      last = { input: "", key: "" };
    },
  };
}

// A file is told from another by what the browser knows of it without reading it.
function identify(_: string, value: unknown): unknown {
  return value instanceof File ? [value.name, value.size, value.lastModified] : value;
}
