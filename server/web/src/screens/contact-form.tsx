import { useEffect, useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { formatDecimal, parseDecimal } from "../format/amount.ts";
import { changesOf, draftFields, draftOf, inputOf, kept, newDraft, same, type Draft, type DraftList } from "../format/draft.ts";
import { uuid } from "../api/uuid.ts";
import { ContactToEditDocument, ApplyRegistryCheckDocument, CreateContactDocument, TrackingCategoriesDocument, UpdateContactDocument, type ContactFieldsFragment } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { go, hold, Link } from "../router.tsx";
import { Faults } from "../ui/fault.tsx";
import { Field, Form, FormFaults, invalid, Submit } from "../ui/form.tsx";
import { Loading, PageTitle } from "../ui/page.tsx";
import { Unsaved } from "../ui/unsaved.tsx";
import { ConflictDialog, type Conflict } from "./contact-conflict.tsx";
import { Addresses, Categories, Defaults, Emails, Names, Phones, Taxation, type Part } from "./contact-fields.tsx";

// NewContactScreen writes a new contact.
export function NewContactScreen() {
  return (
    <>
      <Link href="/contacts" class="up">
        {t("contacts")}
      </Link>
      <PageTitle text={t("createContactTitle")} />
      <ContactForm />
    </>
  );
}

// EditContactScreen changes a contact.
export function EditContactScreen({ id }: { id: string }) {
  const { data, faults, again } = useQuery(ContactToEditDocument, { id });
  const contact = data?.contact;
  if (!contact) {
    return faults.length > 0 ? <Faults faults={faults} again={again} /> : <Loading />;
  }
  return (
    <>
      <Link href={`/contacts/${contact.id}`} class="up">
        {contact.displayName}
      </Link>
      <PageTitle text={t("editContactTitle")} />
      {contact.archivedAt && <p class="notice">{t("archivedNote")}</p>}
      <ContactForm contact={contact} />
    </>
  );
}

const blank = { label: "", primary: true };

// A new contact begins with room for the first e-mail address and telephone number.
const begun = (): Draft => ({ ...newDraft(), emails: [{ key: uuid(), email: "", ...blank }], phones: [{ key: uuid(), number: "", ...blank }] });

// ContactForm writes all there is of a contact. Of one that is there it sends what was
// changed, with the version that was read; when somebody else was faster, it shows both and
// saves what the reader decides.
function ContactForm({ contact }: { contact?: ContactFieldsFragment }) {
  const create = useAction(CreateContactDocument, { types: ["Contact"] });
  const keepProof = useAction(ApplyRegistryCheckDocument, { types: ["RegistryCheck"] });
  const update = useAction(UpdateContactDocument, { types: ["Contact"] });
  const categories = useQuery(TrackingCategoriesDocument, { archived: true }, { types: ["TrackingCategory"] }).data?.trackingCategories ?? [];
  const [read, setRead] = useState<Draft>(() => (contact ? draftOf(contact) : begun()));
  const [version, setVersion] = useState(contact?.version ?? 0);
  const [draft, setDraft] = useState(() => asTyped(read));
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [proof, setProof] = useState({ id: "", number: "" }); // of a registry, asked for a contact that is not there yet
  const changed = draftFields.some((field) => !same(read, withDecimals(draft), field));
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  useEffect(() => {
    // What was read may have come from before: a newer reading takes its place, as long as
    // nothing was changed here.
    if (contact && contact.version > version && !changed) {
      setRead(draftOf(contact));
      setDraft(asTyped(draftOf(contact)));
      setVersion(contact.version);
    }
  }, [contact?.version]);

  const finish = (id: string) => {
    hold(false);
    go(`/contacts/${id}`, { replace: !contact });
  };

  // save sends the draft over a contact as it was read, with a version.
  const save = async (mine: Draft, over: Draft, at: number): Promise<Fault[]> => {
    if (!contact) {
      const { data, faults } = await create.run(inputOf(mine));
      if (data) {
        const made = data.createContact.contact;
        if (proof.id && bare(mine.vatNumber) === bare(proof.number)) {
          await keepProof.run({ checkId: proof.id, contactId: made.id, version: made.version, fields: [] });
        }
        finish(made.id);
      }
      return placed(faults, mine);
    }
    const changes = changesOf(over, mine);
    if (Object.keys(changes).length === 0) {
      finish(contact.id);
      return [];
    }
    const { data, faults } = await update.run({ id: contact.id, version: at, ...changes });
    if (data) {
      finish(data.updateContact.contact.id);
      return [];
    }
    const stale = faults.find((f) => f.code === "CONFLICT" && f.current);
    if (stale) {
      setConflict({ mine, base: over, theirs: draftOf(stale.current!), version: Number(stale.current!.version) });
      return [];
    }
    return placed(faults, mine);
  };

  const submit = async (): Promise<Fault[]> => {
    const mine = withDecimals(draft);
    const wrong = wrongIn(mine);
    return wrong.length > 0 ? wrong : save(mine, read, version);
  };

  const part: Part = { draft, change };
  return (
    <>
      <Form submit={submit} class="contactform">
        <FormFaults />
        <Names {...part} />
        <Taxation {...part} contactId={contact?.id} {...(!contact && { onAnswer: (id: string) => setProof({ id, number: draft.vatNumber }) })} />
        <section class="card inset">
          <h2>{t("reach")}</h2>
          <Emails {...part} />
          <Phones {...part} />
          <Field name="website" label={t("website")} value={draft.website} change={(website) => change({ website })} maxLength={200} />
        </section>
        <section class="card inset">
          <h2>{t("addresses")}</h2>
          <Addresses {...part} />
        </section>
        <Categories {...part} categories={categories.filter((c) => c.contacts)} />
        <Defaults {...part} />
        <div class="actions sticky">
          <Link href={contact ? `/contacts/${contact.id}` : "/contacts"} class="button">
            {t("cancel")}
          </Link>
          <Submit>{t("save")}</Submit>
        </div>
      </Form>
      {conflict && (
        <ConflictDialog
          conflict={conflict}
          categories={categories}
          close={() => setConflict(null)}
          decide={async (decided) => {
            const { theirs, version: at } = conflict;
            setRead(theirs);
            setVersion(at);
            setDraft(asTyped(decided));
            setConflict(null);
            return save(decided, theirs, at);
          }}
        />
      )}
      <Unsaved changed={changed} />
    </>
  );
}

// bare is a VAT number without its country and what people write between its digits.
const bare = (number: string) => number.replace(/[^0-9A-Za-z]/g, "").replace(/^[A-Za-z]{2}/, "");

// asTyped has the rates of taxes as a person of the language writes them.
function asTyped(draft: Draft): Draft {
  return { ...draft, defaultTaxes: draft.defaultTaxes.map((tax) => ({ ...tax, rate: tax.rate && formatDecimal(tax.rate, locale()) })) };
}

// withDecimals has the rates of taxes as the API writes decimals, where they can be read.
function withDecimals(draft: Draft): Draft {
  return { ...draft, defaultTaxes: draft.defaultTaxes.map((tax) => ({ ...tax, rate: parseDecimal(tax.rate, locale()) ?? tax.rate })) };
}

// wrongIn is what the page can say of a draft by itself.
function wrongIn(draft: Draft): Fault[] {
  const faults: Fault[] = [];
  if (!draft.company.trim() && !draft.firstName.trim() && !draft.lastName.trim()) {
    faults.push(invalid("company", t("nameNeeded")));
  }
  const days = draft.defaultDueDays.trim();
  if (days && !/^\d{1,4}$/.test(days)) {
    faults.push(invalid("defaultDueDays", t("fieldDays")));
  }
  if (draft.defaultCurrency && !/^[a-z]{3}$/i.test(draft.defaultCurrency)) {
    faults.push(invalid("defaultCurrency", t("fieldCurrency")));
  }
  for (const [i, tax] of draft.defaultTaxes.entries()) {
    if (tax.rate.trim() && !/^\d+(\.\d+)?$/.test(tax.rate)) {
      faults.push(invalid(`defaultTaxes.${i}.rate`, t("fieldDecimal")));
    }
  }
  return faults;
}

// placed names the items of lists by their place in the form: those in which nothing was
// written were not sent, and are not counted by the server.
function placed(faults: readonly Fault[], draft: Draft): Fault[] {
  return faults.map((fault) => {
    const [name, place, ...rest] = fault.field.split(".");
    if (!/^(addresses|emails|phones|defaultTaxes)$/.test(name!) || place === undefined) {
      return fault;
    }
    const i = kept(draft, name as DraftList)[Number(place)];
    return i === undefined ? fault : { ...fault, field: [name, i, ...rest].join(".") };
  });
}
