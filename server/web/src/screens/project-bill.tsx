import { useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import { parseDecimal } from "../format/amount.ts";
import { formatDay } from "../format/day.ts";
import { formatHours } from "../format/hours.ts";
import { BillProjectsDocument, BusinessDayDocument, UnbilledDocument, type BillGrouping, type ProjectPartsFragment, type UnbilledQuery } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t } from "../i18n/language.ts";
import { go } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { Choice, entered, Field, Form, FormFaults, invalid, Submit } from "../ui/form.tsx";
import { Loading } from "../ui/page.tsx";

type Item = UnbilledQuery["unbilled"][number];

const kinds: Record<Item["kind"], Key> = { TIME: "billKindTIME", FEE: "billKindFEE", EXPENSE: "billKindEXPENSE" };

const groupings: Record<BillGrouping, Key> = { TASK: "billGroupTASK", ASSIGNEE: "billGroupASSIGNEE", DESCRIPTION: "billGroupDESCRIPTION" };

// BillDialog makes a draft invoice of what is not billed of a project, and goes to it.
export function BillDialog({ project, close }: { project: ProjectPartsFragment; close(): void }) {
  const [until, setUntil] = useState("");
  const { data, current, faults, again } = useQuery(UnbilledDocument, { projectIds: [project.id], until: until || null }, { types: ["TimeEntry", "ProjectFee", "Document"] });
  const base = useQuery(BusinessDayDocument, {}).data?.organization.baseCurrency;
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set()); // what is not to be billed now
  const { run } = useAction(BillProjectsDocument, { types: ["Project", "TimeEntry", "ProjectFee", "Document"] });
  const items = data?.unbilled ?? [];
  const chosen = items.filter((i) => i.amount && !left.has(i.id));
  const foreign = base !== undefined && base !== project.currency;
  const submit = async (form: FormData) => {
    const exchangeRate = foreign ? parseDecimal(entered(form, "exchangeRate"), locale()) : null;
    if (foreign && exchangeRate === null) {
      return [invalid("exchangeRate", t("fieldDecimal"))];
    }
    const answer = await run({
      projectIds: [project.id],
      groupBy: entered(form, "groupBy") as BillGrouping,
      until: until || null,
      itemIds: chosen.map((i) => i.id),
      exchangeRate,
    });
    if (answer.data) {
      const { id, contact } = answer.data.billProjects.invoice;
      close();
      go(`/contacts/${contact.id}?view=documents&document=${id}`);
    }
    return answer.faults;
  };
  return (
    <Dialog title={t("billTitle")} close={close} wide>
      <Faults faults={faults} again={again} />
      <Form submit={submit}>
        <div class="pair">
          <Field name="until" label={t("billUntil")} type="date" value={until} change={setUntil} />
          <Choice
            name="groupBy"
            label={t("billGroup")}
            value="TASK"
            options={(Object.keys(groupings) as BillGrouping[]).map((value) => ({ value, text: t(groupings[value]) }))}
          />
        </div>
        {foreign && <Field name="exchangeRate" label={t("billExchangeRate", { currency: base })} required numeric />}
        {!data && faults.length === 0 && <Loading />}
        {data && items.length === 0 && <p class="notice">{t("billNothing")}</p>}
        {items.length > 0 && (
          <fieldset class="unbilled" aria-busy={!current}>
            <legend>{t("billItems")}</legend>
            <ul class="plain scroll">
              {items.map((item) => (
                <li key={item.id}>
                  <label class="check">
                    <input
                      type="checkbox"
                      disabled={!item.amount}
                      checked={item.amount != null && !left.has(item.id)}
                      onInput={(event) => {
                        const next = new Set(left);
                        if (event.currentTarget.checked) {
                          next.delete(item.id);
                        } else {
                          next.add(item.id);
                        }
                        setLeft(next);
                      }}
                    />
                    <span class="what">
                      {item.title || project.name}
                      <small>
                        {t(kinds[item.kind])} · {formatDay(item.date, locale())}
                        {item.kind === "TIME" && ` · ${t("projectHours", { hours: formatHours(item.seconds) })}`}
                      </small>
                    </span>
                    {item.amount ? <Amount money={item.amount} /> : <small>{t("billByHand")}</small>}
                  </label>
                </li>
              ))}
            </ul>
          </fieldset>
        )}
        <FormFaults />
        <div class="actions">
          <button type="button" onClick={close}>
            {t("cancel")}
          </button>
          {chosen.length > 0 && <Submit>{t("billMake")}</Submit>}
        </div>
      </Form>
    </Dialog>
  );
}
