import { useState } from "preact/hooks";
import { useAction } from "../api/hooks.ts";
import type { Code, Fault } from "../api/failure.ts";
import {
  ArchiveContactsDocument,
  DeleteContactsDocument,
  RestoreContactsDocument,
  SetContactsOptionDocument,
  UpdateContactsDocument,
  type BulkFragment,
  type CategoryFragment,
} from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t, tn } from "../i18n/language.ts";
import { mayEdit } from "../role.ts";
import { announce } from "../ui/announcer.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { FaultText } from "../ui/fault.tsx";
import { Choice, Form, FormFaults, Submit } from "../ui/form.tsx";
import type { Picked, Selection } from "./contacts-table.tsx";

type Change = "archive" | "restore" | "delete" | "option" | "client" | "supplier";

const words: Record<Change, { action: Key; question: Key; done: Key }> = {
  archive: { action: "archive", question: "archiveMany", done: "archivedMany" },
  restore: { action: "restore", question: "restoreMany", done: "restoredMany" },
  delete: { action: "delete", question: "deleteMany", done: "deletedMany" },
  option: { action: "setOption", question: "optionMany", done: "changedMany" },
  client: { action: "makeClients", question: "clientMany", done: "changedMany" },
  supplier: { action: "makeSuppliers", question: "supplierMany", done: "changedMany" },
};

interface BulkBarProps {
  role: string;
  categories: readonly CategoryFragment[];
  selection: Selection;
  archived: boolean; // whether the list is of archived contacts
}

// BulkBar says how many contacts are picked, and changes them together.
export function BulkBar({ role, categories, selection, archived }: BulkBarProps) {
  const [open, setOpen] = useState<Change | null>(null);
  const [done, setDone] = useState("");
  const n = selection.picked.size;
  if (!mayEdit(role)) {
    return null;
  }
  const changes: Change[] = archived ? ["restore", "delete"] : ["archive", ...(categories.length > 0 ? (["option"] as const) : []), "client", "supplier", "delete"];
  return (
    <>
      <div role="status">{n === 0 && done && <p class="notice good">{done}</p>}</div>
      {n > 0 && (
        <section class="card bulk" aria-label={t("bulkLabel")}>
          <b role="status">{t("pickedCount", { n: number(n) })}</b>
          {changes.map((change) => (
            <button key={change} type="button" onClick={() => setOpen(change)}>
              {t(words[change].action)}
            </button>
          ))}
          <button type="button" class="link" onClick={selection.clear}>
            {t("pickNone")}
          </button>
        </section>
      )}
      {open && (
        <BulkDialog
          change={open}
          categories={categories}
          contacts={[...selection.picked.values()]}
          close={() => setOpen(null)}
          finished={(succeeded) => {
            const text = t(words[open].done, { n: number(succeeded.length) });
            selection.pick(succeeded, false);
            setDone(text);
            announce(text);
          }}
        />
      )}
    </>
  );
}

const number = (n: number) => new Intl.NumberFormat(locale()).format(n);

interface Outcome {
  contact: Picked;
  faults: Fault[];
}

interface BulkDialogProps {
  change: Change;
  categories: readonly CategoryFragment[];
  contacts: readonly Picked[];
  close(): void;
  finished(succeeded: readonly Picked[]): void;
}

// BulkDialog asks before it changes contacts, and then says which of them were not changed,
// and why. When all were, it closes.
function BulkDialog({ change, categories, contacts, close, finished }: BulkDialogProps) {
  const run = useBulk(change);
  const [outcomes, setOutcomes] = useState<readonly Outcome[] | null>(null);
  const [asked] = useState(contacts); // what is picked becomes fewer as they are done
  const [categoryId, setCategory] = useState(categories[0]?.id ?? "");
  const [optionId, setOption] = useState("");
  const options = categories.find((c) => c.id === categoryId)?.options.filter((o) => !o.archivedAt) ?? [];
  if (outcomes) {
    return <OutcomeDialog change={change} outcomes={outcomes} close={close} />;
  }
  const submit = async () => {
    const result = await run(asked, categoryId, optionId || null);
    const failed = result.outcomes.filter((o) => o.faults.length > 0);
    const succeeded = result.outcomes.filter((o) => o.faults.length === 0).map((o) => o.contact);
    if (succeeded.length > 0) {
      finished(succeeded);
    }
    if (result.faults.length > 0 && result.outcomes.length === 0) {
      return result.faults;
    }
    const rest = asked.slice(result.outcomes.length).map((contact) => ({ contact, faults: result.faults }));
    if (failed.length + rest.length > 0) {
      setOutcomes([...result.outcomes, ...rest]);
    } else {
      close();
    }
    return [];
  };
  return (
    <Dialog title={t(words[change].action)} close={close}>
      <Form submit={submit}>
        <p>{t(words[change].question, { contacts: tn("contactsOne", "contactsOther", asked.length) })}</p>
        <FormFaults />
        {change === "option" && (
          <div class="pair">
            <Choice
              name="categoryId"
              label={t("category")}
              value={categoryId}
              change={(id) => {
                setCategory(id);
                setOption("");
              }}
              options={categories.map((c) => ({ value: c.id, text: c.title }))}
            />
            <Choice
              name="optionId"
              label={t("option")}
              value={optionId}
              change={setOption}
              options={[{ value: "", text: t("optionNone") }, ...options.map((o) => ({ value: o.id, text: o.title }))]}
            />
          </div>
        )}
        <div class="actions">
          <button type="button" onClick={close}>
            {t("cancel")}
          </button>
          <Submit class={change === "delete" || change === "archive" ? "danger" : "primary"}>{t(words[change].action)}</Submit>
        </div>
      </Form>
    </Dialog>
  );
}

