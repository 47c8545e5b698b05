import { useState } from "preact/hooks";
import type { Ending } from "../api/client.ts";
import type { Fault } from "../api/failure.ts";
import { useAction } from "../api/hooks.ts";
import { SignInDocument } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { go, usePlace } from "../router.tsx";
import { ask } from "../session.ts";
import { entered, Field, Form, FormFaults, Submit } from "../ui/form.tsx";
import { PageTitle } from "../ui/page.tsx";
import { LinkDialog } from "./sign-in-link.tsx";

// arrive goes where somebody who has just signed in belongs. The address stays as it is where it
// can, so a link that was opened leads where it points.
export async function arrive(side: "STAFF" | "PORTAL", path: string): Promise<void> {
  const portal = side === "PORTAL";
  if (portal !== path.startsWith("/portal") || path.startsWith("/sign-in")) {
    go(portal ? "/portal" : "/", { replace: true });
  }
  await ask();
}

// CodeField asks for the code of a second factor.
export function CodeField() {
  return <Field name="code" label={t("factorCode")} hint={t("factorCodeHint")} autocomplete="one-time-code" maxLength={20} required focused />;
}

// asksForCode says whether the server asks for a code of a second factor.
export const asksForCode = (faults: readonly Fault[]): boolean => faults.some((f) => f.code === "UNAUTHENTICATED" && f.field === "code");

// told has a fault of a code shown at its field.
export const told = (faults: readonly Fault[], asked: boolean): Fault[] =>
  faults.filter((f) => asked || f.field !== "code").map((f) => (f.field === "code" ? { ...f, code: "INVALID", text: t("factorCodeWrong") } : f));

// SignInScreen lets in staff and portal customers alike; which of them it is, the server
// knows.
export function SignInScreen({ ended }: { ended: Ending | null }) {
  const { run } = useAction(SignInDocument, { guest: true });
  const { path } = usePlace();
  const [coded, setCoded] = useState(false); // a code is asked for
  const [asking, setAsking] = useState<"SIGN_IN" | "PASSWORD" | null>(null);
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
          const { data: done, faults } = await run({
            email: entered(data, "email"),
            password: String(data.get("password")),
            ...(coded && { code: entered(data, "code") }),
          });
          if (done) {
            await arrive(done.signIn.viewer.side, path);
          }
          if (asksForCode(faults)) {
            setCoded(true);
            return told(faults, coded);
          }
          return faults.map((f) => (f.code === "UNAUTHENTICATED" ? { ...f, code: "INVALID", field: "", text: t("wrongPassword") } : f));
        }}
      >
        <FormFaults />
        <Field name="email" label={t("email")} type="email" autocomplete="username" required focused />
        <Field name="password" label={t("password")} type="password" autocomplete="current-password" required />
        {coded && <CodeField />}
        <Submit>{t("signIn")}</Submit>
      </Form>
      <p class="actions small">
        <button type="button" class="link" onClick={() => setAsking("SIGN_IN")}>
          {t("linkInstead")}
        </button>
        <button type="button" class="link" onClick={() => setAsking("PASSWORD")}>
          {t("passwordForgotten")}
        </button>
      </p>
      {asking && <LinkDialog purpose={asking} close={() => setAsking(null)} />}
    </section>
  );
}
