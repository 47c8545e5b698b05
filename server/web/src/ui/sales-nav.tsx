import { t } from "../i18n/language.ts";
import { Link, usePlace } from "../router.tsx";

// SalesNav is the way between the lists that sales are made from.
export function SalesNav() {
  const { path } = usePlace();
  return (
    <nav class="views settings" aria-label={t("salesSections")}>
      <Link href="/products" current={path === "/products"}>
        {t("productsTitle")}
      </Link>
      <Link href="/recurring" current={path === "/recurring"}>
        {t("recurringTitle")}
      </Link>
      <Link href="/reminders" current={path === "/reminders"}>
        {t("remindersTitle")}
      </Link>
    </nav>
  );
}
