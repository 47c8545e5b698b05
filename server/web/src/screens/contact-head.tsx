import { useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import {
  ArchiveContactDocument,
  DeleteContactDocument,
  MembersDocument,
  RestoreContactDocument,
  RestrictContactDocument,
  UpdateContactDocument,
} from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { mayEdit, mayManage } from "../role.ts";
import { go, Link } from "../router.tsx";
import { announce } from "../ui/announcer.tsx";
import { Confirm, Dialog } from "../ui/dialog.tsx";
import { FaultText, Faults } from "../ui/fault.tsx";
import { Form, FormFaults, Submit } from "../ui/form.tsx";
import { Menu } from "../ui/menu.tsx";
import { Loading, PageTitle } from "../ui/page.tsx";
import type { Card } from "./contact.tsx";
import { OptionTags, RoleTags } from "./contacts-table.tsx";

const archiving = { types: ["Contact", "PortalAccess"] };

// Head names the contact and says what it is, and what can be done with it.
export function Head({ card: { contact }, role }: { card: Card; role: string }) {
  const [open, setOpen] = useState<"archive" | "delete" | "restrict" | null>(null);
  const close = () => setOpen(null);
  const update = useAction(UpdateContactDocument);
  const archive = useAction(ArchiveContactDocument, archiving);
  const restore = useAction(RestoreContactDocument, { types: ["Contact"] });
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const active = !contact.archivedAt;
  return (
    <>
      <div class="head">
        <PageTitle text={contact.displayName} />
        <span class="tags">
          <RoleTags contact={contact} />
          {contact.restricted && (
            <span class="tag bad" title={t("restrictedHint")}>
              {t("restricted")}
            </span>
          )}
        </span>
        <OptionTags options={contact.options} />
        <span class="space" />
        {mayEdit(role) && (
          <div class="actions">
            {!contact.isClient && active && (
              <button
                type="button"
                class="primary"
                onClick={async () => setFaults((await update.run({ id: contact.id, version: contact.version, isClient: true })).faults)}
              >
                {t("makeClient")}
              </button>
            )}
            {active ? (
              <Link href={`/contacts/${contact.id}/edit`} class="button">
                {t("edit")}
              </Link>
            ) : (
              <button type="button" onClick={async () => setFaults((await restore.run({ id: contact.id })).faults)}>
                {t("restore")}
              </button>
            )}
            <Menu label={t("moreActions")}>
              {active && (
                <button type="button" onClick={() => setOpen("archive")}>
                  {t("archive")}
                </button>
              )}
              {active && <Link href={`/contacts/${contact.id}/merge`}>{t("mergeWithOther")}</Link>}
              {mayManage(role) && (
                <button type="button" onClick={() => setOpen("restrict")}>
                  {t("restrict")}
                </button>
              )}
              <button type="button" onClick={() => setOpen("delete")}>
                {t("delete")}
              </button>
            </Menu>
          </div>
        )}
      </div>
      <Faults faults={faults} />
      {open === "archive" && (
        <Confirm
          title={t("archive")}
          question={t("archiveQuestion", { name: contact.displayName })}
          action={t("archive")}
          danger
          close={close}
          run={async () => (await archive.run({ id: contact.id })).faults}
        />
      )}
      {open === "delete" && <DeleteDialog contact={contact} close={close} />}
      {open === "restrict" && <RestrictDialog contact={contact} close={close} />}
    </>
  );
}

type Contact = Card["contact"];

// DeleteDialog deletes the contact. When something refers to it, it says what, and offers to
// archive it.
function DeleteDialog({ contact, close }: { contact: Contact; close(): void }) {
  const remove = useAction(DeleteContactDocument, { types: ["Contact"] });
  const archive = useAction(ArchiveContactDocument, archiving);
  const [inUse, setInUse] = useState<Fault | null>(null);
  const submit = async () => {
    if (inUse) {
      const { faults } = await archive.run({ id: contact.id });
      if (faults.length === 0) {
        close();
      }
      return faults;
    }
    const { data, faults } = await remove.run({ id: contact.id });
    if (data) {
      go("/contacts", { replace: true });
      announce(t("contactDeleted", { name: contact.displayName }));
      return [];
    }
    const conflict = faults.find((f) => f.code === "CONFLICT");
    setInUse(conflict ?? null);
    return conflict ? [] : faults;
  };
  const offer = inUse && !contact.archivedAt;
  return (
    <Dialog title={t("deleteContact")} close={close}>
      <Form submit={submit}>
        <div role="status">
          {inUse ? (
            <>
              <p class="notice bad">
                <FaultText fault={inUse} />
              </p>
              {offer && <p>{t("archiveInstead")}</p>}
            </>
          ) : (
            <p>{t("deleteContactQuestion", { name: contact.displayName })}</p>
          )}
        </div>
        <FormFaults />
        <div class="actions">
          <button type="button" onClick={close}>
            {t("cancel")}
          </button>
          {!inUse && <Submit class="danger">{t("delete")}</Submit>}
          {offer && <Submit>{t("archive")}</Submit>}
        </div>
      </Form>
    </Dialog>
  );
}

// RestrictDialog says who of the staff, besides owners and administrators, may see the
// contact: who is named here is all.
function RestrictDialog({ contact, close }: { contact: Contact; close(): void }) {
  const { data, faults, again } = useQuery(MembersDocument, { contactId: contact.id });
  const { run } = useAction(RestrictContactDocument, { types: ["Contact"] });
  const members = data?.members.filter((m) => !mayManage(m.role));
  const named = new Set(data?.contact?.restrictedTo.map((user) => user.id));
  return (
    <Dialog title={t("restrictTitle")} close={close}>
      <Faults faults={faults} again={again} />
      {!members && faults.length === 0 && <Loading />}
      {members && (
        <Form
          submit={async (form) => {
            const userIds = form.get("who") === "all" ? [] : form.getAll("userIds").map(String);
            const { faults: refused } = await run({ id: contact.id, userIds });
            if (refused.length === 0) {
              close();
            }
            return refused;
          }}
        >
          <p>{t("restrictText")}</p>
          <FormFaults />
          <fieldset>
            <legend>{t("restrictWho")}</legend>
            {members.map((m) => (
              <label key={m.userId} class="check">
                <input type="checkbox" name="userIds" value={m.userId} defaultChecked={named.has(m.userId)} />
                {m.user.name || m.user.email}
              </label>
            ))}
            {members.length === 0 && <p class="quiet">{t("restrictNobody")}</p>}
          </fieldset>
          <div class="actions">
            <button type="button" onClick={close}>
              {t("cancel")}
            </button>
            {contact.restricted && (
              <Submit class="" name="who" value="all">
                {t("restrictEveryone")}
              </Submit>
            )}
            {members.length > 0 && <Submit>{t("restrict")}</Submit>}
          </div>
        </Form>
      )}
    </Dialog>
  );
}
