import { useAction, useQuery } from "../api/hooks.ts";
import { PortalSettingsDocument, UpdatePortalSettingsDocument } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { Faults } from "../ui/fault.tsx";
import { Check, FormFaults } from "../ui/form.tsx";
import { Loading } from "../ui/page.tsx";
import { SettingsForm } from "../ui/settings-form.tsx";

// PortalMails is which mails a customer gets of the business; what it does not send is not offered.
export function PortalMails() {
  const { data, faults, again } = useQuery(PortalSettingsDocument, {}, { types: ["PortalSettings"] });
  const { run } = useAction(UpdatePortalSettingsDocument, { types: ["PortalSettings"] });
  if (!data) {
    return faults.length > 0 ? <Faults faults={faults} again={again} /> : <Loading />;
  }
  const { settings, business } = data.portal;
  return (
    <SettingsForm
      save={(form) =>
        run({
          ...(settings.documentsOffered && { documents: form.has("documents") }),
          ...(settings.paymentsOffered && { payments: form.has("payments") }),
          messages: form.has("messages"),
        })
      }
    >
      <h2>{t("ownMails")}</h2>
      <p class="quiet">{t("ownMailsHint", { business: business.name })}</p>
      <FormFaults />
      {settings.documentsOffered && <Check name="documents" label={t("ownMailsDocuments")} checked={settings.documents} />}
      {settings.paymentsOffered && <Check name="payments" label={t("ownMailsPayments")} checked={settings.payments} />}
      <Check name="messages" label={t("ownMailsMessages")} checked={settings.messages} />
    </SettingsForm>
  );
}
