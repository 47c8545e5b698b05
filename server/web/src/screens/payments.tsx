import { useQuery } from "../api/hooks.ts";
import { PaymentsDocument, PaymentSummaryDocument, type PaymentFilter, type PaymentKind, type PaymentMethod } from "../gql/graphql.ts";
import { t, tn } from "../i18n/language.ts";
import { mayBook } from "../role.ts";
import { go, Link, usePlace, withQuery } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { Faults } from "../ui/fault.tsx";
import { Check, Choice, Field } from "../ui/form.tsx";
import { useBusinessMoves } from "../ui/live-business.ts";
import { Empty, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { methods } from "./payment-editor.tsx";
import { PaymentRow } from "./payment-row.tsx";

const kinds: readonly PaymentKind[] = ["CLIENT_PAYMENT", "SUPPLIER_REFUND", "OTHER_RECEIVED", "SUPPLIER_PAYMENT", "CLIENT_REFUND", "EXPENSE"];

// filterOf reads the list's filter from its address; what is no value of it is left out.
function filterOf(query: URLSearchParams): PaymentFilter {
  const kind = kinds.find((k) => k === query.get("kind"));
  const method = methods.find((m) => m === query.get("method"));
  const day = (name: string) => (/^\d{4}-\d{2}-\d{2}$/.test(query.get(name) ?? "") ? query.get(name) : null);
  return {
    ...(query.get("search") && { search: query.get("search") }),
    ...(kind && { kinds: [kind] }),
    ...(method && { methods: [method as PaymentMethod] }),
    ...(day("from") && { from: day("from") }),
    ...(day("to") && { to: day("to") }),
    ...(query.get("credit") && { hasCredit: true }),
  };
}

// PaymentsScreen lists the payments of the business, with their totals.
export function PaymentsScreen({ role }: { role: string }) {
  const { query } = usePlace();
  const filter = filterOf(query);
  const show = (changes: Record<string, string | null>) => go(withQuery(changes), { replace: true });
  const all = (text: string) => ({ value: "", text });
  const moved = useBusinessMoves();
  return (
    <>
      <div class="head">
        <PageTitle text={t("payments")} />
        <span class="space" />
        <Link href="/payments/online" class="button">
          {t("onlinePayments")}
        </Link>
        {mayBook(role) && (
          <div class="actions">
            <Link href="/payments/new" class="button primary">
              {t("manyPayments")}
            </Link>
          </div>
        )}
      </div>
      <div class="card inset filters">
        <div class="quad">
          <Field name="search" label={t("paymentsFind")} type="search" value={query.get("search") ?? ""} change={(search) => show({ search })} maxLength={100} />
          <Choice
            name="kind"
            label={t("kind")}
            value={query.get("kind") ?? ""}
            change={(kind) => show({ kind })}
            options={[all(t("kindAny")), ...kinds.map((value) => ({ value, text: t(`kind${value}`) }))]}
          />
          <Choice
            name="method"
            label={t("method")}
            value={query.get("method") ?? ""}
            change={(method) => show({ method })}
            options={[all(t("methodAny")), ...methods.map((value) => ({ value, text: t(`method${value}`) }))]}
          />
          <Field name="from" label={t("fromDate")} type="date" value={query.get("from") ?? ""} change={(from) => show({ from })} />
          <Field name="to" label={t("toDate")} type="date" value={query.get("to") ?? ""} change={(to) => show({ to })} />
          <Check name="credit" label={t("onlyCredit")} checked={query.get("credit") !== null} change={(on) => show({ credit: on ? "1" : null })} />
        </div>
      </div>
      <Summary filter={filter} moved={moved} />
      <Pages
        key={JSON.stringify(filter)}
        document={PaymentsDocument}
        variables={(after) => ({ filter, after })}
        connection={(data) => data.payments}
        types={["Payment"]}
        moved={moved}
        rows={(nodes) => nodes.map((payment) => <PaymentRow key={payment.id} payment={payment} mayBook={mayBook(role)} />)}
        frame={(pages) => <ul class="card plain">{pages}</ul>}
        empty={<Empty text={t(Object.keys(filter).length > 0 ? "paymentsNoneFound" : "paymentsEmpty")} />}
      />
    </>
  );
}

// Summary is what the payments of the filter come to, each currency by itself.
function Summary({ filter, moved }: { filter: PaymentFilter; moved: number }) {
  const { data, faults, again } = useQuery(PaymentSummaryDocument, { filter }, { types: ["Payment", "PaymentSummary"], moved });
  const summary = data?.paymentSummary;
  if (!summary) {
    return <Faults faults={faults} again={again} />;
  }
  return (
    <div class="payment-totals" aria-live="polite">
      <p>{tn("paymentsCountOne", "paymentsCountOther", summary.count)}</p>
      {summary.totals.map((total) => (
        <dl key={total.currency} class="plain">
          {(["received", "sent", "credit"] as const).map((part) => (
            <div key={part}>
              <dt>{t(part === "credit" ? "creditOf" : part)}</dt>
              <dd>
                <Amount money={total[part]} />
              </dd>
            </div>
          ))}
        </dl>
      ))}
    </div>
  );
}
