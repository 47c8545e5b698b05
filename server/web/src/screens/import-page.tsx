import { useEffect, useRef, useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { useAction, useLive, useQuery } from "../api/hooks.ts";
import { formatInstant } from "../format/day.ts";
import {
  CancelImportDocument,
  CheckImportDocument,
  ConfigureImportDocument,
  ImportDocument,
  ImportProgressDocument,
  RunImportDocument,
  UndoImportDocument,
  type ConfigureContactImportInput,
  type ImportPartsFragment,
  type ImportStateFragment,
  type ImportStatus,
} from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t, tn } from "../i18n/language.ts";
import { Link } from "../router.tsx";
import { announce } from "../ui/announcer.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { FaultText, Faults } from "../ui/fault.tsx";
import { invalid } from "../ui/form.tsx";
import { Loading, PageTitle } from "../ui/page.tsx";
import { Progress } from "../ui/progress.tsx";
import { importStates, ImportSteps, table } from "./import.tsx";
import { ImportMapping, type Change } from "./import-mapping.tsx";
import { ImportRows } from "./import-rows.tsx";

const working: readonly ImportStatus[] = ["CHECKING", "RUNNING", "UNDOING"];

// stepOf is where the import is on its way: reading, checking, or importing.
const stepOf = ({ step }: ImportStateFragment) => (!step ? 2 : step === "CHECK" ? 3 : 4);

// ImportPage shows where one import stands, now, and what can be done next.
export function ImportPage({ id }: { id: string }) {
  const { now, faults, again, show } = useImport(id);
  if (!now) {
    return faults.length > 0 ? (
      <div class="empty">
        <PageTitle text={t("notFoundTitle")} />
        <Faults faults={faults} again={again} />
        <Link href="/contacts/import">{t("importTitle")}</Link>
      </div>
    ) : (
      <Loading />
    );
  }
  const { text, tone } = importStates[now.status];
  return (
    <>
      <Link href="/contacts/import" class="up">
        {t("importTitle")}
      </Link>
      <div class="head">
        <PageTitle text={now.fileName} />
        <span class={`tag ${tone}`}>{t(text)}</span>
      </div>
      <ImportSteps step={stepOf(now)} />
      <Faults faults={faults} again={again} />
      {working.includes(now.status) ? <Working now={now} show={show} /> : <Standing now={now} show={show} />}
    </>
  );
}

// useImport is an import at its newest: as it was asked, answered to an action, or told live.
function useImport(id: string) {
  const { data, faults, again } = useQuery(ImportDocument, { id }, { types: ["ContactImport"] });
  const [own, setOwn] = useState<ImportPartsFragment | null>(null);
  const [state, setState] = useState<ImportStateFragment | null>(null);
  const parts = newest(data?.contactImport ?? null, own);
  const now = parts && state && state.version > parts.version ? { ...parts, ...state } : parts;
  const active = now !== null && working.includes(now.status);
  useLive(ImportProgressDocument, active ? { id } : null, ({ contactImportProgress: told }) => setState((before) => newest(told, before)));

  const before = useRef<ImportStatus | null>(null);
  useEffect(() => {
    if (now && before.current !== null && before.current !== now.status) {
      announce(t(importStates[now.status].text));
      again(); // the end of a step may have changed more than is told live
    }
    before.current = now?.status ?? null;
  }, [now?.status]);

  const show = (answer: ImportPartsFragment | ImportStateFragment) =>
    "settings" in answer ? setOwn((had) => newest(answer, had)) : setState((had) => newest(answer, had));
  return { now, faults, again, show };
}

type Show = ReturnType<typeof useImport>["show"];

function newest<T extends { version: number }>(a: T | null, b: T | null): T | null {
  return a && (!b || a.version >= b.version) ? a : b;
}

