// Dates of documents ("2026-03-31", without a zone) and instants (RFC 3339) as text.

// formatDay writes a calendar date. It is read as UTC and written as UTC, so that no time
// zone can move it to the day before.
export function formatDay(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

// formatInstant writes an instant in the reader's own zone, to the minute of a day of 24
// hours: Greek that follows its locale would say "03:14 μ.μ.", which no invoice does.
export function formatInstant(instant: string, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone,
  }).format(new Date(instant));
}

// dayIn is the date, as the API writes it, that an instant falls on in a time zone; in the
// reader's own for a zone that the browser does not know.
export function dayIn(timeZone: string, instant: Date): string {
  const parts = (zone?: string) =>
    new Intl.DateTimeFormat("en", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone }).formatToParts(instant);
  let found: Intl.DateTimeFormatPart[];
  try {
    found = parts(timeZone);
  } catch {
    found = parts();
  }
  const of = (type: string) => found.find((p) => p.type === type)!.value;
  return `${of("year")}-${of("month")}-${of("day")}`;
}

// addDays moves a date by whole days.
export function addDays(day: string, days: number): string {
  const moved = new Date(`${day}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

// formatMonth writes the month of a day: "November 2026", "Νοέμβριος 2026".
export function formatMonth(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}
