import { documentLanguages, languageName } from "../format/language.ts";
import { t } from "../i18n/language.ts";
import { Choice } from "./form.tsx";

interface LanguageChoiceProps {
  name: string;
  value: string;
  change(code: string): void;
  own: string; // what there is where none is chosen
}

// LanguageChoice chooses what documents are printed in.
export function LanguageChoice({ own, ...rest }: LanguageChoiceProps) {
  return (
    <Choice
      {...rest}
      label={t("documentLanguage")}
      options={[{ value: "", text: own }, ...documentLanguages.map((code) => ({ value: code, text: languageName(code) }))]}
    />
  );
}