// Working is an import while the server is at it.
function Working({ now, show }: { now: ImportPartsFragment; show: Show }) {
  const cancel = useAction(CancelImportDocument);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const number = new Intl.NumberFormat(locale());
  const known = now.rows !== null && now.rows !== undefined && now.rows > 0;
  return (
    <section class="card inset">
      <Progress label={t(importStates[now.status].text)} part={known ? Math.min(1, now.position / now.rows!) : null} />
      <p class="quiet">
        {known
          ? t("importPositionOf", { n: number.format(now.position), rows: number.format(now.rows!) })
          : tn("importPositionOne", "importPositionOther", now.position)}
      </p>
      <Counts now={now} />
      <p class="quiet">{t("importLeave")}</p>
      <Faults faults={faults} />
      {now.status !== "UNDOING" && (
        <div class="actions">
          <button
            type="button"
            aria-disabled={cancel.running}
            onClick={async () => {
              const { data, faults: refused } = await cancel.run({ id: now.id });
              setFaults(refused);
              if (data) {
                show(data.cancelContactImport.import);
              }
            }}
          >
            {t("importStop")}
          </button>
        </div>
      )}
    </section>
  );
}

function Counts({ now }: { now: ImportPartsFragment }) {
  const number = new Intl.NumberFormat(locale());
  const figures: [Key, number][] =
    now.status === "UNDONE" || now.status === "UNDOING"
      ? [
          ["importStayed", now.created + now.updated],
          ["importTakenBack", now.skipped],
          ["importRejected", now.rejected],
        ]
      : [
          ["importCreated", now.created],
          ["importUpdated", now.updated],
          ["importSkipped", now.skipped],
          ["importRejected", now.rejected],
        ];
  return (
    <dl class="figures">
      {figures.map(([label, n]) => (
        <div key={label}>
          <dt>{t(label)}</dt>
          <dd>{number.format(n)}</dd>
        </div>
      ))}
    </dl>
  );
}

// stopped says whether a step of the import came to no end.
const stopped = ({ status }: ImportStateFragment) => status === "CANCELED" || status === "FAILED";

// unchecked says whether it was a check: nothing is imported, and it can be checked anew.
const unchecked = (now: ImportStateFragment) => stopped(now) && now.step === "CHECK";

// Standing is an import that waits for a person, or is over.
function Standing({ now, show }: { now: ImportPartsFragment; show: Show }) {
  const { status } = now;
  const open = status === "UPLOADED" || status === "CHECKED" || unchecked(now);
  const { settings, saving, faults, configure, saved } = useConfigure(now, show);
  const mapping = now.preview && open && (
    <details class="card inset mapping" open={status !== "CHECKED" && settings.format === table}>
      <summary>
        {t("importMapping")} <small>{t("importFormat", { format: settings.format === table ? t("importTable") : settings.format })}</small>
      </summary>
      <ImportMapping settings={settings} preview={now.preview} busy={saving} configure={configure} />
      <Faults faults={faults} />
    </details>
  );
  return (
    <>
      {status !== "UPLOADED" && <Outcome now={now} />}
      {status === "CHECKED" && <RunBar now={now} show={show} />}
      {mapping}
      {!now.preview && <p class="notice">{t("importFileGone")}</p>}
      {open && status !== "CHECKED" && now.preview && <CheckBar now={now} show={show} saved={saved} />}
      {!open && <EndBar now={now} show={show} />}
      {status !== "UPLOADED" && <ImportRows id={now.id} counts={now} />}
    </>
  );
}

function Outcome({ now }: { now: ImportPartsFragment }) {
  return (
    <section class="outcome" role="status">
      {now.error && (
        <p class="notice bad">
          <FaultText fault={invalid("", now.error)} />
        </p>
      )}
      {now.status === "CHECKED" && <p>{t("importCheckedText")}</p>}
      {now.finishedAt && <p class="quiet">{t("importFinishedAt", { time: formatInstant(now.finishedAt, locale()) })}</p>}
      <Counts now={now} />
    </section>
  );
}

// useConfigure saves every correction at once, one after another. What is on its way is
// shown as if it were saved.
function useConfigure(now: ImportPartsFragment, show: Show) {
  const { run } = useAction(ConfigureImportDocument);
  const version = useRef(now.version);
  version.current = Math.max(version.current, now.version);
  const queue = useRef(Promise.resolve());
  const [waiting, setWaiting] = useState<readonly Change[]>([]);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const configure = (change: Change) => {
    setWaiting((all) => [...all, change]);
    queue.current = queue.current.then(async () => {
      const input: Omit<ConfigureContactImportInput, "idempotencyKey"> = { id: now.id, version: version.current, ...change };
      const { data, faults: refused } = await run(input);
      if (data) {
        version.current = data.configureContactImport.import.version;
        show(data.configureContactImport.import);
      }
      setFaults(refused);
      setWaiting((all) => all.filter((c) => c !== change));
    });
  };
  return { settings: waiting.reduce(changed, now.settings), saving: waiting.length > 0, faults, configure, saved: () => queue.current };
}

