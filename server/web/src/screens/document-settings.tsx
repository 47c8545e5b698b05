import { useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import { formatDay } from "../format/day.ts";
import {
  CloseBooksDocument,
  CreateExpenseCategoryDocument,
  CreateNumberSequenceDocument,
  DeleteExpenseCategoryDocument,
  DocumentSettingsDocument,
  ExpenseCategoriesDocument,
  UpdateExpenseCategoryDocument,
  UpdateNumberSequenceDocument,
  type DocumentType,
  type ExpenseCategoryPartsFragment,
  type SequenceFragment,
} from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Confirm, Dialog } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { Check, Choice, entered, Field, Form, FormFaults, invalid, Submit } from "../ui/form.tsx";
import { Named } from "../ui/named.tsx";
import { Empty, Loading, PageTitle } from "../ui/page.tsx";
import { SettingsNav } from "../ui/settings-nav.tsx";

const types: readonly DocumentType[] = ["INVOICE", "CREDIT_NOTE", "ESTIMATE", "BILL", "SUPPLIER_CREDIT", "EXPENSE"];

// DocumentSettingsScreen keeps how documents are numbered, what purchases are for, and until when
// the books are closed.
export function DocumentSettingsScreen() {
  const { data, faults, again } = useQuery(DocumentSettingsDocument, {}, { types: ["NumberSequence", "Organization"] });
  const [open, setOpen] = useState<SequenceFragment | "new" | null>(null);
  return (
    <>
      <SettingsNav />
      <div class="head">
        <PageTitle text={t("documentSettings")} />
      </div>
      <Faults faults={faults} again={again} />
      {!data && faults.length === 0 && <Loading />}
      {data && (
        <>
          <section class="card inset" aria-label={t("sequences")}>
            <div class="spread">
              <h2>{t("sequences")}</h2>
              <button type="button" class="primary" onClick={() => setOpen("new")}>
                {t("newSequence")}
              </button>
            </div>
            <p class="quiet">{t("sequencesIntro")}</p>
            {data.numberSequences.length === 0 && <Empty text={t("sequencesEmpty")} />}
            <ul class="plain">
              {data.numberSequences.map((s) => (
                <SequenceRow key={s.id} sequence={s} edit={() => setOpen(s)} />
              ))}
            </ul>
          </section>
          <ClosingDate date={data.organization.closingDate ?? null} />
          <Categories />
          {open && <SequenceDialog sequence={open === "new" ? undefined : open} close={() => setOpen(null)} />}
        </>
      )}
    </>
  );
}

function SequenceRow({ sequence: s, edit }: { sequence: SequenceFragment; edit(): void }) {
  const update = useAction(UpdateNumberSequenceDocument, { types: ["NumberSequence"] });
  const [asking, setAsking] = useState(false);
  const name = `${t(`types${s.documentType}`)} ${s.name}`;
  const archive = async () => (await update.run({ id: s.id, archived: !s.archivedAt })).faults;
  return (
    <li class="spread">
      <div class="name">
        {name}{" "}
        <span class="tags">
          {s.isDefault && <span class="tag good">{t("isDefault")}</span>}
          {s.archivedAt && <span class="tag warn">{t("categoryArchived")}</span>}
        </span>
        <small>
          {sample(s)}
          {s.yearly && ` · ${t("yearly")}`}
        </small>
      </div>
      <div class="actions small">
        <button type="button" onClick={edit}>
          <Named text={t("edit")} name={name} />
        </button>
        {!s.isDefault && (
          <button type="button" onClick={() => (s.archivedAt ? void archive() : setAsking(true))}>
            <Named text={t(s.archivedAt ? "restore" : "archive")} name={name} />
          </button>
        )}
      </div>
      {asking && (
        <Confirm title={t("archive")} question={t("archiveSequenceQuestion", { name })} action={t("archive")} close={() => setAsking(false)} run={archive} />
      )}
    </li>
  );
}

// sample is how the first number of a sequence is printed.
const sample = (s: { prefix: string; padding: number; yearly: boolean }): string =>
  `${s.prefix}${s.yearly ? `${new Date().getFullYear()}-` : ""}${"1".padStart(s.padding, "0")}`;

function SequenceDialog({ sequence, close }: { sequence: SequenceFragment | undefined; close(): void }) {
  const changed = { types: ["NumberSequence"] };
  const create = useAction(CreateNumberSequenceDocument, changed);
  const update = useAction(UpdateNumberSequenceDocument, changed);
  const [prefix, setPrefix] = useState(sequence?.prefix ?? "");
  const [padding, setPadding] = useState(String(sequence?.padding ?? 5));
  const [yearly, setYearly] = useState(sequence?.yearly ?? false);
  const [type, setType] = useState<string>(sequence?.documentType ?? "INVOICE");
  const digits = /^\d{1,2}$/.test(padding) && Number(padding) <= 12 ? Number(padding) : null;
  const submit = async (form: FormData) => {
    if (digits === null) {
      return [invalid("padding", t("paddingRange"))];
    }
    const input = { name: entered(form, "name"), prefix, padding: digits };
    const { faults } = sequence
      ? await update.run({ id: sequence.id, ...input, ...(form.has("isDefault") && { isDefault: true }) })
      : await create.run({ ...input, documentType: type as DocumentType, yearly, isDefault: form.has("isDefault") });
    if (faults.length === 0) {
      close();
    }
    return faults;
  };
  return (
    <Dialog title={t(sequence ? "editSequence" : "newSequence")} close={close}>
      <Form submit={submit}>
        <FormFaults />
        {!sequence && (
          <Choice
            name="documentType"
            label={t("type")}
            value={type}
            change={setType}
            options={types.map((value) => ({ value, text: t(`types${value}`) }))}
          />
        )}
        <Field name="name" label={t("nameOf")} value={sequence?.name} maxLength={50} required focused />
        <Field name="prefix" label={t("prefix")} value={prefix} change={setPrefix} maxLength={15} />
        <Field name="padding" label={t("padding")} value={padding} change={setPadding} numeric required />
        {!sequence && <Check name="yearly" label={t("yearly")} checked={yearly} change={setYearly} />}
        {!sequence?.isDefault && !sequence?.archivedAt && <Check name="isDefault" label={t("makeDefault")} />}
        <p class="quiet" aria-live="polite">
          {t("numbersLike", { sample: sample({ prefix, padding: digits ?? 0, yearly }) })}
        </p>
        <div class="actions">
          <button type="button" onClick={close}>
            {t("cancel")}
          </button>
          <Submit>{t("save")}</Submit>
        </div>
      </Form>
    </Dialog>
  );
}

