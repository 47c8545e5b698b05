import type { ComponentChildren } from "preact";
import { store, useStore } from "./store.ts";

interface Place {
  path: string; // without a slash at its end, but "/" for the root
  query: URLSearchParams;
}

function here(): Place {
  return { path: location.pathname.replace(/(?<=.)\/+$/, ""), query: new URLSearchParams(location.search) };
}

const place = store(here());

// The address of a form with changes that are not saved; null when there is none.
let held: string | null = null;

// leaving is, while the reader is asked whether to leave such a form, how to go on to where
// they wanted to go.
export const leaving = store<(() => void) | null>(null);

// hold makes leaving the present page ask first, or with false no longer.
export function hold(on: boolean): void {
  held = on ? location.href : null;
}

const keeps = (address: string): boolean => held !== null && new URL(address, location.href).pathname !== new URL(held).pathname;

addEventListener("popstate", () => {
  if (keeps(location.href)) {
    history.pushState(null, "", held); // the browser has left already: back to the form
    leaving.set(() => history.back());
    return;
  }
  place.set(here());
});

addEventListener("beforeunload", (event) => {
  if (held !== null) {
    event.preventDefault();
  }
});

// usePlace is the address the page shows.
export const usePlace = (): Place => useStore(place);

// go shows another address. With replace the present one leaves the history, as when a
// search is refined.
export function go(address: string, { replace = false } = {}): void {
  if (keeps(address)) {
    leaving.set(() => go(address, { replace }));
    return;
  }
  const before = location.pathname;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  place.set(here());
  if (location.pathname !== before) {
    scrollTo(0, 0);
  }
}

// withQuery is the present address with some parts of its query changed; null takes one out.
export function withQuery(changes: Record<string, string | null>): string {
  const { path, query } = here();
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") {
      query.delete(name);
    } else {
      query.set(name, value);
    }
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

interface LinkProps {
  href: string;
  replace?: boolean;
  class?: string;
  current?: boolean; // whether it leads to where the reader is
  children: ComponentChildren;
}

// Link goes to an address of the page without loading it again. Clicks that ask for a new
// tab or window are the browser's.
export function Link({ href, replace = false, class: className, current, children }: LinkProps) {
  return (
    <a
      href={href}
      class={className}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) {
          event.preventDefault();
          go(href, { replace });
        }
      }}
    >
      {children}
    </a>
  );
}

// match compares a path with a pattern such as "/contacts/:id" and gives its parts, or null.
export function match(pattern: string, path: string): Record<string, string> | null {
  const want = pattern.split("/");
  const have = path.split("/");
  if (want.length !== have.length) {
    return null;
  }
  const parts: Record<string, string> = {};
  for (const [i, piece] of want.entries()) {
    const found = have[i]!;
    if (piece.startsWith(":")) {
      parts[piece.slice(1)] = decode(found);
    } else if (piece !== found) {
      return null;
    }
  }
  return parts;
}

function decode(piece: string): string {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}
