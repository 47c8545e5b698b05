import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/language.ts";

const pause = 250; // milliseconds without a key before the search begins

interface SearchProps {
  value: string;
  hint: string; // what can be searched for
  maxLength?: number;
  change(search: string): void;
}

// Search is a field that searches a list while it is typed in.
export function Search({ value, hint, maxLength, change }: SearchProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text.trim() === value) {
      return;
    }
    const timer = setTimeout(() => change(text.trim()), pause);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <form role="search" class="search" onSubmit={(event) => event.preventDefault()}>
      <input
        type="search"
        aria-label={t("search")}
        placeholder={hint}
        value={text}
        maxLength={maxLength}
        autocomplete="off"
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}
