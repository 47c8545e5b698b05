import { useAction } from "../api/hooks.ts";
import { AcceptPortalInvitationDocument } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { go } from "../router.tsx";
import { ask } from "../session.ts";
import { entered, Field, Form, FormFaults, Submit } from "../ui/form.tsx";
import { PageTitle } from "../ui/page.tsx";

// AcceptScreen takes up an invitation to the portal: with a new account, or with one that
// the person has.
export function AcceptScreen({ token }: { token: string }) {
  const { run } = useAction(AcceptPortalInvitationDocument, { guest: true });
  if (!token) {
    return (
      <section class="card door">
        <PageTitle text={t("acceptTitle")} />
        <p class="notice bad">{t("linkMissing")}</p>
      </section>
    );
  }
  return (
    <section class="card door">
      <PageTitle text={t("acceptTitle")} />
      <p class="quiet">{t("acceptIntro")}</p>
      <Form
        submit={async (data) => {
          const { data: done, faults } = await run({ token, name: entered(data, "name") || null, password: String(data.get("password")) || null });
          if (done) {
            go("/portal", { replace: true });
            await ask();
          }
          return faults.map((f) => {
            switch (f.code) {
              case "NOT_FOUND":
                return { ...f, code: "INVALID", field: "", text: t("linkUsed") };
              case "UNAUTHENTICATED":
                return { ...f, code: "INVALID", field: "password", text: t("acceptHasAccount") };
              default:
                return f;
            }
          });
        }}
      >
        <FormFaults />
        <Field name="name" label={`${t("acceptName")} (${t("optional")})`} autocomplete="name" focused />
        <Field name="password" label={t("newPassword")} type="password" hint={t("acceptNoPassword")} autocomplete="new-password" maxLength={200} />
        <Submit>{t("accept")}</Submit>
      </Form>
    </section>
  );
}
