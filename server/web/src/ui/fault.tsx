import type { Fault } from "../api/failure.ts";
import type { Key } from "../i18n/en.ts";
import { language, t } from "../i18n/language.ts";
import { looking } from "../session.ts";

const ours: Partial<Record<Fault["code"], Key>> = {
  OFFLINE: "failureOffline",
  FORBIDDEN: "failureForbidden",
  RATE_LIMITED: "failureRateLimited",
  TOO_LARGE: "failureTooLarge",
  INTERNAL: "failureInternal",
  UNAUTHENTICATED: "failureUnauthenticated",
};

// FaultText says what is wrong: for failures of a kind in the reader's language, for what
// is particular to the input in the server's sentence.
export function FaultText({ fault }: { fault: Fault }) {
  if (fault.code === "FORBIDDEN" && looking.get()) {
    return <>{t("failurePreview")}</>;
  }
  const key = ours[fault.code] ?? (fault.text ? null : "failureNotFound");
  if (key) {
    return <>{t(key)}</>;
  }
  return <span lang={language.get() === "en" || isGreek(fault.text) ? undefined : "en"}>{fault.text}</span>;
}

const isGreek = (text: string) => /[\u0370-\u03ff\u1f00-\u1fff]/.test(text);

interface FaultsProps {
  faults: readonly Fault[];
  again?: () => void; // asks once more, where that can help
}

// Faults is the notice of a part of the page that could not be shown or refreshed.
export function Faults({ faults, again }: FaultsProps) {
  if (faults.length === 0) {
    return null;
  }
  return (
    <div class="notice bad" role="alert">
      {faults.map((fault, i) => (
        <p key={i}>
          <FaultText fault={fault} />
        </p>
      ))}
      {again && (
        <button type="button" onClick={again}>
          {t("retry")}
        </button>
      )}
    </div>
  );
}
