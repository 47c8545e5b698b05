import { useState } from "preact/hooks";
import { useLive, useQuery } from "../api/hooks.ts";
import { NoticeAddedDocument, UnseenNoticesDocument } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { Link } from "../router.tsx";
import { announce } from "./announcer.tsx";

// Bell counts the notices that nobody of the staff has seen, live.
export function Bell() {
  const [moved, setMoved] = useState(0);
  const { data } = useQuery(UnseenNoticesDocument, {}, { types: ["Notice"], moved });
  useLive(NoticeAddedDocument, {}, ({ noticeAdded: n }) => {
    setMoved((count) => count + 1);
    announce(t(`notice${n.kind}`));
  });
  const count = data?.unseenNotices ?? 0;
  return (
    <Link href="/notices" class="bell">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M3.5 11.5h9l-1.2-2V7a3.3 3.3 0 0 0-6.6 0v2.5zM6.5 13.5h3" />
      </svg>
      <span class="unseen">{t("notices")}: </span>
      {count > 0 && <b>{count > 99 ? "99+" : count}</b>}
      {count === 0 && <span class="unseen">0</span>}
    </Link>
  );
}
