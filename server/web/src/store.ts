import { useEffect, useState } from "preact/hooks";

// A Store holds one value that parts of the page follow.
export interface Store<T> {
  get(): T;
  set(value: T): void;
  follow(reader: (value: T) => void): () => void;
}

export function store<T>(initial: T): Store<T> {
  let value = initial;
  const readers = new Set<(value: T) => void>();
  return {
    get: () => value,
    set(next) {
      if (next !== value) {
        value = next;
        for (const read of [...readers]) {
          read(value);
        }
      }
    },
    follow(reader) {
      readers.add(reader);
      return () => readers.delete(reader);
    },
  };
}

// useStore renders the component again whenever the store's value changes.
export function useStore<T>(followed: Store<T>): T {
  const [value, setValue] = useState(followed.get());
  useEffect(() => {
    setValue(() => followed.get()); // it may have changed between rendering and now
    return followed.follow((next) => setValue(() => next));
  }, [followed]);
  return value;
}
