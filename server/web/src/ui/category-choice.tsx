import { useQuery } from "../api/hooks.ts";
import { ExpenseCategoriesDocument } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { Choice } from "./form.tsx";

// CategoryChoice chooses what a purchase is for. A category that is no longer offered stays where
// it is.
export function CategoryChoice({ name, value, change }: { name: string; value: string; change(id: string): void }) {
  const { data } = useQuery(ExpenseCategoriesDocument, { archived: true }, { types: ["ExpenseCategory"] });
  const offered = data?.expenseCategories.filter((c) => !c.archivedAt || c.id === value) ?? [];
  if (offered.length === 0) {
    return null;
  }
  return (
    <Choice
      class="category"
      name={name}
      label={t("expenseCategory")}
      value={value}
      change={change}
      options={[{ value: "", text: "–" }, ...offered.map((c) => ({ value: c.id, text: c.name }))]}
    />
  );
}
