// Money and decimals as text. Amounts come from the server as exact decimal strings and
// are formatted, compared and added without ever becoming a floating-point number.

export interface Money {
  amount: string; // "-1234.50", with exactly the currency's number of decimals
  currency: string; // ISO 4217
}

interface Parts {
  negative: boolean;
  whole: string; // digits without sign
  fraction: string; // digits, "" when there are none
}

// An exact decimal as the API writes it.
const decimal = /^(-?)(\d+)(?:\.(\d+))?$/;

function split(text: string): Parts {
  const m = decimal.exec(text);
  if (!m) {
    throw new RangeError(`not a decimal: ${text}`);
  }
  return { negative: m[1] === "-", whole: m[2]!, fraction: m[3] ?? "" };
}

// formatMoney writes an amount as people of the locale do: "€1,234.50", "1.234,50 €".
// Every digit is the server's; Intl only supplies grouping, symbols and their places.
export function formatMoney(money: Money, locale: string): string {
  const { fraction } = split(money.amount);
  return format(
    money.amount,
    new Intl.NumberFormat(locale, {
      style: "currency",
      currency: money.currency,
      minimumFractionDigits: fraction.length,
      maximumFractionDigits: fraction.length,
    }),
    locale,
  );
}

// formatDecimal writes a quantity, price or percentage: grouped, without the zeros at its
// end that say nothing, but with as many decimals as asked for at least.
export function formatDecimal(text: string, locale: string, decimals = 0): string {
  const { negative, whole, fraction } = split(text);
  const kept = fraction.replace(/0+$/, "").padEnd(decimals, "0");
  const plain = (negative ? "-" : "") + whole + (kept && `.${kept}`);
  return format(plain, new Intl.NumberFormat(locale, { minimumFractionDigits: kept.length, maximumFractionDigits: kept.length }), locale);
}

// The pattern (sign, symbol, spaces) is taken from formatting ±1; its digits are replaced.
function format(text: string, pattern: Intl.NumberFormat, locale: string): string {
  const { negative, whole, fraction } = split(text);
  const grouped = new Intl.NumberFormat(locale).format(BigInt(whole));
  return pattern
    .formatToParts(negative ? -1 : 1)
    .map((part) => {
      switch (part.type) {
        case "integer":
          return grouped;
        case "fraction":
          return fraction;
        default:
          return part.value;
      }
    })
    .join("");
}

// parseDecimal reads what a person typed: "1.234,50", "1,234.50", "12,5", "1 234". With
// both separators the last one is the decimal one. A single separator is the decimal one
// unless it is the locale's grouping and exactly three digits follow, so that a comma typed
// for a point is understood. Answers an API decimal ("1234.50"), or null when it is none.
export function parseDecimal(typed: string, locale: string): string | null {
  const text = typed.replace(/[\s\u00a0\u202f'’]/g, "").replace(/^\u2212/, "-");
  const m = /^(-?)([\d.,]*\d)$/.exec(text);
  if (!m) {
    return null;
  }
  const point = decimalSeparator(m[2]!, locale);
  const [whole = "", fraction, ...more] = point ? m[2]!.split(point) : [m[2]!];
  if (more.length > 0 || (fraction !== undefined && /[.,]/.test(fraction)) || !wellGrouped(whole)) {
    return null;
  }
  const digits = whole.replace(/[.,]/g, "").replace(/^0+(?=\d)/, "") || "0";
  return m[1] + digits + (fraction ? `.${fraction}` : "");
}

// decimalSeparator says which of the separators of digits is the decimal one, "" for none.
function decimalSeparator(digits: string, locale: string): string {
  const points = digits.split(".").length - 1;
  const commas = digits.split(",").length - 1;
  if (points > 0 && commas > 0) {
    return digits.lastIndexOf(".") > digits.lastIndexOf(",") ? "." : ",";
  }
  if (points + commas !== 1) {
    return "";
  }
  const used = points ? "." : ",";
  const ofLocale = new Intl.NumberFormat(locale).formatToParts(1.5).find((p) => p.type === "decimal")?.value;
  return used !== ofLocale && /^[1-9]\d{0,2}[.,]\d{3}$/.test(digits) ? "" : used;
}

// A whole part is either plain or in groups of three, all with the same separator.
function wellGrouped(whole: string): boolean {
  return /^\d*$/.test(whole) || /^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$/.test(whole);
}

// toUnits gives a decimal as a whole number of 10^-scale; digits beyond scale must be 0.
// It answers null when they are not: such an amount does not exist in the currency.
export function toUnits(text: string, scale: number): bigint | null {
  const { negative, whole, fraction } = split(text);
  if (/[1-9]/.test(fraction.slice(scale))) {
    return null;
  }
  const units = BigInt(whole + fraction.slice(0, scale).padEnd(scale, "0"));
  return negative ? -units : units;
}

// fromUnits is the inverse of toUnits.
export function fromUnits(units: bigint, scale: number): string {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return (negative ? "-" : "") + whole + (scale ? `.${digits.slice(-scale)}` : "");
}

// sign is -1, 0 or 1.
export function sign(text: string): -1 | 0 | 1 {
  const { negative, whole, fraction } = split(text);
  if (/^0*$/.test(whole + fraction)) {
    return 0;
  }
  return negative ? -1 : 1;
}

// scaleOf is the number of decimals of a currency, as Intl knows it; 2 for unknown codes.
export function scaleOf(currency: string): number {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}
