import { useState } from "preact/hooks";
import { useAction } from "../api/hooks.ts";
import { ImportContactsDocument, type ImportContactsMutation } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Dialog } from "../ui/dialog.tsx";
import { FaultText } from "../ui/fault.tsx";
import { Check, FileField, Form, FormFaults, invalid, Submit } from "../ui/form.tsx";

const largest = 32; // MB, as the server takes them: more would be sent for nothing

type Result = ImportContactsMutation["importContacts"];

// ImportDialog sends a CSV file and then shows what became of each row.
export function ImportDialog({ close }: { close(): void }) {
  const [result, setResult] = useState<Result | null>(null);
  return (
    <Dialog title={t(result ? "importDone" : "importTitle")} close={close} wide={result !== null}>
      {result ? <Outcome result={result} close={close} /> : <FileForm close={close} done={setResult} />}
    </Dialog>
  );
}

function FileForm({ close, done }: { close(): void; done(result: Result): void }) {
  const { run, running } = useAction(ImportContactsDocument, { types: ["Contact"] });
  return (
    <Form
      submit={async (data) => {
        const file = data.get("file");
        if (!(file instanceof File) || file.size > largest * 2 ** 20) {
          return [invalid("file", t("importTooLarge", { n: largest }))];
        }
        const { data: answer, faults } = await run({ file, asClients: data.has("asClients"), asSuppliers: data.has("asSuppliers") });
        if (answer) {
          done(answer.importContacts);
          return [];
        }
        return [...faults, invalid("", t("importRefused"))];
      }}
    >
      <p>{t("importIntro")}</p>
      <FormFaults />
      <FileField name="file" label={t("importFile")} accept=".csv,.txt,text/csv" required />
      <fieldset class="checks">
        <legend>{t("importAs")}</legend>
        <Check name="asClients" label={t("roleClients")} />
        <Check name="asSuppliers" label={t("roleSuppliers")} />
      </fieldset>
      <div class="actions">
        <button type="button" onClick={close}>
          {t("cancel")}
        </button>
        <Submit>{t(running ? "importRunning" : "importStart")}</Submit>
      </div>
    </Form>
  );
}

function Outcome({ result, close }: { result: Result; close(): void }) {
  const number = new Intl.NumberFormat(locale());
  const figures = [
    [t("importRows"), result.rows],
    [t("importCreated"), result.created],
    [t("importSkipped"), result.skipped],
    [t("importRejected"), result.rejected],
  ] as const;
  return (
    <>
      <div role="status">
        <dl class="figures">
          {figures.map(([label, n]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{number.format(n)}</dd>
            </div>
          ))}
        </dl>
      </div>
      <p class="quiet">{t("importFormat", { format: result.format })}</p>
      {result.problems.length === 0 ? (
        <p class="notice good">{t("importAllGood")}</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label={t("importProblems")}>
          <table class="rows">
            <caption>{t("importProblems")}</caption>
            <thead>
              <tr>
                <th scope="col" class="money">
                  {t("importLine")}
                </th>
                <th scope="col">{t("importOutcome")}</th>
                <th scope="col">{t("importReason")}</th>
              </tr>
            </thead>
            <tbody>
              {result.problems.map((problem, i) => (
                <tr key={i}>
                  <td class="money">{number.format(problem.line)}</td>
                  <td>
                    <span class={`tag ${problem.outcome === "REJECTED" ? "bad" : "pale"}`}>
                      {t(problem.outcome === "REJECTED" ? "importRejected" : "importSkipped")}
                    </span>
                  </td>
                  <td>
                    <FaultText fault={invalid("", problem.reason)} />
                    {problem.column && <small>{problem.column}</small>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {result.ignoredColumns.length > 0 && <p class="quiet">{t("importIgnored", { columns: result.ignoredColumns.join(", ") })}</p>}
      <div class="actions">
        <button type="button" class="primary" onClick={close}>
          {t("close")}
        </button>
      </div>
    </>
  );
}
