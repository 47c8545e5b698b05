import { useState } from "preact/hooks";
import { useAction } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { formatDecimal, parseDecimal } from "../format/amount.ts";
import { UpdatePaymentDocument, type PaymentMethod, type PaymentRowFragment } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Choice, entered, Field, Form, FormFaults, invalid, Submit, TextArea } from "../ui/form.tsx";
import { Options } from "../ui/options.tsx";

export const methods: readonly PaymentMethod[] = ["BANK_TRANSFER", "CASH", "CARD", "CHEQUE", "ONLINE", "OTHER"];

// PaymentEditor changes a payment that is in force. What it settles stays.
export function PaymentEditor({ payment, close }: { payment: PaymentRowFragment; close(): void }) {
  const { run } = useAction(UpdatePaymentDocument, { types: ["Document", "Payment", "Balance", "PaymentSummary"] });
  const [method, setMethod] = useState<string>(payment.method);
  const [options, setOptions] = useState(payment.options.map((o) => o.id));
  const isRefund = payment.sources.length > 0;
  const submit = async (data: FormData): Promise<Fault[]> => {
    const amount = isRefund ? payment.amount.amount : parseDecimal(entered(data, "amount"), locale());
    if (amount === null) {
      return [invalid("amount", t("fieldDecimal"))];
    }
    const { data: done, faults } = await run({
      id: payment.id,
      version: payment.version,
      amount,
      date: entered(data, "date"),
      method: method as PaymentMethod,
      reference: entered(data, "reference"),
      notes: entered(data, "notes"),
      optionIds: options,
    });
    if (done) {
      close();
    }
    return faults;
  };
  return (
    <Dialog title={t("editPayment")} close={close}>
      <Form submit={submit}>
        <FormFaults />
        {!isRefund && (
          <div class="pair fixed">
            <Field name="amount" label={t("amount")} value={formatDecimal(payment.amount.amount, locale())} numeric required focused />
            <p class="beside">{payment.amount.currency}</p>
          </div>
        )}
        <div class="pair">
          <Field name="date" label={t("date")} type="date" value={payment.date} required />
          <Choice name="method" label={t("method")} value={method} change={setMethod} options={methods.map((value) => ({ value, text: t(`method${value}`) }))} />
        </div>
        <Field name="reference" label={`${t("reference")} (${t("optional")})`} value={payment.reference} maxLength={200} />
        <TextArea name="notes" label={`${t("notes")} (${t("optional")})`} value={payment.notes} maxLength={5000} />
        <Options use="payments" chosen={options} change={setOptions} />
        <div class="actions">
          <button type="button" onClick={close}>
            {t("cancel")}
          </button>
          <Submit>{t("save")}</Submit>
        </div>
      </Form>
    </Dialog>
  );
}
