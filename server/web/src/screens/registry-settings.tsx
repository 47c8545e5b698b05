import { useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import { formatInstant } from "../format/day.ts";
import { RegistrySettingsDocument, UpdateRegistrySettingsDocument, type RegistryRulesFragment } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Faults } from "../ui/fault.tsx";
import { Check, entered, Field, Form, FormFaults, Submit } from "../ui/form.tsx";
import { Loading, PageTitle } from "../ui/page.tsx";
import { SettingsNav } from "../ui/settings-nav.tsx";

// RegistrySettingsScreen is how the business asks the tax registries.
export function RegistrySettingsScreen() {
  const { data, faults, again } = useQuery(RegistrySettingsDocument, {});
  const [saved, setSaved] = useState(0); // a new form after each saving: the password leaves the page
  return (
    <>
      <SettingsNav />
      <div class="head">
        <PageTitle text={t("registriesTitle")} />
      </div>
      <Faults faults={faults} again={again} />
      {!data && faults.length === 0 && <Loading />}
      {data && (
        <div class="stack narrowed">
          <SettingsForm key={saved} settings={data.registrySettings} done={() => setSaved(saved + 1)} saved={saved > 0} />
        </div>
      )}
    </>
  );
}

interface SettingsFormProps {
  settings: RegistryRulesFragment;
  done(): void;
  saved: boolean;
}

function SettingsForm({ settings, done, saved }: SettingsFormProps) {
  const { run } = useAction(UpdateRegistrySettingsDocument, { types: ["RegistrySettings"] });
  const [forgetting, setForgetting] = useState(false);
  return (
    <Form
      class="stack"
      submit={async (data) => {
        const password = String(data.get("aadePassword") ?? "");
        const { data: answer, faults } = await run({
          recheck: data.has("recheck"),
          ...(settings.secretsAvailable && {
            aadeUsername: entered(data, "aadeUsername"),
            aadeCalledBy: entered(data, "aadeCalledBy"),
            ...((password !== "" || forgetting) && { aadePassword: password }),
          }),
        });
        if (answer) {
          done();
        }
        return faults;
      }}
    >
      <FormFaults />
      <section class="card inset stack" aria-label="AADE">
        <h2>{t("aadeTitle")}</h2>
        <p class="quiet">{t("aadeIntro")}</p>
        {settings.secretsAvailable ? (
          <>
            <Field name="aadeUsername" label={t("aadeUsername")} value={settings.aadeUsername} maxLength={200} />
            <Field
              name="aadePassword"
              label={t("password")}
              type="password"
              autocomplete="new-password"
              maxLength={200}
              hint={t(settings.aadePasswordSet ? "aadePasswordKept" : "aadePasswordNone")}
            />
            {settings.aadePasswordSet && <Check name="forget" label={t("aadeForget")} change={setForgetting} checked={forgetting} />}
            <Field name="aadeCalledBy" label={t("aadeCalledBy")} value={settings.aadeCalledBy} maxLength={9} numeric hint={t("aadeCalledByHint")} />
          </>
        ) : (
          <p class="notice">{t("secretsMissing")}</p>
        )}
      </section>
      <section class="card inset stack" aria-label="VIES">
        <h2>{t("viesTitle")}</h2>
        <Check name="recheck" label={t("viesRecheck")} checked={settings.recheck} />
        <p class="quiet">
          {settings.recheckedAt ? t("viesRecheckedAt", { time: formatInstant(settings.recheckedAt, locale()) }) : t("viesNeverRechecked")}
        </p>
      </section>
      <div class="actions">
        <p class="quiet" role="status">
          {saved && t("settingsSaved")}
        </p>
        <Submit>{t("save")}</Submit>
      </div>
    </Form>
  );
}
