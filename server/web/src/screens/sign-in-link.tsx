import { useEffect, useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { useAction } from "../api/hooks.ts";
import { RequestSignInLinkDocument, ResetPasswordDocument, SignInByLinkDocument, type SignInLinkPurpose } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { entered, Field, Form, FormFaults, Submit } from "../ui/form.tsx";
import { Loading, PageTitle } from "../ui/page.tsx";
import { arrive, asksForCode, CodeField, told } from "./sign-in.tsx";

// LinkDialog has a link sent by e-mail. What it says is the same for everybody.
export function LinkDialog({ purpose, close }: { purpose: SignInLinkPurpose; close(): void }) {
  const { run } = useAction(RequestSignInLinkDocument, { guest: true });
  const [minutes, setMinutes] = useState(0);
  return (
    <Dialog title={t(purpose === "PASSWORD" ? "passwordForgotten" : "linkInstead")} close={close}>
      {minutes > 0 ? (
        <p role="status">{t("linkSent", { n: minutes })}</p>
      ) : (
        <Form
          submit={async (data) => {
            const { data: done, faults } = await run({ email: entered(data, "email"), purpose });
            setMinutes(done?.requestSignInLink.minutes ?? 0);
            return faults;
          }}
        >
          <FormFaults />
          <Field name="email" label={t("email")} type="email" autocomplete="username" required focused />
          <Submit>{t("sendLink")}</Submit>
        </Form>
      )}
    </Dialog>
  );
}

// used has a link that does not work told as what it is.
const used = (faults: readonly Fault[]): Fault[] =>
  faults.map((f) => (f.code === "NOT_FOUND" ? { ...f, code: "INVALID", field: "", text: t("linkUsed") } : f));

// LinkScreen signs in by a link as soon as it is opened, or once the code of a second factor is
// given.
export function LinkScreen({ token }: { token: string }) {
  const { run } = useAction(SignInByLinkDocument, { guest: true });
  const [coded, setCoded] = useState(false);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const enter = async (code: string | null) => {
    const { data, faults: found } = await run({ token, code });
    if (data) {
      await arrive(data.signInByLink.viewer.side, "/sign-in/link");
    }
    if (asksForCode(found)) {
      setCoded(true);
      return told(found, code !== null);
    }
    return used(found);
  };
  useEffect(() => void enter(null).then(setFaults), [token]);
  return (
    <section class="card door">
      <PageTitle text={t("signInTitle")} />
      {coded ? (
        <Form submit={(data) => enter(entered(data, "code"))}>
          <FormFaults />
          <CodeField />
          <Submit>{t("signIn")}</Submit>
        </Form>
      ) : faults.length > 0 ? (
        <Faults faults={faults} />
      ) : (
        <Loading />
      )}
    </section>
  );
}

// PasswordScreen sets another password by a link.
export function PasswordScreen({ token }: { token: string }) {
  const { run } = useAction(ResetPasswordDocument, { guest: true });
  const [coded, setCoded] = useState(false);
  return (
    <section class="card door">
      <PageTitle text={t("passwordForgotten")} />
      <Form
        submit={async (data) => {
          const { data: done, faults } = await run({ token, password: String(data.get("password")), ...(coded && { code: entered(data, "code") }) });
          if (done) {
            await arrive(done.resetPassword.viewer.side, "/sign-in/password");
          }
          if (asksForCode(faults)) {
            setCoded(true);
            return told(faults, coded);
          }
          return used(faults);
        }}
      >
        <FormFaults />
        <Field name="password" label={t("newPassword")} type="password" autocomplete="new-password" maxLength={200} required focused />
        {coded && <CodeField />}
        <Submit>{t("save")}</Submit>
      </Form>
    </section>
  );
}
