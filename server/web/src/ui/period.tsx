import { dayIn } from "../format/day.ts";
import { t } from "../i18n/language.ts";
import { go, withQuery } from "../router.tsx";

interface PeriodProps {
  from: string;
  to: string;
  timeZone: string;
}

// Period chooses the days of a statement; they are in the address.
export function Period({ from, to, timeZone }: PeriodProps) {
  const show = (changes: Record<string, string | null>) => go(withQuery(changes), { replace: true });
  const day = (name: "from" | "to", label: string, value: string) => (
    <label>
      {label}
      <input type="date" value={value} onChange={(event) => show({ [name]: event.currentTarget.value })} />
    </label>
  );
  const year = dayIn(timeZone, new Date()).slice(0, 4);
  return (
    <div class="period">
      {day("from", t("fromDay"), from)}
      {day("to", t("toDay"), to)}
      <button type="button" aria-pressed={from === `${year}-01-01` && to === ""} onClick={() => show({ from: `${year}-01-01`, to: null })}>
        {t("periodYear")}
      </button>
      <button type="button" aria-pressed={from === "" && to === ""} onClick={() => show({ from: null, to: null })}>
        {t("periodAll")}
      </button>
    </div>
  );
}