function OutcomeDialog({ change, outcomes, close }: { change: Change; outcomes: readonly Outcome[]; close(): void }) {
  const failed = outcomes.filter((o) => o.faults.length > 0);
  return (
    <Dialog title={t("bulkOutcome")} close={close} wide>
      <div role="status">
        {outcomes.length > failed.length && <p class="notice good">{t(words[change].done, { n: number(outcomes.length - failed.length) })}</p>}
        <p class="notice bad">{tn("bulkFailedOne", "bulkFailedOther", failed.length)}</p>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label={t("bulkFailures")}>
        <table class="rows">
          <caption class="unseen">{t("bulkFailures")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("contactColumn")}</th>
              <th scope="col">{t("bulkReason")}</th>
            </tr>
          </thead>
          <tbody>
            {failed.map(({ contact, faults }) => (
              <tr key={contact.id}>
                <th scope="row">{contact.displayName}</th>
                <td>
                  {faults.map((fault, i) => (
                    <div key={i}>
                      <FaultText fault={fault} />
                    </div>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="actions">
        <button type="button" class="primary" onClick={close}>
          {t("close")}
        </button>
      </div>
    </Dialog>
  );
}

const most = 200; // contacts of one request

interface BulkResult {
  outcomes: Outcome[]; // of the requests that were answered
  faults: Fault[]; // of the request that was not; those after it are not sent
}

// useBulk sends a change of many contacts, as many at a time as the server takes.
function useBulk(change: Change) {
  const changed = { types: ["Contact", "PortalAccess"] };
  const archive = useAction(ArchiveContactsDocument, changed);
  const restore = useAction(RestoreContactsDocument, changed);
  const remove = useAction(DeleteContactsDocument, changed);
  const set = useAction(SetContactsOptionDocument, changed);
  const update = useAction(UpdateContactsDocument, changed);

  const send = async (contacts: readonly Picked[], categoryId: string, optionId: string | null): Promise<{ done: BulkFragment | undefined; faults: Fault[] }> => {
    const ids = contacts.map((c) => c.id);
    switch (change) {
      case "archive": {
        const { data, faults } = await archive.run({ ids });
        return { done: data?.archiveContacts, faults };
      }
      case "restore": {
        const { data, faults } = await restore.run({ ids });
        return { done: data?.restoreContacts, faults };
      }
      case "delete": {
        const { data, faults } = await remove.run({ ids });
        return { done: data?.deleteContacts, faults };
      }
      case "option": {
        const { data, faults } = await set.run({ ids, categoryId, optionId });
        return { done: data?.setContactsOption, faults };
      }
      default: {
        const role = change === "client" ? { isClient: true } : { isSupplier: true };
        const { data, faults } = await update.run({ contacts: contacts.map(({ id, version }) => ({ id, version, ...role })) });
        return { done: data?.updateContacts, faults };
      }
    }
  };

  return async (contacts: readonly Picked[], categoryId: string, optionId: string | null): Promise<BulkResult> => {
    const outcomes: Outcome[] = [];
    for (let from = 0; from < contacts.length; from += most) {
      const part = contacts.slice(from, from + most);
      const { done, faults } = await send(part, categoryId, optionId);
      if (!done) {
        return { outcomes, faults };
      }
      outcomes.push(...part.map((contact, i) => ({ contact, faults: faultsOf(done.results[i]) })));
    }
    return { outcomes, faults: [] };
  };
}

function faultsOf(result: BulkFragment["results"][number] | undefined): Fault[] {
  return (result?.errors ?? []).map(({ code, field, message }) => ({ code: code as Code, field, text: message }));
}
