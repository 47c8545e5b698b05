import { useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import { uuid } from "../api/uuid.ts";
import {
  CreateTrackingCategoryDocument,
  DeleteTrackingCategoryDocument,
  TrackingCategoriesDocument,
  UpdateTrackingCategoryDocument,
  type CategoryFragment,
} from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { t } from "../i18n/language.ts";
import { Confirm, Dialog } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { Check, entered, Field, Form, FormFaults, invalid, Submit } from "../ui/form.tsx";
import { ListEditor } from "../ui/list-editor.tsx";
import { Empty, Loading, PageTitle } from "../ui/page.tsx";
import { SettingsNav } from "../ui/settings-nav.tsx";

const uses = ["contacts", "sales", "purchases", "payments", "projects"] as const;

const useNames: Record<(typeof uses)[number], Key> = {
  contacts: "contacts",
  sales: "useSales",
  purchases: "usePurchases",
  payments: "payments",
  projects: "useProjects",
};

// CategoriesScreen keeps the tracking categories of the business.
export function CategoriesScreen() {
  const { data, faults, again } = useQuery(TrackingCategoriesDocument, { archived: true }, { types: ["TrackingCategory"] });
  const [creating, setCreating] = useState(false);
  const categories = data?.trackingCategories;
  return (
    <>
      <SettingsNav />
      <div class="head">
        <PageTitle text={t("categoriesTitle")} />
        <span class="space" />
        <button type="button" class="primary" onClick={() => setCreating(true)}>
          {t("newCategory")}
        </button>
      </div>
      <p class="quiet lead">{t("categoriesIntro")}</p>
      <Faults faults={faults} again={again} />
      {!categories && faults.length === 0 && <Loading />}
      {categories?.length === 0 && <Empty text={t("categoriesEmpty")} />}
      <div class="categories">
        {categories?.map((category) => (
          <CategoryCard key={category.id} category={category} />
        ))}
      </div>
      {creating && <CategoryDialog close={() => setCreating(false)} />}
    </>
  );
}

function CategoryCard({ category }: { category: CategoryFragment }) {
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const close = () => setOpen(null);
  const update = useAction(UpdateTrackingCategoryDocument, { types: ["Contact"] });
  const remove = useAction(DeleteTrackingCategoryDocument, { types: ["TrackingCategory"] });
  const [asking, setAsking] = useState(false);
  const archived = category.archivedAt != null;
  const { id, version } = category;
  const used = uses.filter((use) => category[use]);
  const archive = async () => (await update.run({ id, version, archived: !archived })).faults;
  const of = <span class="unseen"> {category.title}</span>;
  return (
    <section class="card inset" aria-label={category.title}>
      <div class="spread">
        <h2>
          {category.title} {archived && <span class="tag warn">{t("categoryArchived")}</span>}
        </h2>
        <div class="actions small">
          <button type="button" onClick={() => setOpen("edit")}>
            {t("edit")}
            {of}
          </button>
          <button type="button" onClick={() => (archived ? void archive() : setAsking(true))}>
            {t(archived ? "restore" : "archive")}
            {of}
          </button>
          <button type="button" onClick={() => setOpen("delete")}>
            {t("delete")}
            {of}
          </button>
        </div>
      </div>
      <p class="quiet">{t("categoryUses", { uses: used.map((use) => t(useNames[use])).join(", ") || "–" })}</p>
      <ul class="tags">
        {category.options.map((o) => (
          <li key={o.id} class={o.archivedAt ? "tag pale" : "tag"}>
            {o.title}
            {o.archivedAt && ` (${t("optionArchived")})`}
          </li>
        ))}
      </ul>
      {open === "edit" && <CategoryDialog category={category} close={close} />}
      {asking && (
        <Confirm
          title={t("archive")}
          question={t("archiveCategoryQuestion", { name: category.title })}
          action={t("archive")}
          close={() => setAsking(false)}
          run={archive}
        />
      )}
      {open === "delete" && (
        <Confirm
          title={t("delete")}
          question={t("deleteCategoryQuestion", { name: category.title })}
          action={t("delete")}
          danger
          close={close}
          run={async () => (await remove.run({ id })).faults}
        />
      )}
    </section>
  );
}

interface DraftOption {
  key: string;
  id?: string;
  title: string;
  archived: boolean;
}

const newOption = (): DraftOption => ({ key: uuid(), title: "", archived: false });

// CategoryDialog makes a category, or changes one with its options.
function CategoryDialog({ category, close }: { category?: CategoryFragment; close(): void }) {
  const create = useAction(CreateTrackingCategoryDocument, { types: ["TrackingCategory"] });
  const update = useAction(UpdateTrackingCategoryDocument, { types: ["TrackingCategory", "Contact"] });
  const [options, setOptions] = useState<DraftOption[]>(
    () => category?.options.map((o) => ({ key: o.id, id: o.id, title: o.title, archived: o.archivedAt != null })) ?? [newOption(), newOption()],
  );
  const submit = async (form: FormData) => {
    const kept = options.filter((o) => o.title.trim());
    if (kept.length === 0) {
      return [invalid("options", t("optionNeeded"))];
    }
    const input = {
      title: entered(form, "title"),
      ...(Object.fromEntries(uses.map((use) => [use, form.has(use)])) as Record<(typeof uses)[number], boolean>),
      options: kept.map(({ id, title, archived }) => ({ ...(id && { id }), title: title.trim(), archived })),
    };
    const { data, faults } = category
      ? await update.run({ id: category.id, version: category.version, ...input })
      : await create.run(input);
    if (data) {
      close();
      return [];
    }
    return faults.map((fault) => {
      const [, place, ...rest] = /^options\.(\d+)(.*)$/.exec(fault.field) ?? [];
      const option = place === undefined ? undefined : kept[Number(place)];
      return option ? { ...fault, field: `options.${options.indexOf(option)}${rest.join("")}` } : fault;
    });
  };
  return (
    <Dialog title={t(category ? "editCategory" : "newCategory")} close={close}>
      <Form submit={submit}>
        <FormFaults />
        <Field name="title" label={t("categoryTitle")} value={category?.title ?? ""} maxLength={100} required focused />
        <fieldset>
          <legend>{t("categoryAppliesTo")}</legend>
          <div class="checks">
            {uses.map((use) => (
              <Check key={use} name={use} label={t(useNames[use])} checked={category ? category[use] : use === "contacts"} />
            ))}
          </div>
        </fieldset>
        <ListEditor
          name="options"
          legend={t("options")}
          itemName={(n) => t("optionN", { n })}
          add={t("addOption")}
          items={options}
          most={200}
          blank={newOption}
          change={setOptions}
        >
          {(item, i, set) => (
            <>
              <Field name={`options.${i}.title`} label={t("optionN", { n: i + 1 })} quiet value={item.title} change={(title) => set({ title })} maxLength={100} class="long" />
              {item.id && <Check name={`options.${i}.archived`} label={t("optionArchived")} checked={item.archived} change={(archived) => set({ archived })} />}
              <input type="hidden" name="options" />
            </>
          )}
        </ListEditor>
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
