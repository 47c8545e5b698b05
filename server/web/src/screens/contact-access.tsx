import { useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import { ContactAccessDocument, InviteToPortalDocument, RevokePortalAccessDocument, type AccessFragment, type InviteToPortalMutation } from "../gql/graphql.ts";
import { formatInstant } from "../format/day.ts";
import { locale, t } from "../i18n/language.ts";
import { Link } from "../router.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { Copyable } from "../ui/copy.tsx";
import { Faults } from "../ui/fault.tsx";
import { entered, Field, Form, FormFaults, Submit } from "../ui/form.tsx";
import { Empty, Loading } from "../ui/page.tsx";
import type { Card } from "./contact.tsx";

export type Invitation = InviteToPortalMutation["inviteToPortal"];

// AccessView says who of the contact may see its card, invites and revokes.
export function AccessView({ card: { contact, mayEdit } }: { card: Card }) {
  const { data, faults, again } = useQuery(ContactAccessDocument, { id: contact.id }, { types: ["PortalAccess"] });
  const { run } = useAction(InviteToPortalDocument, { types: ["PortalAccess"] });
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  const accesses = data?.contact?.portalAccess;
  const known = contact.emails.find((e) => e.primary)?.email;
  const invited = accesses?.some((a) => a.email === known && a.status !== "REVOKED");
  return (
    <>
      <p class="quiet">{t("accessIntro")}</p>
      {mayEdit && (
        <p>
          <Link href={`/portal/preview/${contact.id}`}>{t("previewPortal")}</Link>
        </p>
      )}
      {mayEdit && accesses && (
        <Form
          key={invitation?.link}
          class="card inset inline"
          submit={async (entry) => {
            const { data: done, faults: refused } = await run({ contactId: contact.id, email: entered(entry, "email") });
            if (done) {
              setInvitation(done.inviteToPortal);
            }
            return refused;
          }}
        >
          <FormFaults />
          <Field name="email" label={t("email")} type="email" value={invited ? "" : known} required maxLength={254} />
          <Submit class="">{t("invite")}</Submit>
        </Form>
      )}
      {invitation && <LinkToHandOver invitation={invitation} />}
      <Faults faults={faults} again={again} />
      {!accesses && faults.length === 0 && <Loading />}
      {accesses?.length === 0 && <Empty text={t("accessEmpty")} />}
      {accesses && accesses.length > 0 && (
        <ul class="card plain">
          {accesses.map((access) => (
            <AccessRow key={access.id} access={access} mayEdit={mayEdit} />
          ))}
        </ul>
      )}
    </>
  );
}

// LinkToHandOver is an invitation's link, which is shown this once.
export function LinkToHandOver({ invitation: { access, link, emailed } }: { invitation: Invitation }) {
  return (
    <div class="notice good" role="status">
      <Copyable label={t("inviteLink", { email: access.email })} text={link} />
      <p>
        {t("inviteOnce")} {t(emailed ? "inviteEmailed" : "inviteNotEmailed")}
      </p>
    </div>
  );
}

const tones = { INVITED: "warn", ACTIVE: "good", REVOKED: "pale" } as const;

// AccessTag is where the access stands; an invitation whose link works no more has expired.
export function AccessTag({ access: { status, expiresAt } }: { access: AccessFragment }) {
  const late = status === "INVITED" && Date.parse(expiresAt) <= Date.now();
  return <span class={`tag ${late ? "pale" : tones[status]}`}>{t(late ? "accessExpired" : `access${status}`)}</span>;
}

// Revoke ends access, after a question.
export function Revoke({ access }: { access: AccessFragment }) {
  const { run } = useAction(RevokePortalAccessDocument, { types: ["PortalAccess"] });
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setAsking(true)}>
        {t("revoke")}
      </button>
      {asking && (
        <Confirm
          title={t("revoke")}
          question={t("revokeQuestion", { email: access.email })}
          action={t("revoke")}
          danger
          close={() => setAsking(false)}
          run={async () => (await run({ id: access.id })).faults}
        />
      )}
    </>
  );
}

function AccessRow({ access, mayEdit }: { access: AccessFragment; mayEdit: boolean }) {
  return (
    <li class="spread">
      <div>
        {access.email} <AccessTag access={access} />
        <small>
          {access.status === "INVITED" && t("accessExpires", { date: formatInstant(access.expiresAt, locale()) })}
          {access.status === "ACTIVE" && access.lastUsedAt && t("accessLastUsed", { date: formatInstant(access.lastUsedAt, locale()) })}
        </small>
      </div>
      {mayEdit && access.status !== "REVOKED" && <Revoke access={access} />}
    </li>
  );
}
