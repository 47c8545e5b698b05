import { useState } from "preact/hooks";
import { renderSVG } from "uqr";
import { useAction, useQuery } from "../api/hooks.ts";
import {
  BeginSecondFactorDocument,
  ChangePasswordDocument,
  DisableSecondFactorDocument,
  EnableSecondFactorDocument,
  OwnAccountDocument,
  SignOutEverywhereDocument,
  SwitchOrganizationDocument,
  UpdateOwnAccountDocument,
  type BeginSecondFactorMutation,
  type OwnAccountQuery,
} from "../gql/graphql.ts";
import { choose, known, languages, t } from "../i18n/language.ts";
import { ask, leave } from "../session.ts";
import { go } from "../router.tsx";
import { Confirm, Dialog } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { Choice, entered, Field, Form, FormFaults, Submit } from "../ui/form.tsx";
import { Loading, PageTitle } from "../ui/page.tsx";
import { SettingsForm } from "../ui/settings-form.tsx";
import { PortalMails } from "./portal-mails.tsx";
import { CodeField } from "./sign-in.tsx";

type Own = NonNullable<OwnAccountQuery["viewer"]>;

// OwnAccountScreen is a person's own password, second factor and organizations, of staff and
// customers alike.
export function OwnAccountScreen() {
  const { data, faults, again } = useQuery(OwnAccountDocument, {});
  const own = data?.viewer;
  const [leaving, setLeaving] = useState(false);
  const everywhere = useAction(SignOutEverywhereDocument);
  return (
    <>
      <PageTitle text={t("ownAccount")} />
      <Faults faults={faults} again={again} />
      {!own && faults.length === 0 && <Loading />}
      {own && (
        <div class="stack">
          <p class="quiet lead">{own.user?.email}</p>
          <PersonCard own={own} />
          {own.side === "PORTAL" && <PortalMails />}
          <PasswordCard own={own} again={again} />
          <FactorCard own={own} again={again} />
          {own.places.length > 1 && <PlacesCard own={own} />}
          <div class="actions">
            <button type="button" onClick={() => setLeaving(true)}>
              {t("signOutEverywhere")}
            </button>
          </div>
        </div>
      )}
      {leaving && (
        <Confirm
          title={t("signOutEverywhere")}
          question={t("signOutEverywhereQuestion")}
          action={t("signOutEverywhere")}
          close={() => setLeaving(false)}
          run={async () => {
            const { data: done, faults: found } = await everywhere.run({});
            if (done) {
              leave();
            }
            return found;
          }}
        />
      )}
    </>
  );
}

// PersonCard is what the person is called, and the language of the page and of mails.
function PersonCard({ own }: { own: Own }) {
  const { run } = useAction(UpdateOwnAccountDocument, { types: ["Viewer"] });
  return (
    <SettingsForm
      save={async (data) => {
        const spoken = known(entered(data, "language"));
        const done = await run({ name: entered(data, "name"), language: spoken });
        if (done.data && spoken) {
          choose(spoken);
        }
        return done;
      }}
    >
      <h2>{t("aboutMe")}</h2>
      <FormFaults />
      <div class="pair">
        <Field name="name" label={t("ownName")} value={own.user?.name ?? ""} maxLength={200} autocomplete="name" hint={t("ownNameHint")} />
        <Choice
          name="language"
          label={t("language")}
          value={known(own.language) ?? "en"}
          options={languages.map(({ code, name }) => ({ value: code, text: name }))}
          hint={t("ownLanguageHint")}
        />
      </div>
    </SettingsForm>
  );
}

function PasswordCard({ own, again }: { own: Own; again(): void }) {
  const { run } = useAction(ChangePasswordDocument);
  const [done, setDone] = useState(0);
  return (
    <section class="card inset" aria-label={t("password")}>
      <h2>{t("password")}</h2>
      {!own.hasPassword && <p class="quiet">{t("noPasswordYet")}</p>}
      <Form
        key={done}
        submit={async (data) => {
          const { data: changed, faults } = await run({ current: String(data.get("current") ?? ""), new: String(data.get("new")) });
          if (changed) {
            setDone(done + 1);
            again();
          }
          return faults;
        }}
      >
        <FormFaults />
        {done > 0 && (
          <p class="notice good" role="status">
            {t("passwordChanged")}
          </p>
        )}
        <div class="pair">
          {own.hasPassword && <Field name="current" label={t("passwordNow")} type="password" autocomplete="current-password" required />}
          <Field name="new" label={t("newPassword")} type="password" autocomplete="new-password" maxLength={200} required />
        </div>
        <Submit class="">{t("passwordChange")}</Submit>
      </Form>
    </section>
  );
}

