import { formatDay, formatInstant } from "../format/day.ts";
import { ContactTimelineDocument, type ContactTimelineQuery, type TimelineKind } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t } from "../i18n/language.ts";
import { maySeeHistory } from "../role.ts";
import { go, Link, usePlace, withQuery } from "../router.tsx";
import { Amount } from "../ui/amount.tsx";
import { Empty } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { actorName, ChangeText } from "./contact-changes.tsx";
import { StateTags } from "./contact-documents.tsx";
import { NoteText } from "./contact-notes.tsx";
import type { Card } from "./contact.tsx";

type Item = NonNullable<ContactTimelineQuery["contact"]>["timeline"]["nodes"][number];

const kindNames: Record<TimelineKind, Key> = {
  DOCUMENT: "documents",
  PAYMENT: "payments",
  NOTE: "notes",
  ATTACHMENT: "files",
  CHANGE: "changes",
};

// TimelineView is all that happened with the contact, newest first, or some kinds of it.
export function TimelineView({ card }: { card: Card }) {
  const { query } = usePlace();
  const offered = (Object.keys(kindNames) as TimelineKind[]).filter((kind) => kind !== "CHANGE" || maySeeHistory(card.role));
  const named = (query.get("kinds") ?? "").split(",");
  const chosen = offered.filter((kind) => named.includes(kind));
  const kinds = chosen.length > 0 ? chosen : null;
  const toggle = (kind: TimelineKind) => {
    const next = offered.filter((k) => (k === kind) !== chosen.includes(k));
    go(withQuery({ kinds: next.join(",") || null }), { replace: true });
  };
  return (
    <>
      <div class="pills toggles" role="group" aria-label={t("timelineKinds")}>
        {offered.map((kind) => (
          <button key={kind} type="button" aria-pressed={chosen.includes(kind)} onClick={() => toggle(kind)}>
            {t(kindNames[kind])}
          </button>
        ))}
      </div>
      <Pages
        key={chosen.join()}
        document={ContactTimelineDocument}
        variables={(after) => ({ id: card.contact.id, kinds, after })}
        connection={(data) => data.contact?.timeline}
        types={["Contact", "Document", "Payment", "Note", "Attachment"]}
        moved={card.moved}
        rows={(nodes) =>
          nodes.map((item, i) => (
            <li key={keyOf(item) ?? i} class={`event ${item.kind.toLowerCase()}`}>
              <ItemText item={item} card={card} />
            </li>
          ))
        }
        frame={(pages) => <ol class="card timeline">{pages}</ol>}
        empty={<Empty text={t(kinds ? "timelineNoneOfKinds" : "timelineEmpty")} />}
      />
    </>
  );
}

const keyOf = ({ document, payment, note, attachment, change }: Item) => (document ?? payment ?? note ?? attachment ?? change)?.id;

function ItemText({ item: { at, document, payment, note, attachment, change }, card }: { item: Item; card: Card }) {
  if (document) {
    return (
      <div class="spread">
        <div>
          <Link href={withQuery({ document: document.id })}>
            {t("document")} {document.number || t("statusDRAFT").toLowerCase()}
          </Link>{" "}
          <span class="tags">
            <StateTags document={document} />
          </span>
          <small>{formatDay(document.date, locale())}</small>
        </div>
        <Amount money={document.total} class="large" />
      </div>
    );
  }
  if (payment) {
    return (
      <div class={payment.status === "VOID" ? "spread void" : "spread"}>
        <div>
          <Link href={withQuery({ view: "payments", kinds: null })}>{t(payment.kind === "SUPPLIER_PAYMENT" ? "kindSUPPLIER_PAYMENT" : "payment")}</Link>{" "}
          <span class="tags">{payment.status === "VOID" && <span class="tag pale">{t("paymentVoid")}</span>}</span>
          <small>
            {formatDay(at.slice(0, 10), locale())} · {t(`method${payment.method}`)}
            {payment.reference && ` · ${payment.reference}`}
          </small>
        </div>
        <Amount money={payment.amount} class="large" />
      </div>
    );
  }
  if (note) {
    return <NoteText note={note} role={card.role} />;
  }
  if (attachment) {
    const by = attachment.uploadedBy;
    return (
      <>
        <a href={attachment.url} download>
          {attachment.name}
        </a>
        <small>
          {by && `${by.name || by.email} · `}
          {formatInstant(at, locale())}
        </small>
      </>
    );
  }
  return change ? (
    <>
      <ChangeText event={change} />
      <small>
        {actorName(change)} · {formatInstant(at, locale())}
      </small>
    </>
  ) : null;
}
