import { useState } from "preact/hooks";
import { renderSVG } from "uqr";
import { useAction, useQuery } from "../api/hooks.ts";
import { formatMoney, sign, type Money } from "../format/amount.ts";
import { PayOnlineDocument, PayWithDocument, type OwnOnlinePaymentFragment, type OnlineProvider } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Copyable } from "../ui/copy.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, Form, FormFaults, Submit } from "../ui/form.tsx";

interface PayOnlineProps {
  owed: Money; // what remains of the invoice, or of all in its currency
  documentId?: string;
  contactId?: string;
}

// PayOnline is the button by which a customer pays what is owed. It is not there when nothing
// is, or when the business cannot be paid online.
export function PayOnline({ owed, documentId, contactId }: PayOnlineProps) {
  const { data } = useQuery(PayWithDocument, {});
  const [open, setOpen] = useState(false);
  const ways = data?.portal.payWith ?? [];
  if (ways.length === 0 || sign(owed.amount) <= 0) {
    return null;
  }
  return (
    <>
      <button type="button" class="primary screen" onClick={() => setOpen(true)}>
        {t("payNow", { amount: formatMoney(owed, locale()) })}
      </button>
      {open && <PayDialog owed={owed} documentId={documentId} contactId={contactId} ways={ways} close={() => setOpen(false)} />}
    </>
  );
}

interface PayDialogProps {
  owed: Money;
  documentId: string | undefined;
  contactId: string | undefined;
  ways: readonly OnlineProvider[];
  close(): void;
}

function PayDialog({ owed, documentId, contactId, ways, close }: PayDialogProps) {
  const { run } = useAction(PayOnlineDocument);
  const [begun, setBegun] = useState<OwnOnlinePaymentFragment | null>(null);
  return (
    <Dialog title={t("payTitle")} close={close}>
      {begun ? (
        <TransferInstructions payment={begun} />
      ) : (
        <Form
          class="stack"
          submit={async (form) => {
            const { data, faults } = await run({
              provider: String(form.get("provider")) as OnlineProvider,
              amount: String(form.get("amount")),
              ...(documentId ? { documentId } : { currency: owed.currency, contactId: contactId ?? null }),
            });
            const made = data?.payOnline.onlinePayment;
            if (made?.url) {
              location.assign(made.url);
            } else if (made) {
              setBegun(made);
            }
            return faults;
          }}
        >
          <FormFaults />
          <Field name="amount" label={t("payAmount", { currency: owed.currency })} value={owed.amount} numeric required hint={t("payMost", { amount: formatMoney(owed, locale()) })} />
          <div class="actions">
            {ways.map((way) => (
              <Submit key={way} name="provider" value={way}>
                {t(`payBy${way}`)}
              </Submit>
            ))}
          </div>
        </Form>
      )}
    </Dialog>
  );
}

// TransferInstructions is what a customer needs to pay by bank transfer.
export function TransferInstructions({ payment }: { payment: OwnOnlinePaymentFragment }) {
  const how = payment.instructions;
  if (!how) {
    return null;
  }
  return (
    <div class="stack">
      <p>{t("transferIntro", { amount: formatMoney(payment.amount, locale()) })}</p>
      <Copyable label={t("transferHolder")} text={how.holder} />
      <Copyable label="IBAN" text={how.iban} />
      {how.bic && <Copyable label="BIC" text={how.bic} />}
      <Copyable label={t("transferReference")} text={how.reference} />
      {how.text && <p class="text">{how.text}</p>}
      {how.qr && (
        <figure class="qr">
          <div role="img" aria-label={t("transferCode")} dangerouslySetInnerHTML={{ __html: renderSVG(how.qr, { ecc: "M", border: 4 }) }} />
          <figcaption class="quiet">{t("transferCode")}</figcaption>
        </figure>
      )}
    </div>
  );
}
