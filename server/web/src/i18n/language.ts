import { store } from "../store.ts";
import { el } from "./el.ts";
import { en, type Key, type Texts } from "./en.ts";

export type Language = "en" | "el";

export const languages: readonly { code: Language; short: string; name: string }[] = [
  { code: "en", short: "EN", name: "English" },
  { code: "el", short: "ΕΛ", name: "Ελληνικά" },
];

const texts: Record<Language, Texts> = { en, el };
const kept = "kartela.language";

// The reader's choice, else the browser's first language that the page speaks.
export const language = store<Language>(chosen() ?? preferred(navigator.languages) ?? "en");

// chosen is what the reader picked on this device, null when they never did.
export function chosen(): Language | null {
  try {
    return known(localStorage.getItem(kept));
  } catch {
    return null; // storage is switched off
  }
}

// choose speaks another language from now on and keeps it on this device.
export function choose(next: Language): void {
  try {
    localStorage.setItem(kept, next);
  } catch {
    // It lasts as long as the page then.
  }
  language.set(next);
}

// suggest speaks the language that the account prefers, unless the reader chose one here.
export function suggest(wanted: string): void {
  const next = known(wanted);
  if (next && !chosen()) {
    language.set(next);
  }
}

export function known(code: string | null): Language | null {
  const short = code?.toLowerCase().split("-")[0];
  return short === "en" || short === "el" ? short : null;
}

export function preferred(wanted: readonly string[]): Language | null {
  return wanted.map(known).find((code) => code !== null) ?? null;
}

// locale is the tag for formatting: the browser's variant of the language where it has one.
export function locale(): string {
  const now = language.get();
  return navigator.languages.find((tag) => known(tag) === now && tag.includes("-")) ?? { en: "en-GB", el: "el-GR" }[now];
}

// t is a text in the language of the moment, with its {names} filled in.
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill(texts[language.get()][key], values);
}

// tn is the form of a counted text that the number takes.
export function tn(one: Key, other: Key, n: number): string {
  const form = new Intl.PluralRules(language.get()).select(n) === "one" ? one : other;
  return t(form, { n: new Intl.NumberFormat(locale()).format(n) });
}

export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/{(\w+)}/g, (whole, name: string) => String(values[name] ?? whole));
}