function ClosingDate({ date }: { date: string | null }) {
  const close = useAction(CloseBooksDocument, { types: ["Organization"] });
  const [asking, setAsking] = useState(false);
  return (
    <section class="card inset" aria-label={t("closingDate")}>
      <h2>{t("closingDate")}</h2>
      <p class="quiet">{date ? t("closedUpTo", { date: formatDay(date, locale()) }) : t("booksOpen")}</p>
      <Form
        key={date ?? ""}
        submit={async (form) => (await close.run({ closingDate: entered(form, "closingDate") })).faults}
      >
        <FormFaults />
        <div class="pair">
          <Field name="closingDate" label={t("closingDate")} type="date" value={date ?? ""} hint={t("closingHint")} required />
        </div>
        <div class="actions">
          {date && (
            <button type="button" onClick={() => setAsking(true)}>
              {t("openBooks")}
            </button>
          )}
          <Submit>{t("closeBooks")}</Submit>
        </div>
      </Form>
      {asking && (
        <Confirm
          title={t("openBooks")}
          question={t("openBooksQuestion")}
          action={t("openBooks")}
          close={() => setAsking(false)}
          run={async () => (await close.run({ openBooks: true })).faults}
        />
      )}
    </section>
  );
}

function Categories() {
  const { data, faults, again } = useQuery(ExpenseCategoriesDocument, { archived: true }, { types: ["ExpenseCategory"] });
  const [open, setOpen] = useState<ExpenseCategoryPartsFragment | "new" | null>(null);
  return (
    <section class="card inset" aria-label={t("expenseCategories")}>
      <div class="spread">
        <h2>{t("expenseCategories")}</h2>
        <button type="button" onClick={() => setOpen("new")}>
          {t("newExpenseCategory")}
        </button>
      </div>
      <p class="quiet">{t("expenseCategoriesIntro")}</p>
      <Faults faults={faults} again={again} />
      <ul class="plain">
        {data?.expenseCategories.map((c) => (
          <CategoryRow key={c.id} category={c} edit={() => setOpen(c)} />
        ))}
      </ul>
      {open && <CategoryDialog category={open === "new" ? undefined : open} close={() => setOpen(null)} />}
    </section>
  );
}

function CategoryRow({ category: c, edit }: { category: ExpenseCategoryPartsFragment; edit(): void }) {
  const changed = { types: ["ExpenseCategory"] };
  const update = useAction(UpdateExpenseCategoryDocument, changed);
  const remove = useAction(DeleteExpenseCategoryDocument, changed);
  const [asking, setAsking] = useState(false);
  return (
    <li class="spread">
      <span>
        {c.name} {c.archivedAt && <span class="tag warn">{t("categoryArchived")}</span>}
      </span>
      <div class="actions small">
        <button type="button" onClick={edit}>
          <Named text={t("edit")} name={c.name} />
        </button>
        <button type="button" onClick={() => void update.run({ id: c.id, version: c.version, archived: !c.archivedAt })}>
          <Named text={t(c.archivedAt ? "restore" : "archive")} name={c.name} />
        </button>
        <button type="button" onClick={() => setAsking(true)}>
          <Named text={t("delete")} name={c.name} />
        </button>
      </div>
      {asking && (
        <Confirm
          title={t("delete")}
          question={t("deleteCategoryQuestion", { name: c.name })}
          action={t("delete")}
          danger
          close={() => setAsking(false)}
          run={async () => (await remove.run({ id: c.id })).faults}
        />
      )}
    </li>
  );
}

function CategoryDialog({ category, close }: { category: ExpenseCategoryPartsFragment | undefined; close(): void }) {
  const changed = { types: ["ExpenseCategory"] };
  const create = useAction(CreateExpenseCategoryDocument, changed);
  const update = useAction(UpdateExpenseCategoryDocument, changed);
  const submit = async (form: FormData) => {
    const name = entered(form, "name");
    const { faults } = category ? await update.run({ id: category.id, version: category.version, name }) : await create.run({ name });
    if (faults.length === 0) {
      close();
    }
    return faults;
  };
  return (
    <Dialog title={t(category ? "expenseCategory" : "newExpenseCategory")} close={close}>
      <Form submit={submit}>
        <FormFaults />
        <Field name="name" label={t("nameOf")} value={category?.name} maxLength={100} required focused />
        <div class="actions">
          <button type="button" onClick={close}>
            {t("cancel")}
          </button>
          <Submit>{t("save")}</Submit>
        </div>
      </Form>
    </Dialog>
  );
}
