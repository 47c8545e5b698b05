import { useState } from "preact/hooks";
import { documentLanguages, languageName } from "../format/language.ts";
import { t } from "../i18n/language.ts";
import { Dialog } from "./dialog.tsx";

interface PrintProps {
  path: string; // of the printed form, such as /documents/…/pdf
  title: string;
}

// PrintButton opens the printed form of something: in the contact's language, or in another.
export function PrintButton({ path, title }: PrintProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        {t("print")}
      </button>
      {open && <Preview path={path} title={title} close={() => setOpen(false)} />}
    </>
  );
}

function Preview({ path, title, close }: PrintProps & { close(): void }) {
  const [language, setLanguage] = useState("");
  const address = (inline: boolean) => {
    const at = new URL(path, location.href);
    if (language) {
      at.searchParams.set("language", language);
    }
    if (inline) {
      at.searchParams.set("inline", "1");
    }
    return at.pathname + at.search;
  };
  return (
    <Dialog title={title} close={close} wide>
      <div class="finder">
        <label class="inline">
          {t("printLanguage")}{" "}
          <select value={language} onInput={(event) => setLanguage(event.currentTarget.value)}>
            <option value="">{t("printLanguageOwn")}</option>
            {documentLanguages.map((code) => (
              <option key={code} value={code}>
                {languageName(code)}
              </option>
            ))}
          </select>
        </label>
        <span class="space" />
        <a class="button" href={address(false)} download>
          {t("download")}
        </a>
        <a class="button" href={address(true)} target="_blank" rel="noreferrer">
          {t("printNewTab")}
        </a>
      </div>
      <iframe class="sheet-frame" key={address(true)} src={address(true)} title={title} />
    </Dialog>
  );
}
