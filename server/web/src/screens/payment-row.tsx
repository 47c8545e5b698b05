import { useState } from "preact/hooks";
import { useAction } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { formatMoney, sign } from "../format/amount.ts";
import { formatDay } from "../format/day.ts";
import {
  AllocatePaymentDocument,
  DeletePaymentDocument,
  UnallocatePaymentDocument,
  VoidPaymentDocument,
  type PaymentRowFragment,
} from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Link } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { Menu } from "../ui/menu.tsx";
import { PaymentEditor } from "./payment-editor.tsx";

// What a change of a payment may have changed besides it.
export const paymentChanged = { types: ["Document", "Payment", "Balance", "PaymentSummary"] };

interface PaymentRowProps {
  payment: PaymentRowFragment;
  mayBook: boolean;
  of?: "contact"; // a row of the contact's own list does not name the contact
}

type Question = "void" | "delete" | "takeOff";

// PaymentRow shows a payment, what it settles or gives back, and what can be done with it.
export function PaymentRow({ payment, mayBook, of }: PaymentRowProps) {
  const isVoid = payment.status !== "RECORDED";
  const hasCredit = sign(payment.credit.amount) > 0;
  const contact = payment.contact;
  return (
    <li class={isVoid ? "payment void" : "payment"}>
      <div class="spread">
        <div>
          {of !== "contact" && (
            <b>
              <Link href={`/contacts/${contact.id}?view=payments`}>{contact.displayName}</Link>{" "}
            </b>
          )}
          {formatDay(payment.date, locale())} · {t(`method${payment.method}`)}
          {payment.reference && ` · ${payment.reference}`}
          <span class="tags">
            {payment.kind !== "CLIENT_PAYMENT" && <span class="tag pale">{t(`kind${payment.kind}`)}</span>}
            {isVoid && <span class="tag pale">{t("paymentVoid")}</span>}
            {hasCredit && <span class="tag warn">{t("creditLeft", { amount: formatMoney(payment.credit, locale()) })}</span>}
          </span>
          <Ends payment={payment} />
          {payment.notes && <small>{payment.notes}</small>}
        </div>
        {mayBook && !isVoid && payment.kind !== "EXPENSE" && <Actions payment={payment} hasCredit={hasCredit} />}
        <Amount money={payment.amount} class="large" />
      </div>
    </li>
  );
}

// Ends are the documents that the payment settles, the refunds that took of it, and what a
// refund takes.
function Ends({ payment }: { payment: PaymentRowFragment }) {
  const settled = payment.allocations.filter((a) => a.document);
  const refunded = payment.allocations.filter((a) => a.refund);
  return (
    <>
      {settled.length > 0 && (
        <small>
          {t("settles")}{" "}
          {settled.map(({ id, document, taken }, i) => (
            <span key={id}>
              {i > 0 && ", "}
              <Link href={`/contacts/${payment.contact.id}?document=${document!.id}`}>{document!.number}</Link>
              {taken && ` (${t("takesOf", { amount: formatMoney(taken, locale()) })})`}
            </span>
          ))}
        </small>
      )}
      {refunded.length > 0 && (
        <small>
          {refunded.map(({ id, refund, amount }, i) => (
            <span key={id}>
              {i > 0 && ", "}
              {formatMoney(amount, locale())} {t("refundedBy", { date: formatDay(refund!.date, locale()) })}
            </span>
          ))}
        </small>
      )}
      {payment.sources.length > 0 && (
        <small>
          {t("refundedFrom")}{" "}
          {payment.sources.map(({ id, payment: from, creditDocument, amount }, i) => (
            <span key={id}>
              {i > 0 && ", "}
              {formatMoney(amount, locale())} · {from ? from.reference || formatDay(from.date, locale()) : creditDocument?.number}
            </span>
          ))}
        </small>
      )}
    </>
  );
}

function Actions({ payment, hasCredit }: { payment: PaymentRowFragment; hasCredit: boolean }) {
  const allocate = useAction(AllocatePaymentDocument, paymentChanged);
  const takeOff = useAction(UnallocatePaymentDocument, paymentChanged);
  const voiding = useAction(VoidPaymentDocument, paymentChanged);
  const remove = useAction(DeletePaymentDocument, paymentChanged);
  const [question, setQuestion] = useState<Question | null>(null);
  const [editing, setEditing] = useState(false);
  const [faults, setFaults] = useState<Fault[]>([]);
  const amount = formatMoney(payment.amount, locale());
  const questions = {
    void: { title: t("voidPayment"), question: t("voidPaymentQuestion", { amount }), run: async () => (await voiding.run({ id: payment.id })).faults },
    delete: { title: t("deletePayment"), question: t("deletePaymentQuestion", { amount }), run: async () => (await remove.run({ id: payment.id })).faults },
    takeOff: { title: t("takeOffDocuments"), question: t("takeOffQuestion", { amount }), run: async () => (await takeOff.run({ paymentId: payment.id })).faults },
  };
  return (
    <div class="actions small">
      <Faults faults={faults} />
      {hasCredit && (
        <button
          type="button"
          aria-disabled={allocate.running}
          onClick={async () => setFaults((await allocate.run({ paymentId: payment.id, oldestFirst: true })).faults)}
        >
          {t("applyCredit")}
        </button>
      )}
      <button type="button" onClick={() => setQuestion("void")}>
        {t("voidPayment")}
      </button>
      <Menu label={t("moreActions")}>
        <button type="button" onClick={() => setEditing(true)}>
          {t("editPayment")}
        </button>
        {payment.allocations.some((a) => a.document) && (
          <button type="button" onClick={() => setQuestion("takeOff")}>
            {t("takeOffDocuments")}
          </button>
        )}
        <button type="button" onClick={() => setQuestion("delete")}>
          {t("deletePayment")}
        </button>
      </Menu>
      {question && (
        <Confirm
          title={questions[question].title}
          question={questions[question].question}
          action={questions[question].title}
          danger
          close={() => setQuestion(null)}
          run={questions[question].run}
        />
      )}
      {editing && <PaymentEditor payment={payment} close={() => setEditing(false)} />}
    </div>
  );
}
