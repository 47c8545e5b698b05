import { useState } from "preact/hooks";
import { useAction } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { formatMoney, sign } from "../format/amount.ts";
import { formatDay } from "../format/day.ts";
import { ApplyCreditDocument, UnapplyCreditDocument, type DocumentSheetFragment } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Faults } from "../ui/fault.tsx";

type AllocationData = DocumentSheetFragment["allocations"][number];

// AllocationEnd names the other end of a document's allocation: the money or the credit that
// settles it, or what its own credit settles or was given back by.
export function AllocationEnd({ allocation, of }: { allocation: AllocationData; of: string }) {
  const { payment, creditDocument, document, refund } = allocation;
  if (payment) {
    return (
      <span>
        {formatDay(payment.date, locale())} · {t(`method${payment.method}`)}
        {payment.reference && ` · ${payment.reference}`}
      </span>
    );
  }
  if (refund) {
    return <span>{t("refundedBy", { date: formatDay(refund.date, locale()) })}</span>;
  }
  return <span>{(creditDocument?.id === of ? document : creditDocument)?.number}</span>;
}

// CreditActions uses what remains of a credit note or a supplier credit, and takes it back.
export function CreditActions({ document }: { document: DocumentSheetFragment }) {
  const changed = { types: ["Document", "Balance"] };
  const apply = useAction(ApplyCreditDocument, changed);
  const unapply = useAction(UnapplyCreditDocument, changed);
  const [faults, setFaults] = useState<Fault[]>([]);
  if ((document.type !== "CREDIT_NOTE" && document.type !== "SUPPLIER_CREDIT") || document.status !== "ISSUED") {
    return null;
  }
  const left = sign(document.remaining.amount) > 0;
  const used = document.allocations.some((a) => a.document);
  return (
    <section>
      {left && <p class="quiet">{t("creditHint", { amount: formatMoney(document.remaining, locale()) })}</p>}
      <Faults faults={faults} />
      <div class="actions small">
        {left && (
          <button
            type="button"
            aria-disabled={apply.running}
            onClick={async () => setFaults((await apply.run({ creditId: document.id, oldestFirst: true })).faults)}
          >
            {t("applyToOldest")}
          </button>
        )}
        {used && (
          <button type="button" aria-disabled={unapply.running} onClick={async () => setFaults((await unapply.run({ creditId: document.id })).faults)}>
            {t("unapply")}
          </button>
        )}
      </div>
    </section>
  );
}
