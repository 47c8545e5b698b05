import { useState } from "preact/hooks";
import { useAction } from "../api/hooks.ts";
import { formatMoney, parseDecimal } from "../format/amount.ts";
import {
  ArchiveProductDocument,
  CreateProductDocument,
  DeleteProductDocument,
  ProductsDocument,
  RestoreProductDocument,
  UpdateProductDocument,
  type ProductCardFragment,
} from "../gql/graphql.ts";
import type { Fault } from "../api/failure.ts";
import { locale, t } from "../i18n/language.ts";
import { mayEdit } from "../role.ts";
import { go, usePlace, withQuery } from "../router.tsx";
import { CategoryChoice } from "../ui/category-choice.tsx";
import { Confirm, Dialog } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { Choice, entered, Field, Form, FormFaults, invalid, Submit } from "../ui/form.tsx";
import { Named } from "../ui/named.tsx";
import { Empty, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { SalesNav } from "../ui/sales-nav.tsx";

const changed = { types: ["Product"] };

// ProductsScreen is the price list. What is searched for is in the address.
export function ProductsScreen({ role }: { role: string }) {
  const { query } = usePlace();
  const [creating, setCreating] = useState(false);
  const search = query.get("search") ?? "";
  const archived = query.get("archived") === "1";
  const editor = mayEdit(role);
  return (
    <>
      <SalesNav />
      <div class="head">
        <PageTitle text={t("productsTitle")} />
        <span class="space" />
        {editor && (
          <button type="button" class="primary" onClick={() => setCreating(true)}>
            {t("newProduct")}
          </button>
        )}
      </div>
      <p class="quiet lead">{t("productsIntro")}</p>
      <div class="finder">
        <input
          type="search"
          aria-label={t("search")}
          placeholder={t("search")}
          value={search}
          maxLength={200}
          onInput={(event) => go(withQuery({ search: event.currentTarget.value }), { replace: true })}
        />
        <button type="button" aria-pressed={archived} onClick={() => go(withQuery({ archived: archived ? null : "1" }), { replace: true })}>
          {t("showArchived")}
        </button>
      </div>
      <Pages
        key={`${search} ${archived}`}
        document={ProductsDocument}
        variables={(after) => ({ filter: { search, archived }, after })}
        connection={(data) => data.products}
        types={["Product"]}
        rows={(nodes) => (
          <tbody>
            {nodes.map((product) => (
              <ProductRow key={product.id} product={product} editor={editor} />
            ))}
          </tbody>
        )}
        frame={(pages) => <ProductTable>{pages}</ProductTable>}
        empty={search || archived ? <Empty text={t("productsNone")} /> : <Empty title={t("productsEmptyTitle")} text={t("productsEmptyText")} />}
      />
      {creating && <ProductDialog close={() => setCreating(false)} />}
    </>
  );
}

function ProductTable({ children }: { children: preact.ComponentChildren }) {
  return (
    <table class="card rows">
      <caption class="unseen">{t("productsTitle")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("productTitle")}</th>
          <th scope="col" class="wide">
            {t("productCode")}
          </th>
          <th scope="col" class="money">
            {t("productPrice")}
          </th>
          <th scope="col" class="wide">
            <span class="unseen">{t("edit")}</span>
          </th>
        </tr>
      </thead>
      {children}
    </table>
  );
}

const vatOf = (product?: ProductCardFragment) => product?.taxes?.find((tax) => tax.kind === "VAT")?.rate;

function ProductRow({ product, editor }: { product: ProductCardFragment; editor: boolean }) {
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const archive = useAction(ArchiveProductDocument, changed);
  const restore = useAction(RestoreProductDocument, changed);
  const remove = useAction(DeleteProductDocument, changed);
  const close = () => setOpen(null);
  const { id, title } = product;
  const archived = product.archivedAt != null;
  const vat = vatOf(product);
  return (
    <tr>
      <th scope="row">
        {editor ? (
          <button type="button" class="link" onClick={() => setOpen("edit")}>
            {title}
          </button>
        ) : (
          title
        )}{" "}
        {archived && <span class="tag warn">{t("productArchived")}</span>}
        <small class="quiet">
          {t(`kind${product.kind}`)}
          {vat !== undefined && ` · ${t("productVat")} ${vat}`}
        </small>
        <Faults faults={faults} />
        {open === "edit" && <ProductDialog product={product} close={close} />}
        {open === "delete" && (
          <Confirm
            title={t("delete")}
            question={t("deleteProductQuestion", { name: title })}
            action={t("delete")}
            danger
            close={close}
            run={async () => (await remove.run({ id })).faults}
          />
        )}
      </th>
      <td class="wide">{product.code}</td>
      <td class="money">
        {formatMoney({ amount: product.unitPrice, currency: product.currency }, locale())}
        {product.unit && <small class="quiet">{product.unit}</small>}
      </td>
      <td class="wide">
        {editor && (
          <div class="actions small">
            <button type="button" onClick={async () => setFaults((await (archived ? restore : archive).run({ id })).faults)}>
              <Named text={t(archived ? "restore" : "archive")} name={title} />
            </button>
            <button type="button" onClick={() => setOpen("delete")}>
              <Named text={t("delete")} name={title} />
            </button>
          </div>
        )}
      </td>
    </tr>
  );
}

// ProductDialog adds a product, or changes one.
function ProductDialog({ product, close }: { product?: ProductCardFragment; close(): void }) {
  const create = useAction(CreateProductDocument, changed);
  const update = useAction(UpdateProductDocument, changed);
  const [kind, setKind] = useState<string>(product?.kind ?? "SERVICE");
  const [category, setCategory] = useState(product?.categoryId ?? "");
  const submit = async (data: FormData) => {
    const unitPrice = parseDecimal(entered(data, "unitPrice"), locale());
    const vat = entered(data, "taxes");
    const rate = vat === "" ? null : parseDecimal(vat, locale());
    const wrong = [
      ...(unitPrice === null ? [invalid("unitPrice", t("fieldDecimal"))] : []),
      ...(vat !== "" && rate === null ? [invalid("taxes", t("fieldDecimal"))] : []),
    ];
    if (wrong.length > 0 || unitPrice === null) {
      return wrong;
    }
    const others = product?.taxes?.filter((tax) => tax.kind !== "VAT") ?? [];
    const input = {
      kind: kind as "PRODUCT" | "SERVICE",
      title: entered(data, "title"),
      code: entered(data, "code"),
      unit: entered(data, "unit"),
      unitPrice,
      currency: entered(data, "currency").toUpperCase() || null,
      ...(rate !== null && { taxes: [{ kind: "VAT" as const, rate }, ...others] }),
      ...(category && { categoryId: category }),
    };
    const clear = [...(rate === null ? (["TAXES"] as const) : []), ...(product?.categoryId && !category ? (["CATEGORY"] as const) : [])];
    const { faults } = product
      ? await update.run({ id: product.id, version: product.version, ...input, clear })
      : await create.run(input);
    if (faults.length === 0) {
      close();
    }
    return faults.map((fault) => (fault.field.startsWith("taxes.") ? { ...fault, field: "taxes" } : fault));
  };
  return (
    <Dialog title={t(product ? "editProduct" : "newProduct")} close={close}>
      <Form submit={submit} class="stack">
        <FormFaults />
        <Field name="title" label={t("productTitle")} value={product?.title ?? ""} maxLength={1000} required focused />
        <div class="quad">
          <Choice
            name="kind"
            label={t("productKind")}
            value={kind}
            change={setKind}
            options={[
              { value: "SERVICE", text: t("kindSERVICE") },
              { value: "PRODUCT", text: t("kindPRODUCT") },
            ]}
          />
          <Field name="code" label={t("productCode")} value={product?.code ?? ""} maxLength={50} />
          <Field name="unit" label={t("productUnit")} value={product?.unit ?? ""} maxLength={20} />
        </div>
        <div class="quad">
          <Field name="unitPrice" label={t("productPrice")} value={product?.unitPrice.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "") ?? ""} numeric required />
          <Field name="currency" label={t("currency")} value={product?.currency ?? ""} maxLength={3} />
          <Field name="taxes" label={t("productVat")} value={vatOf(product) ?? ""} hint={t("productVatDefault")} numeric />
        </div>
        <CategoryChoice name="categoryId" value={category} change={setCategory} />
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