function FactorCard({ own, again }: { own: Own; again(): void }) {
  const begin = useAction(BeginSecondFactorDocument);
  const disable = useAction(DisableSecondFactorDocument);
  const [begun, setBegun] = useState<BeginSecondFactorMutation["beginSecondFactor"] | null>(null);
  const [ending, setEnding] = useState(false);
  const [codes, setCodes] = useState<readonly string[]>([]);
  return (
    <section class="card inset" aria-label={t("factor")}>
      <h2>{t("factor")}</h2>
      <p class="quiet">{t(own.secondFactor ? "factorOn" : "factorOff")}</p>
      {codes.length > 0 && <Recovery codes={codes} />}
      {own.secondFactor ? (
        <button type="button" onClick={() => setEnding(true)}>
          {t("factorTurnOff")}
        </button>
      ) : (
        <Form
          submit={async () => {
            const { data, faults } = await begin.run({});
            setBegun(data?.beginSecondFactor ?? null);
            return faults;
          }}
        >
          <FormFaults />
          <Submit class="">{t("factorTurnOn")}</Submit>
        </Form>
      )}
      {begun && (
        <FactorDialog
          begun={begun}
          close={() => setBegun(null)}
          done={(given) => {
            setBegun(null);
            setCodes(given);
            again();
          }}
        />
      )}
      {ending && (
        <Dialog title={t("factorTurnOff")} close={() => setEnding(false)}>
          <Form
            submit={async (data) => {
              const { data: done, faults } = await disable.run({ code: entered(data, "code") });
              if (done) {
                setEnding(false);
                setCodes([]);
                again();
              }
              return faults;
            }}
          >
            <FormFaults />
            <CodeField />
            <Submit>{t("factorTurnOff")}</Submit>
          </Form>
        </Dialog>
      )}
    </section>
  );
}

interface FactorDialogProps {
  begun: BeginSecondFactorMutation["beginSecondFactor"];
  close(): void;
  done(codes: readonly string[]): void;
}

// FactorDialog shows the secret for the app, and takes the first code of it.
function FactorDialog({ begun, close, done }: FactorDialogProps) {
  const { run } = useAction(EnableSecondFactorDocument);
  return (
    <Dialog title={t("factorTurnOn")} close={close}>
      <p>{t("factorScan")}</p>
      <div class="qr" role="img" aria-label={t("factorQR")} dangerouslySetInnerHTML={{ __html: renderSVG(begun.url, { border: 2 }) }} />
      <p>
        {t("factorType")} <code>{begun.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code>
      </p>
      <Form
        submit={async (data) => {
          const { data: enabled, faults } = await run({ code: entered(data, "code") });
          if (enabled) {
            done(enabled.enableSecondFactor.recoveryCodes);
          }
          return faults;
        }}
      >
        <FormFaults />
        <Field name="code" label={t("factorCode")} autocomplete="one-time-code" maxLength={20} required focused />
        <Submit>{t("factorTurnOn")}</Submit>
      </Form>
    </Dialog>
  );
}

function Recovery({ codes }: { codes: readonly string[] }) {
  return (
    <div class="notice good" role="status">
      <p>{t("factorRecovery")}</p>
      <ul class="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}

function PlacesCard({ own }: { own: Own }) {
  const { run } = useAction(SwitchOrganizationDocument);
  return (
    <section class="card inset" aria-label={t("places")}>
      <h2>{t("places")}</h2>
      <ul class="plain">
        {own.places.map((place) => (
          <li key={place.organizationId}>
            <Form
              class="spread"
              submit={async () => {
                const { data, faults } = await run({ organizationId: place.organizationId });
                if (data) {
                  go(data.switchOrganization.viewer.side === "PORTAL" ? "/portal" : "/", { replace: true });
                  await ask();
                }
                return faults;
              }}
            >
              <span>
                {place.name} <span class="tag pale">{t(place.side === "PORTAL" ? "placePortal" : "placeStaff")}</span>
              </span>
              <FormFaults />
              <Submit class="">{t("placeGo", { name: place.name })}</Submit>
            </Form>
          </li>
        ))}
      </ul>
    </section>
  );
}
