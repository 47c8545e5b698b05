import { useQuery } from "../api/hooks.ts";
import { TrackingCategoriesDocument, type CategoryFragment } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { Choice } from "./form.tsx";

interface OptionChoicesProps {
  categories: readonly CategoryFragment[];
  chosen: readonly string[]; // ids of options
  change(chosen: string[]): void;
}

// offered are the categories that can be chosen from, and those that something has already.
export const offered = (categories: readonly CategoryFragment[], chosen: readonly string[]) =>
  categories.filter((c) => !c.archivedAt || c.options.some((o) => chosen.includes(o.id)));

// OptionChoices chooses an option of each tracking category. One that is no longer offered stays
// where it is until it is changed.
export function OptionChoices({ categories, chosen, change }: OptionChoicesProps) {
  return (
    <div class="pair">
      {offered(categories, chosen).map((category) => {
        const ids = category.options.map((o) => o.id);
        const own = chosen.find((id) => ids.includes(id)) ?? "";
        return (
          <Choice
            key={category.id}
            name="optionIds"
            label={category.title}
            value={own}
            change={(id) => change([...chosen.filter((other) => !ids.includes(other)), ...(id ? [id] : [])])}
            options={[
              { value: "", text: t("optionNone") },
              ...category.options.filter((o) => !o.archivedAt || o.id === own).map((o) => ({ value: o.id, text: o.title })),
            ]}
          />
        );
      })}
    </div>
  );
}

// Options is OptionChoices of the categories for one use.
export function Options({ use, ...rest }: Omit<OptionChoicesProps, "categories"> & { use: "sales" | "purchases" | "payments" | "projects" }) {
  const { data } = useQuery(TrackingCategoriesDocument, { archived: true }, { types: ["TrackingCategory"] });
  const categories = data?.trackingCategories.filter((c) => c[use]) ?? [];
  return <OptionChoices {...rest} categories={categories} />;
}
