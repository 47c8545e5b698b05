import { useState } from "preact/hooks";
import { formatMoney } from "../format/amount.ts";
import { ProductsDocument, type ProductCardFragment } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Empty } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";

interface ProductPickerProps {
  currency: string; // of the document: a price in another one is not taken over
  take(product: ProductCardFragment): void;
  close(): void;
}

// ProductPicker finds something of the price list and hands it over.
export function ProductPicker({ currency, take, close }: ProductPickerProps) {
  const [search, setSearch] = useState("");
  return (
    <Dialog title={t("fromPriceList")} close={close}>
      <div class="finder">
        <input
          type="search"
          aria-label={t("search")}
          placeholder={t("search")}
          value={search}
          maxLength={200}
          autofocus
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      </div>
      <Pages
        key={search}
        document={ProductsDocument}
        variables={(after) => ({ filter: { search }, after })}
        connection={(data) => data.products}
        types={["Product"]}
        rows={(nodes) =>
          nodes.map((product) => (
            <li key={product.id} class="spread">
              <button type="button" onClick={() => take(product)}>
                {product.title}
                {product.code && <small> {product.code}</small>}
              </button>
              <span class={product.currency === currency ? "" : "quiet"}>
                {formatMoney({ amount: product.unitPrice, currency: product.currency }, locale())}
              </span>
            </li>
          ))
        }
        frame={(pages) => <ul class="plain">{pages}</ul>}
        empty={<Empty text={t(search ? "productsNone" : "productsEmptyText")} />}
      />
    </Dialog>
  );
}