type Settings = ImportPartsFragment["settings"];

// changed is what settings will be after a change, as far as the page can know.
function changed(settings: Settings, { columns, ...rest }: Change): Settings {
  const column = (c: Settings["columns"][number]) => {
    const said = columns?.find((s) => s.index === c.index);
    return said ? { ...c, field: said.field ?? null, guessed: false } : c;
  };
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null && value !== undefined));
  return { ...settings, ...given, columns: settings.columns.map(column) };
}

function CheckBar({ now, show, saved }: { now: ImportPartsFragment; show: Show; saved(): Promise<void> }) {
  const { run, running } = useAction(CheckImportDocument);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  return (
    <>
      <Faults faults={faults} />
      <div class="actions bar">
        <p class="quiet">{t("importCheckHint")}</p>
        <button
          type="button"
          class="primary"
          aria-disabled={running}
          onClick={async () => {
            await saved();
            const { data, faults: refused } = await run({ id: now.id });
            setFaults(refused);
            if (data) {
              show(data.checkContactImport.import);
            }
          }}
        >
          {t("importCheck")}
        </button>
      </div>
    </>
  );
}

function RunBar({ now, show }: { now: ImportPartsFragment; show: Show }) {
  const { run, running } = useAction(RunImportDocument, { types: ["Contact"] });
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const n = now.created + now.updated;
  if (n === 0) {
    return <p class="notice">{t("importNothing")}</p>;
  }
  return (
    <>
      <Faults faults={faults} />
      <div class="actions bar">
        <button
          type="button"
          class="primary"
          aria-disabled={running}
          onClick={async () => {
            const { data, faults: refused } = await run({ id: now.id });
            setFaults(refused);
            if (data) {
              show(data.runContactImport.import);
            }
          }}
        >
          {tn("importRunOne", "importRunOther", n)}
        </button>
      </div>
    </>
  );
}

// EndBar is what can still be done with an import that is over.
function EndBar({ now, show }: { now: ImportPartsFragment; show: Show }) {
  const undo = useAction(UndoImportDocument, { types: ["Contact"] });
  const run = useAction(RunImportDocument, { types: ["Contact"] });
  const [asking, setAsking] = useState<"undo" | "goOn" | null>(null);
  const close = () => setAsking(null);
  const undoable = now.status !== "UNDONE" && now.created + now.updated > 0;
  return (
    <div class="actions bar">
      {stopped(now) && now.preview && (
        <button type="button" onClick={() => setAsking("goOn")}>
          {t("importGoOn")}
        </button>
      )}
      {now.rejectedUrl && (
        <a class="button" href={now.rejectedUrl} download>
          {t("importRejectedFile")}
        </a>
      )}
      {undoable && (
        <button type="button" onClick={() => setAsking("undo")}>
          {t("importUndo")}
        </button>
      )}
      <Link href="/contacts/import" class="button">
        {t("importAnother")}
      </Link>
      <Link href="/contacts" class="button primary">
        {t("importToContacts")}
      </Link>
      {asking === "goOn" && (
        <Confirm
          title={t("importGoOn")}
          question={t("importGoOnQuestion", { name: now.fileName })}
          action={t("importGoOn")}
          close={close}
          run={async () => {
            const { data, faults } = await run.run({ id: now.id });
            if (data) {
              show(data.runContactImport.import);
            }
            return faults;
          }}
        />
      )}
      {asking === "undo" && (
        <Confirm
          title={t("importUndo")}
          question={t("importUndoQuestion", { name: now.fileName })}
          action={t("importUndo")}
          danger
          close={close}
          run={async () => {
            const { data, faults } = await undo.run({ id: now.id });
            if (data) {
              show(data.undoContactImport.import);
            }
            return faults;
          }}
        />
      )}
    </div>
  );
}
