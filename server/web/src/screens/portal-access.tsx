import { useState } from "preact/hooks";
import { useAction } from "../api/hooks.ts";
import { formatInstant } from "../format/day.ts";
import {
  InviteToPortalDocument,
  PortalAccessListDocument,
  type PortalAccessFilter,
  type PortalAccessListQuery,
} from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t } from "../i18n/language.ts";
import { mayEdit } from "../role.ts";
import { go, Link, usePlace, withQuery } from "../router.tsx";
import { announce } from "../ui/announcer.tsx";
import { Faults } from "../ui/fault.tsx";
import type { Fault } from "../api/failure.ts";
import { Empty, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { Search } from "../ui/search.tsx";
import { AccessTag, LinkToHandOver, Revoke, type Invitation } from "./contact-access.tsx";

type Row = PortalAccessListQuery["portalAccess"]["nodes"][number];

const sieves: readonly { value: string; label: Key; filter: PortalAccessFilter }[] = [
  { value: "", label: "accessAll", filter: {} },
  { value: "active", label: "accessACTIVE", filter: { statuses: ["ACTIVE"] } },
  { value: "invited", label: "accessINVITED", filter: { statuses: ["INVITED"], expired: false } },
  { value: "expired", label: "accessExpired", filter: { expired: true } },
  { value: "ended", label: "accessREVOKED", filter: { statuses: ["REVOKED"] } },
];

// PortalAccessScreen lists who may see which contact's card on the portal, was invited, or could.
export function PortalAccessScreen({ role }: { role: string }) {
  const { query } = usePlace();
  const search = query.get("search") ?? "";
  const sieve = sieves.find((s) => s.value === (query.get("state") ?? "")) ?? sieves[0]!;
  const filter: PortalAccessFilter = { ...sieve.filter, ...(search && { search }) };
  return (
    <>
      <Link href="/contacts" class="up">
        {t("contacts")}
      </Link>
      <div class="head">
        <PageTitle text={t("portalAccessTitle")} />
      </div>
      <p class="quiet lead">{t("portalAccessIntro")}</p>
      <div class="finder">
        <Search
          value={search}
          hint={t("portalAccessFind")}
          maxLength={200}
          change={(text) => go(withQuery({ search: text || null }), { replace: true })}
        />
        <nav class="pills" aria-label={t("status")}>
          {sieves.map((s) => (
            <Link key={s.value} href={withQuery({ state: s.value || null })} current={s === sieve} replace>
              {t(s.label)}
            </Link>
          ))}
        </nav>
      </div>
      <Pages
        key={JSON.stringify(filter)}
        document={PortalAccessListDocument}
        variables={(after) => ({ after, filter })}
        connection={(data) => data.portalAccess}
        types={["PortalAccess"]}
        rows={(nodes) => nodes.map((access) => <AccessRow key={access.id} access={access} mayEdit={mayEdit(role)} />)}
        frame={(pages) => <ul class="card plain">{pages}</ul>}
        empty={<Empty text={t(search || sieve.value ? "portalAccessNone" : "portalAccessEmpty")} />}
      />
    </>
  );
}

function AccessRow({ access, mayEdit: may }: { access: Row; mayEdit: boolean }) {
  const invite = useAction(InviteToPortalDocument, { types: ["PortalAccess"] });
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const time = (instant: string) => formatInstant(instant, locale());
  const open = may && !access.contact.archivedAt;
  return (
    <li>
      <div class="spread">
        <div>
          <b>{access.person?.name || access.email}</b> <AccessTag access={access} />
          <small>
            {access.person?.name && `${access.email} · `}
            <Link href={`/contacts/${access.contact.id}?view=portal`}>{access.contact.displayName}</Link> · {t("accessInvited", { date: time(access.invitedAt) })}
            {access.invitedBy?.name && ` (${access.invitedBy.name})`}
            {access.status === "ACTIVE" && ` · ${access.lastUsedAt ? t("accessLastUsed", { date: time(access.lastUsedAt) }) : t("accessNeverUsed")}`}
          </small>
        </div>
        {open && (
          <span class="actions small">
            {access.status !== "ACTIVE" && (
              <button
                type="button"
                aria-disabled={invite.running}
                onClick={async () => {
                  const { data, faults: refused } = await invite.run({ contactId: access.contact.id, email: access.email });
                  setFaults(refused);
                  if (data) {
                    setInvitation(data.inviteToPortal);
                    announce(t("inviteAgainDone", { email: access.email }));
                  }
                }}
              >
                {t("inviteAgain")}
              </button>
            )}
            {access.status !== "REVOKED" && <Revoke access={access} />}
          </span>
        )}
      </div>
      {invitation && <LinkToHandOver invitation={invitation} />}
      <Faults faults={faults} />
    </li>
  );
}
