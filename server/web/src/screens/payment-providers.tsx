import { useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import { PaymentProvidersDocument, SetPaymentProviderDocument, type ProviderSettingFragment } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { Copyable } from "../ui/copy.tsx";
import { Faults } from "../ui/fault.tsx";
import { Check, entered, Field, Form, FormFaults, Submit, TextArea } from "../ui/form.tsx";
import { Loading, PageTitle } from "../ui/page.tsx";
import { SettingsNav } from "../ui/settings-nav.tsx";

// PaymentProvidersScreen is how the business is paid online.
export function PaymentProvidersScreen() {
  const { data, faults, again } = useQuery(PaymentProvidersDocument, {}, { types: ["PaymentProviderSetting"] });
  return (
    <>
      <SettingsNav />
      <div class="head">
        <PageTitle text={t("providersTitle")} />
      </div>
      <Faults faults={faults} again={again} />
      {!data && faults.length === 0 && <Loading />}
      <div class="stack narrowed">
        {data?.paymentProviders.map((setting) => (
          <Provider key={setting.provider} setting={setting} />
        ))}
      </div>
    </>
  );
}

// Provider is the form of one; after each saving a new one, so that secrets leave the page.
function Provider({ setting }: { setting: ProviderSettingFragment }) {
  const { run } = useAction(SetPaymentProviderDocument, { types: ["PaymentProviderSetting"] });
  const [saved, setSaved] = useState(0);
  return (
    <Form
      key={saved}
      class="card inset stack"
      submit={async (form) => {
        const { data, faults } = await run({ provider: setting.provider, enabled: form.has("enabled"), ...changes(setting, form) });
        if (data) {
          setSaved(saved + 1);
        }
        return faults;
      }}
    >
      <h2>{t(`provider${setting.provider}`)}</h2>
      <p class="quiet">{t(`intro${setting.provider}`)}</p>
      <FormFaults />
      {setting.provider === "STRIPE" && <StripeFields setting={setting} />}
      {setting.provider === "BANK_TRANSFER" && (
        <>
          <Field name="holder" label={t("transferHolder")} value={setting.holder} maxLength={70} />
          <Field name="iban" label="IBAN" value={setting.iban} maxLength={42} />
          <Field name="bic" label="BIC" value={setting.bic} maxLength={14} />
          <TextArea name="instructions" label={t("transferText")} value={setting.instructions} maxLength={2000} />
        </>
      )}
      {setting.provider !== "BANK_TRANSFER" && !setting.secretsAvailable && <p class="notice">{t("secretsMissing")}</p>}
      <Check name="enabled" label={t("providerEnabled")} checked={setting.enabled} />
      <div class="actions">
        <p class="quiet" role="status">
          {saved > 0 && t("settingsSaved")}
        </p>
        <Submit>{t("save")}</Submit>
      </div>
    </Form>
  );
}

function StripeFields({ setting }: { setting: ProviderSettingFragment }) {
  const kept = (hint: string | null | undefined) => (hint ? t("secretKept", { hint }) : t("secretNone"));
  return (
    <>
      <Field name="secretKey" label={t("stripeKey")} type="password" autocomplete="new-password" maxLength={300} hint={kept(setting.secretKeyHint)} />
      <Field name="webhookSecret" label={t("stripeWebhook")} type="password" autocomplete="new-password" maxLength={300} hint={kept(setting.webhookSecretHint)} />
      {setting.webhookUrl && <Copyable label={t("webhookAddress")} text={setting.webhookUrl} />}
      <p class="quiet">{t("webhookEvents", { events: setting.webhookEvents.join(", ") })}</p>
    </>
  );
}

// changes are what was entered. A secret that was left empty stays.
function changes(setting: ProviderSettingFragment, form: FormData) {
  const secret = (name: string) => {
    const value = String(form.get(name) ?? "").trim();
    return value === "" ? {} : { [name]: value };
  };
  switch (setting.provider) {
    case "STRIPE":
      return { ...secret("secretKey"), ...secret("webhookSecret") };
    case "BANK_TRANSFER":
      return { holder: entered(form, "holder"), iban: entered(form, "iban"), bic: entered(form, "bic"), instructions: entered(form, "instructions") };
    default:
      return {};
  }
}
