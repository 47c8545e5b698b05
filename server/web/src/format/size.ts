const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

// formatSize writes a number of bytes in the unit that leaves it below a thousand, to one
// decimal below ten. The units are decimal, as those of files are on most screens.
export function formatSize(bytes: number, locale: string): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: units[unit]!,
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: unit > 0 && value < 10 ? 1 : 0,
  }).format(value);
}
