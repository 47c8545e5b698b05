import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAction } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { formatInstant } from "../format/day.ts";
import { CancelOnlinePaymentDocument, ConfirmOnlinePaymentDocument, OnlinePaymentsDocument, type OnlinePaymentsQuery } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { mayBook } from "../role.ts";
import { Link } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { Faults } from "../ui/fault.tsx";
import { useBusinessMoves } from "../ui/live-business.ts";
import { Empty, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import type { Card } from "./contact.tsx";

type Row = OnlinePaymentsQuery["onlinePayments"]["nodes"][number];

// OnlinePaymentsScreen lists what customers tried to pay online, and what came of it.
export function OnlinePaymentsScreen({ role }: { role: string }) {
  return (
    <>
      <Link href="/payments" class="up">
        {t("payments")}
      </Link>
      <div class="head">
        <PageTitle text={t("onlinePayments")} />
      </div>
      <OnlineList role={role} moved={useBusinessMoves()} empty={<Empty text={t("onlinePaymentsEmpty")} />} />
    </>
  );
}

// OnlineOfContact are those of one contact, under a heading, where there are some.
export function OnlineOfContact({ card }: { card: Card }) {
  return (
    <OnlineList
      role={card.role}
      contactId={card.contact.id}
      moved={card.moved}
      empty={null}
      heading={<h2 class="apart">{t("onlinePayments")}</h2>}
    />
  );
}

interface OnlineListProps {
  role: string;
  contactId?: string;
  moved: number;
  empty: ComponentChildren;
  heading?: ComponentChildren;
}

function OnlineList({ role, contactId, moved, empty, heading }: OnlineListProps) {
  return (
    <Pages
      document={OnlinePaymentsDocument}
      variables={(after) => ({ filter: contactId ? { contactId } : null, after })}
      connection={(data) => data.onlinePayments}
      types={["OnlinePayment"]}
      moved={moved}
      rows={(nodes) => nodes.map((row) => <OnlineRow key={row.id} row={row} may={mayBook(role)} />)}
      frame={(pages) => (
        <>
          {heading}
          <ul class="card plain">{pages}</ul>
        </>
      )}
      empty={empty}
    />
  );
}

function OnlineRow({ row, may }: { row: Row; may: boolean }) {
  const changed = { types: ["OnlinePayment", "Payment", "Balance", "Document"] };
  const confirm = useAction(ConfirmOnlinePaymentDocument, changed);
  const cancel = useAction(CancelOnlinePaymentDocument, changed);
  const [faults, setFaults] = useState<Fault[]>([]);
  const waits = may && row.provider === "BANK_TRANSFER" && row.status === "OPEN";
  return (
    <li>
      <div class="spread">
        <span>
          <Link href={`/contacts/${row.contact.id}`}>{row.contact.name}</Link> · {t(`provider${row.provider}`)}
          {row.document && ` · ${row.document.number}`} · {row.reference} · {formatInstant(row.createdAt, locale())}
          <span class="tags">
            <span class="tag">{t(`onlineState${row.status}`)}</span>
          </span>
        </span>
        <Amount money={row.amount} class="large" />
      </div>
      {row.events.length > 0 && (
        <ul class="quiet">
          {row.events.map((event) => (
            <li key={event.id}>
              {formatInstant(event.createdAt, locale())} · {event.type} · {t(`outcome${event.outcome}`)}
              {event.detail && ` · ${event.detail}`}
            </li>
          ))}
        </ul>
      )}
      <Faults faults={faults} />
      {waits && (
        <div class="actions small">
          <button type="button" aria-disabled={confirm.running} onClick={async () => setFaults((await confirm.run({ id: row.id })).faults)}>
            {t("transferArrived")}
          </button>
          <button type="button" aria-disabled={cancel.running} onClick={async () => setFaults((await cancel.run({ id: row.id })).faults)}>
            {t("transferCancel")}
          </button>
        </div>
      )}
    </li>
  );
}
