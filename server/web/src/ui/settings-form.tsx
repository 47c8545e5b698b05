import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { t } from "../i18n/language.ts";
import { Form, Submit } from "./form.tsx";

interface SettingsFormProps {
  // Saves what was entered, and answers as an action does.
  save(entered: FormData): Promise<{ data: unknown; faults: Fault[] }>;
  class?: string;
  children: ComponentChildren;
}

// SettingsForm is a form that stays where it is once it is saved, and says so.
export function SettingsForm({ save, class: className = "card inset stack", children }: SettingsFormProps) {
  const [saved, setSaved] = useState(false);
  return (
    <Form
      class={className}
      submit={async (entered) => {
        const { data, faults } = await save(entered);
        setSaved(Boolean(data));
        return faults;
      }}
    >
      {children}
      <div class="actions">
        <p class="quiet" role="status">
          {saved && t("settingsSaved")}
        </p>
        <Submit>{t("save")}</Submit>
      </div>
    </Form>
  );
}
