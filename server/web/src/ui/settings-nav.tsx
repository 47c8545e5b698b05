import { t } from "../i18n/language.ts";
import { Link, usePlace } from "../router.tsx";

// SettingsNav is the way between the settings of the business.
export function SettingsNav() {
  const { path } = usePlace();
  return (
    <nav class="views settings" aria-label={t("settings")}>
      <Link href="/settings/business" current={path === "/settings/business"}>
        {t("businessTitle")}
      </Link>
      <Link href="/settings/categories" current={path === "/settings/categories"}>
        {t("categoriesTitle")}
      </Link>
      <Link href="/settings/documents" current={path === "/settings/documents"}>
        {t("documentSettings")}
      </Link>
      <Link href="/settings/registries" current={path === "/settings/registries"}>
        {t("settingsRegistries")}
      </Link>
      <Link href="/settings/payments" current={path === "/settings/payments"}>
        {t("providersTitle")}
      </Link>
      <Link href="/settings/jobs" current={path === "/settings/jobs"}>
        {t("jobsTitle")}
      </Link>
    </nav>
  );
}
