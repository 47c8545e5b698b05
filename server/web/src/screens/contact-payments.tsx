import { useState } from "preact/hooks";
import { useAction } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { formatMoney, sign } from "../format/amount.ts";
import { formatDay } from "../format/day.ts";
import { AllocatePaymentDocument, ContactPaymentsDocument, VoidPaymentDocument, type ContactPaymentsQuery } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Link, withQuery } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { Empty } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import type { Card } from "./contact.tsx";

type PaymentRowData = NonNullable<ContactPaymentsQuery["contact"]>["payments"]["nodes"][number];

// PaymentsView lists what was paid, what it settles, and what of it is left as credit.
export function PaymentsView({ card }: { card: Card }) {
  return (
    <Pages
      document={ContactPaymentsDocument}
      variables={(after) => ({ id: card.contact.id, after })}
      connection={(data) => data.contact?.payments}
      types={["Payment"]}
      moved={card.moved}
      rows={(nodes) => nodes.map((payment) => <PaymentRow key={payment.id} payment={payment} mayBook={card.mayBook} />)}
      frame={(pages) => <ul class="card plain">{pages}</ul>}
      empty={<Empty text={t("paymentsEmpty")} />}
    />
  );
}

function PaymentRow({ payment, mayBook }: { payment: PaymentRowData; mayBook: boolean }) {
  const changed = { types: ["Document", "Payment", "Balance"] };
  const allocate = useAction(AllocatePaymentDocument, changed);
  const voiding = useAction(VoidPaymentDocument, changed);
  const [asking, setAsking] = useState(false);
  const [faults, setFaults] = useState<Fault[]>([]);
  const isVoid = payment.status === "VOID";
  const hasCredit = sign(payment.credit.amount) > 0;
  return (
    <li class={isVoid ? "payment void" : "payment"}>
      <div class="spread">
        <div>
          {formatDay(payment.date, locale())} · {t(`method${payment.method}`)}
          {payment.reference && ` · ${payment.reference}`}
          <span class="tags">
            {payment.kind === "SUPPLIER_PAYMENT" && <span class="tag pale">{t("kindSUPPLIER_PAYMENT")}</span>}
            {isVoid && <span class="tag pale">{t("paymentVoid")}</span>}
            {hasCredit && <span class="tag warn">{t("creditLeft", { amount: formatMoney(payment.credit, locale()) })}</span>}
          </span>
          {payment.allocations.length > 0 && (
            <small>
              {t("settles")}{" "}
              {payment.allocations.map(({ id, document }, i) => (
                <span key={id}>
                  {i > 0 && ", "}
                  <Link href={withQuery({ document: document.id })}>{document.number}</Link>
                </span>
              ))}
            </small>
          )}
        </div>
        {mayBook && !isVoid && (
          <div class="actions small">
            {hasCredit && payment.kind === "CLIENT_PAYMENT" && (
              <button type="button" onClick={async () => setFaults((await allocate.run({ paymentId: payment.id, oldestFirst: true })).faults)}>
                {t("applyCredit")}
              </button>
            )}
            <button type="button" onClick={() => setAsking(true)}>
              {t("voidPayment")}
            </button>
          </div>
        )}
        <Amount money={payment.amount} class="large" />
      </div>
      <Faults faults={faults} />
      {asking && (
        <Confirm
          title={t("voidPayment")}
          question={t("voidPaymentQuestion", { amount: formatMoney(payment.amount, locale()) })}
          action={t("voidPayment")}
          danger
          close={() => setAsking(false)}
          run={async () => (await voiding.run({ id: payment.id })).faults}
        />
      )}
    </li>
  );
}
