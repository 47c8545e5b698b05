import { useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { useAction, useQuery } from "../api/hooks.ts";
import { upload } from "../api/upload.ts";
import { BusinessSettingsDocument, RemoveLogoDocument, SetLogoDocument, UpdateOrganizationDocument, type BusinessDetailsFragment } from "../gql/graphql.ts";
import { languages, t } from "../i18n/language.ts";
import { announce } from "../ui/announcer.tsx";
import { DropZone } from "../ui/drop-zone.tsx";
import { Faults } from "../ui/fault.tsx";
import { Check, Choice, entered, Field, FormFaults, invalid, TextArea } from "../ui/form.tsx";
import { Loading, PageTitle } from "../ui/page.tsx";
import { SettingsForm } from "../ui/settings-form.tsx";
import { SettingsNav } from "../ui/settings-nav.tsx";

const largest = 2; // MB, as the server takes logos

// BusinessScreen is what is printed of the business on its documents.
export function BusinessScreen() {
  const { data, faults, again } = useQuery(BusinessSettingsDocument, {}, { types: ["Organization"] });
  return (
    <>
      <SettingsNav />
      <div class="head">
        <PageTitle text={t("businessTitle")} />
      </div>
      <Faults faults={faults} again={again} />
      {!data && faults.length === 0 && <Loading />}
      {data && (
        <div class="stack narrowed">
          <Logo business={data.organization} changed={again} />
          <Details business={data.organization} />
          <Mails business={data.organization} />
        </div>
      )}
    </>
  );
}

function Logo({ business, changed }: { business: BusinessDetailsFragment; changed(): void }) {
  const { run, running } = useAction(RemoveLogoDocument, { types: ["Organization"] });
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const set = async (file: File) => {
    const { faults: told } =
      file.size > largest * 2 ** 20 ? { faults: [invalid("", t("fileTooLarge", { n: largest }))] } : await upload(SetLogoDocument, { file }, () => {});
    setFaults(told);
    if (told.length === 0) {
      announce(t("logoSet"));
      changed();
    }
  };
  return (
    <section class="card inset stack" aria-label={t("logo")}>
      <h2>{t("logo")}</h2>
      {business.logoUrl ? <img class="logo" src={business.logoUrl} alt={t("logoOf", { name: business.name })} /> : <p class="quiet">{t("logoNone")}</p>}
      <Faults faults={faults} />
      <DropZone label={t("logoChoose")} hint={t("logoHint", { n: largest })} accept=".png,.jpg,.jpeg" take={([file]) => void set(file!)} />
      {business.logoUrl && (
        <div class="actions">
          <button
            type="button"
            aria-disabled={running}
            onClick={async () => {
              setFaults((await run({})).faults);
              changed();
            }}
          >
            {t("logoRemove")}
          </button>
        </div>
      )}
    </section>
  );
}

function Details({ business }: { business: BusinessDetailsFragment }) {
  const { run } = useAction(UpdateOrganizationDocument, { types: ["Organization"] });
  return (
    <SettingsForm
      save={(data) =>
        run({
          name: entered(data, "name"),
          profession: entered(data, "profession"),
          vatNumber: entered(data, "vatNumber"),
          taxOffice: entered(data, "taxOffice"),
          address: entered(data, "address"),
          email: entered(data, "email"),
          phone: entered(data, "phone"),
          timeZone: entered(data, "timeZone"),
          language: entered(data, "language"),
        })
      }
    >
      <h2>{t("businessDetails")}</h2>
      <FormFaults />
      <Field name="name" label={t("businessName")} value={business.name} maxLength={200} required />
      <Field name="profession" label={t("profession")} value={business.profession} maxLength={200} />
      <Field name="vatNumber" label={t("vatNumber")} value={business.vatNumber} maxLength={20} />
      <Field name="taxOffice" label={t("taxOffice")} value={business.taxOffice} maxLength={10} />
      <TextArea name="address" label={t("businessAddress")} value={business.address} maxLength={400} />
      <Field name="email" label={t("email")} type="email" value={business.email} maxLength={254} />
      <Field name="phone" label={t("businessPhone")} type="tel" value={business.phone} maxLength={40} />
      <Field name="timeZone" label={t("businessZone")} value={business.timeZone} maxLength={64} hint={t("businessZoneHint")} />
      <Choice
        name="language"
        label={t("businessLanguage")}
        value={business.language}
        options={languages.map(({ code, name }) => ({ value: code, text: name }))}
      />
    </SettingsForm>
  );
}

// Mails is what customers on the portal are told by e-mail; each of them may turn it off.
function Mails({ business }: { business: BusinessDetailsFragment }) {
  const { run } = useAction(UpdateOrganizationDocument, { types: ["Organization"] });
  return (
    <SettingsForm save={(data) => run({ mailDocuments: data.has("mailDocuments"), mailPayments: data.has("mailPayments") })}>
      <h2>{t("customerMails")}</h2>
      <p class="quiet">{t("customerMailsHint")}</p>
      <FormFaults />
      <Check name="mailDocuments" label={t("mailDocuments")} checked={business.mailDocuments} />
      <Check name="mailPayments" label={t("mailPayments")} checked={business.mailPayments} />
    </SettingsForm>
  );
}
