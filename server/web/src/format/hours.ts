// Durations as people write them: hours and minutes.

// formatHours writes seconds as hours and minutes, rounded to the minute: "1:30".
export function formatHours(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

// formatClock writes seconds as a running clock: "1:02:09".
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

// parseHours reads "1:30", "1.5", "1,5" or "90m" as seconds; null for anything else. Empty is 0.
export function parseHours(typed: string): number | null {
  const text = typed.trim().toLowerCase();
  if (text === "") {
    return 0;
  }
  const clock = /^(\d{1,4}):([0-5]?\d)$/.exec(text);
  if (clock) {
    return Number(clock[1]) * 3600 + Number(clock[2]) * 60;
  }
  const minutes = /^(\d{1,5})\s*(?:m|λ)$/.exec(text);
  if (minutes) {
    return Number(minutes[1]) * 60;
  }
  const hours = /^(\d{0,4})(?:[.,](\d{1,4}))?\s*(?:h|ω)?$/.exec(text);
  if (hours && (hours[1] || hours[2])) {
    return Math.round(Number(`${hours[1] || "0"}.${hours[2] || "0"}`) * 3600);
  }
  return null;
}

// hoursOf is the seconds of text in a field of a form; null when it is no duration.
export const hoursOf = (data: FormData, name: string): number | null => parseHours(String(data.get(name) ?? ""));
