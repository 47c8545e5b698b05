import { useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { useAction, useLive, useMoves } from "../api/hooks.ts";
import { formatInstant } from "../format/day.ts";
import { CancelJobDocument, JobChangedDocument, JobsDocument, RetryJobDocument, type JobLineFragment, type JobState } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t } from "../i18n/language.ts";
import { Link, usePlace, withQuery } from "../router.tsx";
import { Faults } from "../ui/fault.tsx";
import { Named } from "../ui/named.tsx";
import { Empty, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { SettingsNav } from "../ui/settings-nav.tsx";

const trouble: JobState[] = ["RETRYING", "FAILED"];
const tones: Record<JobState, string> = { WAITING: "pale", RUNNING: "", RETRYING: "warn", COMPLETED: "good", CANCELLED: "pale", FAILED: "bad" };
const kinds: Record<string, Key> = {
  tidy: "jobKind_tidy",
  exchange_rates: "jobKind_exchange_rates",
  recurring_invoices: "jobKind_recurring_invoices",
  recurring_invoice: "jobKind_recurring_invoice",
  notice_mail: "jobKind_notice_mail",
  message_mail: "jobKind_message_mail",
  document_mail: "jobKind_document_mail",
  payment_mail: "jobKind_payment_mail",
};

// JobsScreen shows administrators what the server does by itself; those in trouble first.
export function JobsScreen() {
  const all = usePlace().query.get("all") === "1";
  const [moved, touch] = useMoves();
  useLive(JobChangedDocument, {}, touch);
  return (
    <>
      <SettingsNav />
      <div class="head">
        <PageTitle text={t("jobsTitle")} />
      </div>
      <p class="quiet lead">{t("jobsIntro")}</p>
      <nav class="pills" aria-label={t("jobsTitle")}>
        <Link href={withQuery({ all: null })} current={!all} replace>
          {t("jobsTrouble")}
        </Link>
        <Link href={withQuery({ all: "1" })} current={all} replace>
          {t("jobsAll")}
        </Link>
      </nav>
      <Pages
        key={String(all)}
        document={JobsDocument}
        variables={(after) => ({ filter: all ? null : { states: trouble }, after })}
        connection={(data) => data.jobs}
        types={["Job"]}
        moved={moved}
        rows={(nodes) => nodes.map((job) => <JobLine key={job.id} job={job} />)}
        frame={(pages) => <ul class="card plain pairs">{pages}</ul>}
        empty={<Empty text={t("jobsEmpty")} />}
      />
    </>
  );
}

function JobLine({ job }: { job: JobLineFragment }) {
  const retry = useAction(RetryJobDocument, { types: ["Job"] });
  const cancel = useAction(CancelJobDocument, { types: ["Job"] });
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const { id, state } = job;
  const name = t(kinds[job.kind] ?? "jobKind_other");
  const time = (instant: string) => formatInstant(instant, locale());
  const over = job.finishedAt != null;
  return (
    <li class="duplicate">
      <div class="spread">
        <span>
          <b>{name}</b> <span class={`tag ${tones[state]}`}>{t(`state${state}`)}</span>{" "}
          <small class="quiet">
            {job.ofServer && `${t("jobOfServer")} · `}
            {t("jobAttempt", { n: job.attempt, most: job.maxAttempts })} · {t("jobAsked", { time: time(job.createdAt) })} ·{" "}
            {over ? t("jobFinished", { time: time(job.finishedAt!) }) : t("jobNext", { time: time(job.scheduledAt) })}
          </small>
        </span>
        {!job.ofServer && (
          <span class="actions small">
            {(state === "RETRYING" || state === "FAILED" || state === "CANCELLED") && (
              <button type="button" onClick={async () => setFaults((await retry.run({ id })).faults)}>
                <Named text={t("jobRetry")} name={name} />
              </button>
            )}
            {!over && (
              <button type="button" onClick={async () => setFaults((await cancel.run({ id })).faults)}>
                <Named text={t("jobCancel")} name={name} />
              </button>
            )}
          </span>
        )}
      </div>
      {job.failures.length > 0 && (
        <ul class="plain quiet">
          {job.failures.slice(-3).map((failure) => (
            <li key={failure.attempt}>
              {time(failure.at)}: {failure.text}
            </li>
          ))}
        </ul>
      )}
      <Faults faults={faults} />
    </li>
  );
}
