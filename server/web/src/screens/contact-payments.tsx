import { ContactPaymentsDocument } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { Empty } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import type { Card } from "./contact.tsx";
import { OnlineOfContact } from "./online-payments.tsx";
import { PaymentRow } from "./payment-row.tsx";

// PaymentsView lists what was paid, what it settles, and what of it is left as credit.
export function PaymentsView({ card }: { card: Card }) {
  return (
    <>
      <Pages
        document={ContactPaymentsDocument}
        variables={(after) => ({ id: card.contact.id, after })}
        connection={(data) => data.contact?.payments}
        types={["Payment"]}
        moved={card.moved}
        rows={(nodes) => nodes.map((payment) => <PaymentRow key={payment.id} payment={payment} mayBook={card.mayBook} of="contact" />)}
        frame={(pages) => <ul class="card plain">{pages}</ul>}
        empty={<Empty text={t("paymentsEmpty")} />}
      />
      <OnlineOfContact card={card} />
    </>
  );
}
