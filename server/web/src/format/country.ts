// countryName is the name of a country by its ISO 3166 code, "" for none, and the code itself
// where the browser knows no such country.
export function countryName(code: string, locale: string): string {
  try {
    return code && (new Intl.DisplayNames(locale, { type: "region" }).of(code) ?? code);
  } catch {
    return code;
  }
}
