import { useId } from "preact/hooks";
import type { ConfigureContactImportInput, ImportEncoding, ImportMatch, ImportPartsFragment } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { language, t } from "../i18n/language.ts";
import { Check, Choice } from "../ui/form.tsx";
import { Scroll } from "../ui/scroll.tsx";

type Settings = ImportPartsFragment["settings"];
type Preview = NonNullable<ImportPartsFragment["preview"]>;
type Column = Settings["columns"][number];

// Change is a correction of how a file is read or understood.
export type Change = Omit<ConfigureContactImportInput, "id" | "version" | "idempotencyKey">;

interface ImportMappingProps {
  settings: Settings;
  preview: Preview;
  busy: boolean;
  configure(change: Change): void;
}

// ImportMapping shows how a file is read and what its columns mean, over its first rows, and
// takes corrections.
export function ImportMapping({ settings, preview, busy, configure }: ImportMappingProps) {
  return (
    <div class="stack" aria-busy={busy}>
      <Reading settings={settings} configure={configure} />
      <Columns settings={settings} preview={preview} configure={configure} />
      <Matching settings={settings} configure={configure} />
    </div>
  );
}

const encodings: readonly { value: ImportEncoding; text: string }[] = [
  { value: "UTF_8", text: "UTF-8" },
  { value: "UTF_16", text: "UTF-16" },
  { value: "WINDOWS_1253", text: "Windows-1253" },
];

const separators: readonly { value: string; text: Key }[] = [
  { value: ",", text: "separatorComma" },
  { value: ";", text: "separatorSemicolon" },
  { value: "\t", text: "separatorTab" },
  { value: "|", text: "separatorBar" },
];

// Reading is how cells are found in the file. Another way of reading guesses the columns anew.
function Reading({ settings, configure }: { settings: Settings; configure(change: Change): void }) {
  return (
    <div class="quad">
      {settings.encoding && (
        <Choice
          name="encoding"
          label={t("importEncoding")}
          options={encodings}
          value={settings.encoding}
          change={(value) => configure({ encoding: value as ImportEncoding })}
        />
      )}
      {settings.fileType === "csv" && (
        <Choice
          name="separator"
          label={t("importSeparator")}
          options={separators.map(({ value, text }) => ({ value, text: t(text) }))}
          value={settings.separator}
          change={(separator) => configure({ separator })}
        />
      )}
      {settings.sheets.length > 1 && (
        <Choice
          name="sheet"
          label={t("importSheet")}
          options={settings.sheets.map((name) => ({ value: name, text: name }))}
          value={settings.sheet}
          change={(sheet) => configure({ sheet })}
        />
      )}
      <HeaderRow value={settings.headerRow} configure={configure} />
    </div>
  );
}

function HeaderRow({ value, configure }: { value: number; configure(change: Change): void }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{t("importHeaderRow")}</label>
      <input
        id={id}
        key={value}
        type="number"
        min={1}
        max={1000}
        defaultValue={String(value)}
        onChange={(event) => {
          const wanted = event.currentTarget.valueAsNumber;
          if (Number.isInteger(wanted) && wanted >= 1 && wanted !== value) {
            configure({ headerRow: wanted });
          }
        }}
      />
    </div>
  );
}

function Columns({ settings, preview, configure }: { settings: Settings; preview: Preview; configure(change: Change): void }) {
  const greek = language.get() === "el";
  const options = [
    { value: "", text: t("importNotUsed") },
    ...preview.fields.map((f) => ({ value: f.name, text: greek ? f.labelEl : f.label })),
  ];
  const several = new Set(preview.fields.filter((f) => f.several).map((f) => f.name));
  const choose = (column: Column, field: string) => {
    // What one column alone may mean is taken off the column that meant it so far.
    const others = field && !several.has(field) ? settings.columns.filter((c) => c.field === field && c.index !== column.index) : [];
    configure({ columns: [{ index: column.index, field: field || null }, ...others.map((c) => ({ index: c.index, field: null }))] });
  };
  return (
    <Scroll label={t("importColumns")}>
      <table class="rows preview">
        <caption>{t("importColumns")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("importLine")}</th>
            {settings.columns.map((column) => (
              <th key={column.index} scope="col" class={column.field ? undefined : "unused"}>
                <Choice
                  name={`columns.${column.index}`}
                  label={column.header || t("importColumnNumber", { n: column.index + 1 })}
                  options={options}
                  value={column.field ?? ""}
                  change={(field) => choose(column, field)}
                />
                {column.guessed && column.field && <span class="tag warn">{t("importGuessed")}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.rows.map((row) => (
            <tr key={row.line}>
              <th scope="row" class="quiet">
                {row.line}
              </th>
              {settings.columns.map((column) => (
                <td key={column.index} class={column.field ? "clip" : "clip unused"}>
                  {row.cells[column.index] ?? ""}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

const matches: readonly { value: ImportMatch; text: Key }[] = [
  { value: "CUSTOM_ID", text: "matchCustomId" },
  { value: "VAT_NUMBER", text: "vatNumber" },
  { value: "EMAIL", text: "email" },
];

// Matching is when a row's contact is one that is here, and what is done with it then.
function Matching({ settings, configure }: { settings: Settings; configure(change: Change): void }) {
  return (
    <div class="pair">
      <fieldset>
        <legend>{t("importMatchBy")}</legend>
        <div class="checks">
          {matches.map(({ value, text }) => (
            <Check
              key={value}
              name={`matchBy.${value}`}
              label={t(text)}
              checked={settings.matchBy.includes(value)}
              change={(on) => configure({ matchBy: on ? [...settings.matchBy, value] : settings.matchBy.filter((m) => m !== value) })}
            />
          ))}
        </div>
      </fieldset>
      <Choice
        name="existing"
        label={t("importExisting")}
        options={[
          { value: "SKIP", text: t("existingSkip") },
          { value: "UPDATE", text: t("existingUpdate") },
        ]}
        value={settings.existing}
        hint={settings.existing === "UPDATE" ? t("existingUpdateHint") : undefined}
        change={(value) => configure({ existing: value as Settings["existing"] })}
      />
      <fieldset>
        <legend>{t("importAs")}</legend>
        <div class="checks">
          <Check name="asClients" label={t("roleClients")} checked={settings.asClients} change={(asClients) => configure({ asClients })} />
          <Check name="asSuppliers" label={t("roleSuppliers")} checked={settings.asSuppliers} change={(asSuppliers) => configure({ asSuppliers })} />
        </div>
      </fieldset>
    </div>
  );
}
