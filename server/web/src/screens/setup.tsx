import { useAction } from "../api/hooks.ts";
import { CreateOrganizationDocument } from "../gql/graphql.ts";
import { language, t } from "../i18n/language.ts";
import { go } from "../router.tsx";
import { ask } from "../session.ts";
import { entered, Field, Form, FormFaults, Submit } from "../ui/form.tsx";
import { PageTitle } from "../ui/page.tsx";

// SetupScreen creates the first organization and its owner, by the link that a new server
// prints.
export function SetupScreen({ token }: { token: string }) {
  const { run } = useAction(CreateOrganizationDocument, { guest: true });
  if (!token) {
    return (
      <section class="card door">
        <PageTitle text={t("setupTitle")} />
        <p class="notice bad">{t("linkMissing")}</p>
      </section>
    );
  }
  return (
    <section class="card door">
      <PageTitle text={t("setupTitle")} />
      <p class="quiet">{t("setupIntro")}</p>
      <Form
        submit={async (data) => {
          const { data: done, faults } = await run({
            setupToken: token,
            name: entered(data, "name"),
            baseCurrency: entered(data, "baseCurrency").toUpperCase(),
            timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
            language: language.get(),
            ownerName: entered(data, "ownerName"),
            email: entered(data, "email"),
            password: String(data.get("password")),
          });
          if (done) {
            go("/", { replace: true });
            await ask();
          }
          return faults.map((f) => (f.code === "NOT_FOUND" ? { ...f, code: "INVALID", field: "", text: t("linkUsed") } : f));
        }}
      >
        <FormFaults />
        <Field name="name" label={t("setupBusiness")} autocomplete="organization" maxLength={100} required focused />
        <Field name="baseCurrency" label={t("setupCurrency")} value="EUR" maxLength={3} required />
        <Field name="ownerName" label={t("setupOwner")} autocomplete="name" required />
        <Field name="email" label={t("email")} type="email" autocomplete="username" required />
        <Field name="password" label={t("newPassword")} type="password" autocomplete="new-password" minLength={10} maxLength={200} required />
        <Submit>{t("setupCreate")}</Submit>
      </Form>
    </section>
  );
}
