import { locale } from "../i18n/language.ts";

interface ProgressProps {
  label: string;
  part: number | null; // 0 to 1; null while nobody knows
}

// Progress is a bar with its label and its percentage.
export function Progress({ label, part }: ProgressProps) {
  const percent = part === null ? "" : new Intl.NumberFormat(locale(), { style: "percent" }).format(part);
  return (
    <div class="progress">
      <p class="spread">
        <span>{label}</span>
        <span class="quiet">{percent}</span>
      </p>
      <progress aria-label={label} {...(part !== null && { value: part })} max={1} />
    </div>
  );
}
