import { useState } from "preact/hooks";
import { useAction, useLive } from "../api/hooks.ts";
import { formatInstant } from "../format/day.ts";
import { MarkNoticesSeenDocument, NoticeAddedDocument, NoticesDocument } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { mayEdit } from "../role.ts";
import { Link } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { Faults } from "../ui/fault.tsx";
import type { Fault } from "../api/failure.ts";
import { Empty, PageTitle } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";

// NoticesScreen is what staff are told of: what customers did, and what became of payments.
export function NoticesScreen({ role }: { role: string }) {
  const mark = useAction(MarkNoticesSeenDocument, { types: ["Notice"] });
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [moved, setMoved] = useState(0);
  useLive(NoticeAddedDocument, {}, () => setMoved((n) => n + 1));
  return (
    <>
      <div class="head">
        <PageTitle text={t("notices")} />
        <span class="space" />
        {mayEdit(role) && (
          <button type="button" onClick={async () => setFaults((await mark.run({})).faults)}>
            {t("noticesSeen")}
          </button>
        )}
      </div>
      <Faults faults={faults} />
      <Pages
        document={NoticesDocument}
        variables={(after) => ({ after })}
        connection={(data) => data.notices}
        types={["Notice"]}
        moved={moved}
        rows={(nodes) =>
          nodes.map((n) => (
            <li key={n.id} class={n.seenAt ? "spread" : "spread unseen-notice"}>
              <span>
                {!n.seenAt && <span class="tag">{t("noticeNew")}</span>} {t(`notice${n.kind}`)}
                {n.contact && (
                  <>
                    {" · "}
                    <Link href={n.document ? `/contacts/${n.contact.id}?view=documents&document=${n.document.id}` : `/contacts/${n.contact.id}?view=messages`}>
                      {n.contact.displayName} {n.document?.number}
                    </Link>
                  </>
                )}
                {n.text && <span class="text said">{n.text}</span>}
                <small class="quiet">
                  {n.name && `${n.name} · `}
                  {formatInstant(n.createdAt, locale())}
                </small>
              </span>
              {n.amount && <Amount money={n.amount} />}
            </li>
          ))
        }
        frame={(pages) => <ul class="card plain">{pages}</ul>}
        empty={<Empty title={t("noticesEmptyTitle")} text={t("noticesEmptyText")} />}
      />
    </>
  );
}
