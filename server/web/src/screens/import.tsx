import { useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { useAction } from "../api/hooks.ts";
import { attempts } from "../api/key.ts";
import { upload } from "../api/upload.ts";
import { formatInstant } from "../format/day.ts";
import { CheckImportDocument, ImportsDocument, UploadImportDocument, type ImportStateFragment, type ImportStatus } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t } from "../i18n/language.ts";
import { go, Link } from "../router.tsx";
import { DropZone } from "../ui/drop-zone.tsx";
import { Faults } from "../ui/fault.tsx";
import { invalid } from "../ui/form.tsx";
import { Empty, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { Progress } from "../ui/progress.tsx";

const largest = 64; // MB, as the server takes them: more would be sent for nothing

// ImportScreen begins an import with its file, and leads back to those that were begun.
export function ImportScreen() {
  return (
    <>
      <Link href="/contacts" class="up">
        {t("contacts")}
      </Link>
      <div class="head">
        <PageTitle text={t("importTitle")} />
      </div>
      <ImportSteps step={1} />
      <FileStep />
      <section class="earlier">
        <h2>{t("importsEarlier")}</h2>
        <Pages
          document={ImportsDocument}
          variables={(after) => ({ after })}
          connection={(data) => data.contactImports}
          types={["ContactImport"]}
          rows={(nodes) => nodes.map((one) => <ImportLine key={one.id} one={one} />)}
          frame={(pages) => <ul class="card plain">{pages}</ul>}
          empty={<Empty text={t("importsEmpty")} />}
        />
      </section>
    </>
  );
}

// What is sent again after an answer that never came has the effect of one.
const keys = attempts();

function FileStep() {
  const check = useAction(CheckImportDocument);
  const [sending, setSending] = useState<{ name: string; part: number } | null>(null);
  const [faults, setFaults] = useState<readonly Fault[]>([]);

  const take = async (file: File) => {
    if (file.size > largest * 2 ** 20) {
      setFaults([invalid("file", t("importTooLarge", { n: largest }))]);
      return;
    }
    setFaults([]);
    setSending({ name: file.name, part: 0 });
    const idempotencyKey = keys.key({ file });
    const { data, faults: refused } = await upload(UploadImportDocument, { file, idempotencyKey }, (part) => setSending({ name: file.name, part }));
    if (!data) {
      setSending(null);
      setFaults(refused);
      return;
    }
    keys.succeeded();
    const { id, settings } = data.uploadContactImport.import;
    if (settings.format !== table) {
      await check.run({ id }); // its columns are known; should it fail, the next page offers it again
    }
    go(`/contacts/import/${id}`);
  };

  return (
    <div class="card inset">
      <p>{t("importIntro")}</p>
      {sending ? (
        <Progress label={t("importSending", { name: sending.name })} part={sending.part} />
      ) : (
        <DropZone
          label={t("importFile")}
          hint={t("importFileHint", { n: largest })}
          accept=".csv,.txt,.tsv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
          take={(files) => void take(files[0]!)}
        />
      )}
      <Faults faults={faults} />
    </div>
  );
}

// table is the format of a file whose columns are guessed from their headers.
export const table = "Table";

const steps: readonly Key[] = ["importStepFile", "importStepColumns", "importStepCheck", "importStepImport"];

// ImportSteps shows how far an import is: at 1 to 4.
export function ImportSteps({ step }: { step: number }) {
  return (
    <ol class="steps" aria-label={t("importSteps")}>
      {steps.map((name, i) => (
        <li key={name} aria-current={i + 1 === step ? "step" : undefined} class={i + 1 < step ? "past" : undefined}>
          {t(name)}
        </li>
      ))}
    </ol>
  );
}

export const importStates: Record<ImportStatus, { text: Key; tone: string }> = {
  UPLOADED: { text: "importUploaded", tone: "pale" },
  CHECKING: { text: "importChecking", tone: "warn" },
  CHECKED: { text: "importChecked", tone: "" },
  RUNNING: { text: "importRunning", tone: "warn" },
  DONE: { text: "importDone", tone: "good" },
  UNDOING: { text: "importUndoing", tone: "warn" },
  UNDONE: { text: "importUndone", tone: "pale" },
  CANCELED: { text: "importCanceled", tone: "pale" },
  FAILED: { text: "importFailed", tone: "bad" },
};

function ImportLine({ one }: { one: ImportStateFragment }) {
  const { text, tone } = importStates[one.status];
  const by = one.createdBy && (one.createdBy.name || one.createdBy.email);
  return (
    <li class="spread">
      <div class="name">
        <Link href={`/contacts/import/${one.id}`}>{one.fileName}</Link>
        <small>{[formatInstant(one.createdAt, locale()), by].filter(Boolean).join(" · ")}</small>
      </div>
      <span class={`tag ${tone}`}>{t(text)}</span>
    </li>
  );
}
