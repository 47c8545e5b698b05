import { useId, useState } from "preact/hooks";
import { t } from "../i18n/language.ts";

// Copyable is a text to be taken along: it can be selected, and copied by a button.
export function Copyable({ label, text }: { label: string; text: string }) {
  const id = useId();
  const [copied, setCopied] = useState(false);
  return (
    <>
      <label for={id}>{label}</label>
      <div class="copy">
        <input id={id} readOnly value={text} onFocus={(event) => event.currentTarget.select()} />
        <button
          type="button"
          onClick={async () => {
            await navigator.clipboard.writeText(text);
            setCopied(true);
          }}
        >
          {t(copied ? "copied" : "copy")}
        </button>
      </div>
    </>
  );
}
