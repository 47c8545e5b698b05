import { locale } from "../i18n/language.ts";

// documentLanguages are those that documents are printed in.
export const documentLanguages: readonly string[] = ["el", "en", "de", "fr", "it", "es", "bg"];

export function languageName(code: string): string {
  return code && (new Intl.DisplayNames(locale(), { type: "language" }).of(code) ?? code);
}
