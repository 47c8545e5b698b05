import { useState } from "preact/hooks";
import { useLive, useQuery } from "../api/hooks.ts";
import { formatMoney } from "../format/amount.ts";
import { OwnOnlinePaymentDocument, PortalOnlinePaymentChangedDocument, type OwnOnlinePaymentFragment } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Link, usePlace } from "../router.tsx";
import { announce } from "../ui/announcer.tsx";
import { Faults } from "../ui/fault.tsx";
import { Loading, PageTitle } from "../ui/page.tsx";
import { TransferInstructions } from "./pay-online.tsx";

// PortalOnlineScreen is where a customer comes back to from a provider: it shows how the payment
// stands, and follows it. It says nothing to anyone: only the provider's message books.
export function PortalOnlineScreen({ id }: { id: string }) {
  const { query } = usePlace();
  const { data, faults, again } = useQuery(OwnOnlinePaymentDocument, { id });
  const [pushed, setPushed] = useState<OwnOnlinePaymentFragment | null>(null);
  useLive(PortalOnlinePaymentChangedDocument, { id }, ({ portalOnlinePaymentChanged: now }) => {
    setPushed((before) => {
      if (before && before.status !== now.status) {
        announce(t(`online${now.status}`));
      }
      return now;
    });
  });
  const payment = pushed ?? data?.portal.onlinePayment;
  return (
    <>
      <Link href="/portal" class="up">
        {t("portalTitle")}
      </Link>
      <Faults faults={faults} again={again} />
      {!payment && faults.length === 0 && <Loading />}
      {payment && (
        <>
          <div class="head">
            <PageTitle text={t("payTitle")} />
          </div>
          <div class="card inset stack narrowed">
            <p class="large">{formatMoney(payment.amount, locale())}</p>
            <p class={payment.status === "PAID" ? "notice good" : "notice"}>{t(`online${payment.status}`)}</p>
            {payment.status === "OPEN" && payment.url && (
              <>
                <p class="quiet">{t(query.get("left") ? "onlineLeft" : "onlineWaits")}</p>
                <div class="actions">
                  <a class="button" href={payment.url}>
                    {t("payGoOn")}
                  </a>
                </div>
              </>
            )}
            {payment.status === "OPEN" && <TransferInstructions payment={payment} />}
          </div>
        </>
      )}
    </>
  );
}
