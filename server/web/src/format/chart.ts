// Where the parts of a chart stand. Amounts become numbers here and only here: a place on a
// screen needs no cents.

export interface Bar {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Scale {
  top: number; // the largest value that is marked, at least 0
  bottom: number; // the smallest, at most 0
  marks: number[]; // values that get a line, the largest first
  y(value: number): number; // from the top of an area of this height
}

// scaleFor fits values, and 0, into a height with a few round marks.
export function scaleFor(values: readonly number[], height: number): Scale {
  const least = Math.min(0, ...values);
  const most = Math.max(least < 0 ? 0 : 1, ...values); // some height even where nothing happened
  const step = roundStep((most - least) / 3);
  const top = Math.ceil(most / step) * step;
  const bottom = Math.floor(least / step) * step;
  const span = top - bottom;
  const marks = Array.from({ length: Math.round((top - bottom) / step) + 1 }, (_, i) => top - i * step);
  return { top, bottom, marks, y: (value) => ((top - value) / span) * height };
}

// roundStep is the first of 1, 2, 5, 10 … times a power of ten that is not below a size.
function roundStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= size * 0.999999)!;
}

// barFrom0 is a bar between 0 and a value.
export function barFrom0(scale: Scale, value: number, x: number, width: number): Bar {
  const [from, to] = [scale.y(Math.max(value, 0)), scale.y(Math.min(value, 0))];
  return { x, y: from, width, height: to - from };
}
