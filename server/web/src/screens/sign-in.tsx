import type { Ending } from "../api/client.ts";
import { useAction } from "../api/hooks.ts";
import { SignInDocument } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { go, usePlace } from "../router.tsx";
import { ask } from "../session.ts";
import { entered, Field, Form, FormFaults, Submit } from "../ui/form.tsx";
import { PageTitle } from "../ui/page.tsx";

// SignInScreen lets in staff and portal customers alike; which of them it is, the server
// knows. The address stays as it is, so a link that was opened leads where it points.
export function SignInScreen({ ended }: { ended: Ending | null }) {
  const { run } = useAction(SignInDocument, { guest: true });
  const { path } = usePlace();
  return (
    <section class="card door">
      <PageTitle text={t("signInTitle")} />
      {ended ? (
        <p class="notice" role="alert">
          {t(ended === "access" ? "endedAccess" : "endedSignedOut")}
        </p>
      ) : (
        <p class="quiet">{t("signInIntro")}</p>
      )}
      <Form
        submit={async (data) => {
          // The password is taken as typed: spaces around it may be part of it.
          const { data: done, faults } = await run({ email: entered(data, "email"), password: String(data.get("password")) });
          if (done) {
            const portal = done.signIn.viewer.side === "PORTAL";
            if (portal !== path.startsWith("/portal")) {
              go(portal ? "/portal" : "/", { replace: true });
            }
            await ask();
          }
          return faults.map((f) => (f.code === "UNAUTHENTICATED" ? { ...f, code: "INVALID", field: "", text: t("wrongPassword") } : f));
        }}
      >
        <FormFaults />
        <Field name="email" label={t("email")} type="email" autocomplete="username" required focused />
        <Field name="password" label={t("password")} type="password" autocomplete="current-password" required />
        <Submit>{t("signIn")}</Submit>
      </Form>
    </section>
  );
}
